// Two descriptions side by side: an offer and its answer, or an offer and a later one.

import { codecNames, codecName } from './codecs.js';
import { parseDescription } from './session-description.js';
import { sentencesOf } from './differences.js';

/** More rows than any page can show. */
const MOST_ROWS = 3000;

/**
 * @typedef {object} Row
 * @property {string} section `session`, or the m-section's number and kind
 * @property {string | null} left the line, null if it is only on the right
 * @property {string | null} right
 * @property {boolean} same
 * @property {string} words what the difference means; '' where it means nothing
 */

/**
 * @param {unknown} one `{type, sdp}`: the offer, or the earlier one
 * @param {unknown} other the answer, or the later one
 * @returns {Row[]} in the order of the left side, what is only on the right at the end of its section
 */
export function compareDescriptions(one, other) {
  const [left, right] = [parseDescription(one), parseDescription(other)];
  const isAnswer = /answer$/.test(right.type) && left.type === 'offer';
  const rows = [];
  const count = Math.max(left.media.length, right.media.length);
  for (let index = -1; index < count; index += 1) {
    const pair = index < 0 ? [left.session, right.session] : [left.media[index], right.media[index]];
    rows.push(...compareSections(pair[0], pair[1], isAnswer));
    if (rows.length > MOST_ROWS) break;
  }
  return rows.slice(0, MOST_ROWS);
}

/**
 * What the differences mean, in sentences; those marked `note` are likely mistakes.
 * @returns {{level: 'normal' | 'note', words: string}[]}
 */
export function explainDifferences(one, other) {
  return sentencesOf(parseDescription(one), parseDescription(other));
}

function compareSections(left, right, isAnswer) {
  const section = nameOf(left ?? right);
  const rest = new Map();
  for (const line of right?.lines ?? []) {
    const key = keyOf(line);
    rest.set(key, [...(rest.get(key) ?? []), line]);
  }
  const rows = (left?.lines ?? []).map((line) => {
    const match = rest.get(keyOf(line))?.shift();
    const same = match?.text === line.text;
    return { section, left: line.text, right: match?.text ?? null, same, words: same ? '' : wordsOf(line, match, { left, right, isAnswer }) };
  });
  for (const lines of rest.values()) {
    for (const line of lines) rows.push({ section, left: null, right: line.text, same: false, words: wordsOf(null, line, { left, right, isAnswer }) });
  }
  return rows;
}

function nameOf(section) {
  return section.index < 0 ? 'session' : `${section.index} ${section.kind}`;
}

/** Lines that say something about the same thing have the same key. */
function keyOf({ type, name, value, text }) {
  if (type !== 'a') return type || text;
  const [first = '', second = ''] = value.split(' ');
  switch (name) {
    case 'rtpmap':
    case 'fmtp':
    case 'rid': return `${name}:${first}`;
    case 'rtcp-fb':
    case 'candidate':
    case 'ssrc-group': return `${name}:${value}`;
    case 'extmap': return `${name}:${value.slice(first.length + 1)}`;
    case 'ssrc': return `${name}:${first} ${second.split(':')[0]}`;
    case 'sendrecv':
    case 'sendonly':
    case 'recvonly':
    case 'inactive': return 'direction';
    default: return name;
  }
}

function wordsOf(one, other, { left, right, isAnswer }) {
  const line = one ?? other;
  if (line.type === 'm') return mediaWords(one, other, left, right, isAnswer);
  if (line.type === 'o') return isAnswer ? 'Each side has a session number of its own.' : originWords(one, other);
  if (line.type !== 'a') return '';
  switch (keyOf(line).split(':')[0]) {
    case 'direction': return one && other ? `Direction: ${one.name} on the left, ${other.name} on the right.` : '';
    case 'setup': return other ? `Role in DTLS: ${one?.value ?? 'none'} on the left, ${other.value} on the right.` : '';
    case 'ice-ufrag': return isAnswer ? 'Each side has its own.' : 'A new ICE user name: an ICE restart, or another connection.';
    case 'ice-pwd': return isAnswer ? 'Each side has its own.' : 'A new ICE password.';
    case 'fingerprint': return isAnswer ? 'Each side has a certificate of its own.' : 'Another certificate: another RTCPeerConnection.';
    case 'rtpmap': {
      const codec = /^\d+ ([^/]+)/.exec(line.value)?.[1] ?? line.value;
      if (one && other) return 'One payload type means two codecs.';
      return one ? `${codecName(codec)} (${line.value.split(' ')[0]}) is only on the left${isAnswer ? ': the answerer does not want it' : ''}.` : `${codecName(codec)} (${line.value.split(' ')[0]}) is only on the right.`;
    }
    case 'fmtp': return one && other ? 'Other parameters of the codec: each side says what it wants to receive.' : '';
    case 'extmap': return one && !other && isAnswer ? 'The answerer does not use this header extension.' : '';
    case 'group': return 'Other m-sections share the connection.';
    case 'max-message-size': return 'Each side says what it accepts.';
    case 'candidate': return '';
    default: return '';
  }
}

function mediaWords(one, other, left, right, isAnswer) {
  if (!other) return isAnswer ? 'The answer lacks this m-section: setRemoteDescription refuses it.' : 'This m-section is only on the left.';
  if (!one) return isAnswer ? 'The offer has no such m-section: setRemoteDescription refuses the answer.' : 'A new m-section.';
  if (right.isRejected && !left.isRejected) return isAnswer ? 'Rejected by the answerer (port 0).' : 'Stopped (port 0).';
  if (left.kind !== right.kind) return 'Another kind: m-sections keep their places.';
  const lost = codecNames(left).filter((name) => !codecNames(right).includes(name));
  if (lost.length) return isAnswer ? `Codecs left: ${codecNames(right).join(', ') || 'none'}; not wanted: ${lost.join(', ')}.` : `Codecs only on the left: ${lost.join(', ')}.`;
  return codecNames(left).join() === codecNames(right).join() ? '' : 'The same codecs in another order of preference.';
}

function originWords(one, other) {
  const [left, right] = [one, other].map((line) => line?.value.split(' ') ?? []);
  if (left[1] !== right[1]) return 'Another session: another RTCPeerConnection made it.';
  return `The same RTCPeerConnection: version ${left[2]}, then ${right[2]}.`;
}
