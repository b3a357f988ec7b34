// Lines about the session and about how packets travel, in words: ICE, DTLS, m-sections, data channels.

import { addressKind } from './address.js';
import { explainCandidate } from './candidate.js';
import { codecNames } from './codecs.js';

/**
 * @typedef {object} Context
 * @property {import('./session-description.js').Parsed} parsed
 * @property {import('./session-description.js').Section} section
 * @property {string} sender who made the description: `the offerer`
 * @property {string} other
 *
 * @typedef {string | {words: string, level: 'normal' | 'note'}} Words
 * @typedef {(value: string, context: Context) => Words} Explain
 */

const note = (words) => ({ words, level: /** @type {const} */ ('note') });

/** @type {Record<string, Explain>} by the letter before `=` */
export const TYPES = {
  v: () => 'The version of SDP: always 0.',
  o: (value, { parsed }) => {
    const [, , version] = value.split(' ');
    const firefox = parsed.browser ? ' “mozilla…” says that Firefox made it.' : '';
    return `The origin: a random number for this connection, and ${version ?? '?'}, which grows with each new description of it. The address is meaningless here.${firefox}`;
  },
  s: () => 'The session’s name: “-”, since browsers give none.',
  i: () => 'A title for people; browsers write none.',
  t: () => 'From when to when the session lasts: 0 0 is “no end”.',
  c: (value) => {
    const { family, range } = addressKind(value.split(/[ /]/)[2]);
    if (range === 'unspecified' || family === 'none') return 'The address for media: not known yet. ICE finds it, by the candidates.';
    return 'The address of the default candidate, for programs without ICE. Browsers ignore it and use the candidates.';
  },
  b: (value) => {
    const [kind, limit] = value.split(':');
    return `At most ${limit ?? '?'} ${kind === 'TIAS' ? 'bit/s (without headers)' : 'kbit/s'} are to be sent to the sender of this description.`;
  },
  m: mediaWords,
};

function mediaWords(value, { section, sender }) {
  const [kind = '', port = '', protocol = '', ...payloads] = value.split(' ');
  const what = { audio: 'sound', video: 'a picture', application: 'data channels' }[kind] ?? `“${kind}”`;
  const codecs = codecNames(section);
  const types = kind === 'application'
    ? `carried by ${payloads[0] === 'webrtc-datachannel' ? 'SCTP, encrypted by DTLS' : payloads.join(' ')}`
    : `payload types in order of preference: ${payloads.map((payload) => `${payload} ${section.codecs.get(payload)?.name || '?'}`).join(', ')}${codecs.length ? `; codecs: ${codecs.join(', ')}` : ''}`;
  const head = `An m-section: one place for ${what} (${protocol})`;
  if (section.isRejected) return note(`${head}. Port 0: ${sender} has rejected it, or it was stopped. Nothing flows here.`);
  const ports = {
    0: 'port 0 with a=bundle-only: it is only there if it shares the port of another m-section',
    9: 'port 9 stands for “not known yet”: ICE finds the port',
  };
  return `${head}; ${ports[port] ?? `port ${port} is that of the default candidate`}; ${types}.`;
}

/** @type {Record<string, Explain>} by the attribute's name */
export const ATTRIBUTES = {
  group: (value) => {
    const [kind, ...mids] = value.split(' ');
    if (kind !== 'BUNDLE') return `A group of m-sections (${kind}): ${mids.join(', ')}.`;
    if (!mids.length) return 'No m-section shares a port: there is none, or all were rejected.';
    if (mids.length === 1) return `BUNDLE: the m-section ${mids[0]} would share its connection and port with others.`;
    return `BUNDLE: the m-sections ${mids.join(', ')} share one connection and one port.`;
  },
  'bundle-only': () => 'This m-section is used only if it shares the port of another one (BUNDLE).',
  'msid-semantic': () => 'MediaStream ids (msid) mean WebRTC’s media streams (WMS). A left-over of older drafts.',
  'extmap-allow-mixed': () => 'Header extensions with one-byte and two-byte headers may be mixed.',
  mid: (value) => `The name of this m-section: “${value}”. Candidates and BUNDLE refer to it.`,
  'ice-ufrag': (value) => `The ICE user name: “${value}”. Together with the password it shows that a check comes from the right peer. A new one within a connection is an ICE restart.`,
  'ice-pwd': () => 'The ICE password, with which the other side signs its checks.',
  'ice-options': (value) => {
    const words = value.split(' ').map((option) => ({
      trickle: 'trickle: candidates may come later, one by one',
      ice2: 'ice2: ICE as of 2018 (RFC 8445)',
      renomination: 'renomination: the selected pair may be changed later',
    }[option] ?? option));
    return `ICE: ${words.join('; ')}.`;
  },
  'ice-lite': () => note('The sender is a server with a public address that only answers checks (ICE lite).'),
  'end-of-candidates': () => 'There are no more candidates for this m-section.',
  candidate: (value) => {
    const { words, type } = explainCandidate(`candidate:${value}`);
    return type === 'unknown' ? note(words) : words;
  },
  'remote-candidates': () => 'The candidates of the other side that are in use.',
  fingerprint: (value) => `The ${value.split(' ')[0]} of the sender’s certificate. In the DTLS handshake the other side compares it: so nobody between them can listen.`,
  setup: (value, { sender, other }) => ({
    actpass: `DTLS, the encryption: ${sender} may begin the handshake or wait, and ${other} chooses. Each offer says so.`,
    active: `DTLS, the encryption: ${sender} begins the handshake (is its client).`,
    passive: `DTLS, the encryption: ${sender} waits until ${other} begins the handshake (is its server).`,
    holdconn: note('DTLS is not to begin yet.'),
  }[value] ?? note(`A role in DTLS that does not exist: “${value}”.`)),
  'tls-id': () => 'The name of the DTLS association; a new one would be a new handshake.',
  rtcp: (value) => (value.startsWith('9 ')
    ? 'Port and address of RTCP (reports about quality): not known yet, and unused with rtcp-mux.'
    : 'Port and address of RTCP (reports about quality), for programs without rtcp-mux. Browsers ignore it.'),
  'rtcp-mux': () => 'RTP (media) and RTCP (reports) share one port.',
  'rtcp-mux-only': () => 'RTP and RTCP must share one port.',
  'rtcp-rsize': () => 'RTCP packets may be short (reduced size): only the report, without the rest.',
  'sctp-port': (value) => `The port of SCTP inside DTLS: ${value}. No port of the machine.`,
  sctpmap: () => 'Data channels, as browsers described them before 2019.',
  'max-message-size': (value) => {
    if (value === '0') return `The sender accepts messages of any size on data channels.`;
    return `One message on a data channel may have at most ${Number(value).toLocaleString('en')} bytes; \`send\` throws for a larger one.`;
  },
  crypto: () => note('A key for SRTP in plain text (SDES). Browsers refuse it since 2014: they use DTLS.'),
  identity: () => 'A signed identity of the sender; no browser uses it today.',
  tool: (value) => `Made by ${value}.`,
};
