// Lines about what is sent in an m-section, in words: directions, codecs, feedback, streams, simulcast.

import { codecName, fmtpWords, rtpmapWords } from './codecs.js';
import { extmapWords } from './extmaps.js';

const note = (words) => ({ words, level: /** @type {const} */ ('note') });

const FEEDBACK = {
  nack: 'asks for single lost packets (NACK), which are then sent again',
  'nack pli': 'reports that a picture cannot be decoded (PLI), and gets a whole one (key frame)',
  'ccm fir': 'asks for a whole picture (FIR), for instance for a new viewer',
  'ccm tmmbr': 'asks for a lower bit rate (TMMBR)',
  'goog-remb': 'tells what bit rate it can receive (REMB); the older way',
  'transport-cc': 'reports when each packet arrived (transport-cc); from it the sender finds the bit rate that the network carries',
  'ack ccfb': 'reports when each packet arrived (RFC 8888)',
  rrtr: 'reports its own time',
};

/** @type {Record<string, import('./transport-lines.js').Explain>} by the attribute's name */
export const ATTRIBUTES = {
  sendrecv: (value, context) => direction(context, (sender) => `${sender} sends here, and wants to receive: both directions.`),
  sendonly: (value, context) => direction(context, (sender, other) => `${sender} only sends here. ${other} is to answer with recvonly, and cannot send here.`, (sender, other) => `${sender} only sends here; ${other} receives.`),
  recvonly: (value, context) => direction(context, (sender, other) => `${sender} sends nothing here, and wants to receive: ${other} may send.`, (sender, other) => `${sender} sends nothing here: only ${other} sends. After an offer with sendrecv this means that ${sender} had added no track of this kind before its answer.`),
  inactive: (value, context) => {
    const words = direction(context, () => `Neither side sends here: a place that is kept for later, or a track that was stopped.`);
    return context.section.index < 0 ? words : note(words);
  },

  rtpmap: (value) => rtpmapWords(value),
  fmtp: (value, { section }) => fmtpWords(value, section),
  extmap: (value) => extmapWords(value),
  'rtcp-fb': (value, { section, sender }) => {
    const [, payload, kind] = /^(\S+) +(.*)$/.exec(value) ?? [];
    if (!payload) return 'A kind of feedback that cannot be read.';
    const of = payload === '*' ? 'every codec' : `${codecName(section.codecs.get(payload)?.name ?? '') || 'payload type'} (${payload})`;
    const words = Object.hasOwn(FEEDBACK, kind) ? FEEDBACK[kind] : `uses “${kind}”, which is not explained here`;
    return `Feedback for ${of}: the receiver ${words}.`;
  },
  'rtcp-xr': (value) => (value.startsWith('rcvr-rtt')
    ? 'Extended reports: a side that only receives can measure the round-trip time, too.'
    : `Extended reports about quality: ${value}.`),
  ptime: (value) => `One packet is to hold ${value} ms of sound.`,
  maxptime: (value) => `One packet holds at most ${value} ms of sound.`,
  framerate: (value) => `At most ${value} pictures a second.`,
  imageattr: () => 'Which sizes of pictures are wanted.',
  'content': (value) => `What the picture shows: ${value}.`,

  ssrc: (value) => {
    const [, number, name = '', rest = ''] = /^(\d+) ?([^:]*):?(.*)$/.exec(value) ?? [];
    const meaning = {
      cname: 'the sender’s name, the same for its sound and picture, so that they are played in step',
      msid: 'the ids of its MediaStream and track (also in a=msid)',
      mslabel: 'the id of its MediaStream, in an older form',
      label: 'the id of its track, in an older form',
    }[name];
    return `Packets with the number ${number ?? '?'} (SSRC) belong here; ${meaning ?? `${name} ${rest}`.trim()}.`;
  },
  'ssrc-group': (value) => {
    const [kind, ...numbers] = value.split(' ');
    const meaning = {
      FID: `lost packets of ${numbers[0]} are sent again as ${numbers[1]}`,
      SIM: `${numbers.length} sizes of one picture (simulcast)`,
      'FEC-FR': `lost packets of ${numbers[0]} can be computed from ${numbers[1]}`,
    }[kind];
    return `These numbers (SSRC) belong together: ${meaning ?? `${kind} ${numbers.join(' ')}`}.`;
  },
  msid: (value) => {
    const [stream, track] = value.split(' ');
    const ids = track ? 'its MediaStream and its track' : 'its MediaStream';
    if (stream === '-') return `The track belongs to no MediaStream: \`ontrack\` of the other side comes with an empty \`streams\`.`;
    return `The ids of ${ids}: they group the tracks in \`streams\` of \`ontrack\`.`;
  },
  rid: (value) => {
    const [rid, way, restrictions] = value.split(' ');
    const words = way === 'recv' ? 'can be received' : 'can be sent';
    return `“${rid}” is the name of one size of the picture that ${words}${restrictions ? `, with ${restrictions}` : ''}.`;
  },
  simulcast: (value) => {
    const parts = value.replace(/^\s+/, '').split(' ');
    const words = [];
    for (let place = 0; place + 1 < parts.length; place += 2) {
      const names = parts[place + 1].replace(/^rid=/, '').split(';').map((name) => (name.startsWith('~') ? `${name.slice(1)} (paused)` : name));
      words.push(`${parts[place] === 'recv' ? 'received' : 'sent'} at once in ${names.length} sizes: ${names.join(', ')}`);
    }
    return `Simulcast: the picture is ${words.join('; ') || value}. Servers use it; between two browsers only the first is sent.`;
  },
  'x-google-flag': (value) => `A switch of Chromium: ${value}.`,
};

/** In an offer what is wanted, in an answer what is going to be. */
function direction({ parsed, section, sender, other }, offered, answered = offered) {
  if (section.index < 0) return 'The direction of m-sections that do not say their own. (Firefox writes it; each of its m-sections has one.)';
  const words = (/answer$/.test(parsed.type) ? answered : offered)(sender, other);
  return words.replace(/(^|\. )([a-z])/g, (whole, before, letter) => before + letter.toUpperCase());
}
