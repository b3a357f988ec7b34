// What the differences of two descriptions mean, in sentences.

import { codecNames } from './codecs.js';
import { titleOf } from './description.js';
import { inherited } from './session-description.js';

const normal = (words) => ({ level: /** @type {const} */ ('normal'), words });
const note = (words) => ({ level: /** @type {const} */ ('note'), words });

/** What the answerer may say to each direction of an offer (RFC 8829, section 5.3.1). */
const ALLOWED = {
  sendrecv: ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
  sendonly: ['recvonly', 'inactive'],
  recvonly: ['sendonly', 'inactive'],
  inactive: ['inactive'],
};

const FLOWS = {
  'sendrecv sendrecv': 'both sides send',
  'sendrecv sendonly': 'only the answerer sends',
  'sendrecv recvonly': 'only the offerer sends',
  'sendonly recvonly': 'only the offerer sends',
  'recvonly sendonly': 'only the answerer sends',
};

/**
 * @param {import('./session-description.js').Parsed} one
 * @param {import('./session-description.js').Parsed} other
 */
export function sentencesOf(one, other) {
  if (!one.media.length && !other.media.length) return [note('Neither description has an m-section: nothing can flow.')];
  return one.type === 'offer' && /answer$/.test(other.type) ? answered(one, other) : changed(one, other);
}

function answered(offer, answer) {
  const sentences = [];
  if (offer.media.length !== answer.media.length) {
    sentences.push(note(`The offer has ${offer.media.length} m-sections, the answer ${answer.media.length}: the answer belongs to another offer, and setRemoteDescription refuses it.`));
  }
  for (const [index, asked] of offer.media.entries()) {
    const given = answer.media[index];
    if (!given) break;
    const title = titleOf(asked);
    if (asked.kind !== given.kind) {
      sentences.push(note(`${title}: the answer has ${given.kind} in its place, so it belongs to another offer.`));
      continue;
    }
    if (given.isRejected) {
      const why = asked.isRejected ? 'was stopped before' : 'the answerer has rejected it: it knows none of the codecs, or the page does not want it';
      sentences.push(asked.isRejected ? normal(`${title}: ${why}.`) : note(`${title}: ${why}.`));
      continue;
    }
    if (asked.kind !== 'application') sentences.push(directionSentence(title, asked.direction ?? 'sendrecv', given.direction ?? 'sendrecv'));
    const [codecs, all] = [codecNames(given), codecNames(asked)];
    if (all.length) {
      const lost = all.filter((name) => !codecs.includes(name));
      const first = codecs[0] ? `${codecs[0]} is used unless the page chooses another` : 'no codec is left';
      sentences.push((codecs[0] ? normal : note)(`${title}: ${first}${lost.length ? `; not wanted: ${lost.join(', ')}` : '; every codec is left'}.`));
    }
  }
  return [...sentences, ...roles(offer, answer)];
}

function directionSentence(title, asked, given) {
  if (!ALLOWED[asked].includes(given)) {
    return note(`${title}: the offer says ${asked}, the answer ${given}. That does not fit: setRemoteDescription refuses the answer.`);
  }
  const flow = FLOWS[`${asked} ${given}`] ?? 'nothing flows';
  const isLess = asked === 'sendrecv' && given !== 'sendrecv';
  return (isLess || flow === 'nothing flows' ? note : normal)(`${title}: offered ${asked}, answered ${given}: ${flow}.`);
}

function roles(offer, answer) {
  const [asked, given] = [offer, answer].map((parsed) => parsed.media.filter((section) => !section.isRejected).map((section) => inherited(parsed, section, 'setup')).find(Boolean));
  if (!given) return [];
  if (given === 'actpass') return [note('DTLS: the answer says actpass. An answer has to choose active or passive.')];
  if (asked === given) return [note(`DTLS: both sides say ${given}, so the handshake cannot begin.`)];
  return [normal(`DTLS: the ${given === 'active' ? 'answerer' : 'offerer'} begins the handshake.`)];
}

function changed(before, after) {
  const sentences = [];
  const isSame = before.id && before.id === after.id;
  const [old, now] = [before, after].map((parsed) => new Set(parsed.media.concat(parsed.session).flatMap(({ fingerprints }) => fingerprints.map((text) => text.toUpperCase()))));
  const hasOtherCertificate = old.size > 0 && now.size > 0 && ![...now].some((text) => old.has(text) && !text.includes('(MASKED)'));
  if (isSame) sentences.push(normal('Both come from the same RTCPeerConnection.'));
  else if (hasOtherCertificate && ![...now].some((text) => text.includes('(MASKED)'))) {
    sentences.push(note('They come from two RTCPeerConnections: another session, another certificate. A connection cannot go on with the other’s description.'));
  } else sentences.push(normal('They have different session numbers: they come from two sides, or from two RTCPeerConnections.'));

  const ufrags = (parsed) => parsed.media.filter(({ isRejected }) => !isRejected).map((section) => inherited(parsed, section, 'ufrag')).filter(Boolean);
  const [first, second] = [ufrags(before), ufrags(after)];
  if (isSame && first.length && second.length) {
    const isRestart = !second.some((ufrag) => first.includes(ufrag));
    sentences.push(normal(isRestart ? 'ICE restart: the ice-ufrag is a new one, so candidates are gathered and checked once more, and media flow on until then.' : 'No ICE restart: the ice-ufrag is the same.'));
  }
  const count = Math.max(before.media.length, after.media.length);
  for (let index = 0; index < Math.min(count, 100); index += 1) {
    const [left, right] = [before.media[index], after.media[index]];
    if (!left) sentences.push(normal(`${titleOf(right)}: added.`));
    else if (!right) sentences.push((isSame ? note : normal)(`${titleOf(left)}: missing in the later one.${isSame ? ' An m-section never goes away; it is only stopped.' : ''}`));
    else if (right.isRejected && !left.isRejected) sentences.push(normal(`${titleOf(right)}: stopped since.`));
    else if (left.isRejected && !right.isRejected) sentences.push(normal(`${titleOf(right)}: used again.`));
    else if (left.direction !== right.direction && left.kind === right.kind) {
      sentences.push(normal(`${titleOf(right)}: ${left.direction ?? 'sendrecv'} before, ${right.direction ?? 'sendrecv'} now.`));
    }
  }
  return sentences;
}
