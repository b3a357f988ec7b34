// Codecs and their parameters (`a=rtpmap`, `a=fmtp`) in words.

const CODECS = {
  opus: 'Opus, the usual codec for sound: music and speech at 6 to 510 kbit/s',
  g722: 'G.722, speech at 64 kbit/s, as digital telephones use it (the clock of 8000 is an old error of the standard: it samples 16,000 times a second)',
  pcmu: 'G.711 µ-law, the telephone codec of America and Japan: 64 kbit/s',
  pcma: 'G.711 A-law, the telephone codec of Europe: 64 kbit/s',
  gsm: 'GSM, an old codec of mobile phones',
  ilbc: 'iLBC, an old speech codec',
  isac: 'iSAC, an old speech codec',
  cn: 'comfort noise: what to play while the speaker is silent',
  'telephone-event': 'keys of a telephone (DTMF tones), sent by name rather than as sound',
  vp8: 'VP8, a video codec that each WebRTC browser has',
  vp9: 'VP9, a video codec that needs fewer bits than VP8 and more computing time',
  av1: 'AV1, the newest of the video codecs here: the fewest bits, the most computing time',
  av1x: 'AV1 under its name from before the standard',
  h264: 'H.264, the video codec that most devices can compute in hardware',
  h265: 'H.265 (HEVC), the successor of H.264; browsers offer it only where the hardware has it',
  rtx: 'not a codec: packets that are sent again after a loss (retransmission)',
  red: 'not a codec: packets that carry earlier ones once more, against losses (redundancy)',
  ulpfec: 'not a codec: packets from which lost ones are computed (forward error correction)',
  'flexfec-03': 'not a codec: packets from which lost ones are computed (flexible forward error correction)',
  flexfec: 'not a codec: packets from which lost ones are computed (flexible forward error correction)',
};

const NAMES = { h264: 'H264', h265: 'H265', vp8: 'VP8', vp9: 'VP9', av1: 'AV1', opus: 'Opus', pcmu: 'PCMU', pcma: 'PCMA', g722: 'G722', cn: 'CN' };

/** Not codecs of their own: helpers of the others. */
export const HELPERS = ['rtx', 'red', 'ulpfec', 'flexfec-03', 'flexfec', 'cn', 'telephone-event'];

/** @param {string} name as in the description */
export function codecName(name) {
  return ownOf(NAMES, name.toLowerCase()) ?? name;
}

/** @param {import('./session-description.js').Section} section */
export function codecNames(section) {
  const names = section.payloads.map((payload) => section.codecs.get(payload)?.name ?? '').filter(Boolean);
  return [...new Set(names.filter((name) => !HELPERS.includes(name.toLowerCase())).map(codecName))];
}

/** `a=rtpmap:96 VP8/90000` */
export function rtpmapWords(value) {
  const [, payload, name, clock, channels] = /^(\d+) ([^/\s]+)\/(\d+)(?:\/(\d+))?/.exec(value) ?? [];
  if (!payload) return 'Gives a payload type its codec, but cannot be read.';
  const words = ownOf(CODECS, name.toLowerCase()) ?? `${name}, a codec that is not explained here`;
  const sound = channels ? `, ${channels === '1' ? 'one channel' : `${channels} channels`}` : '';
  return `Payload type ${payload} is ${words}. The clock of its time stamps ticks ${Number(clock).toLocaleString('en')} times a second${sound}.`;
}

/** `a=fmtp:96 name=value;…` */
export function fmtpWords(value, section) {
  const [, payload, text] = /^(\d+) ?(.*)$/.exec(value) ?? [];
  if (!payload) return 'Parameters of a codec that cannot be read.';
  const { name = '' } = section.codecs.get(payload) ?? {};
  const of = name ? `${codecName(name)} (${payload})` : `payload type ${payload}`;
  const nameOf = (other) => codecName(section.codecs.get(other)?.name ?? '') || 'unknown';
  if (name.toLowerCase() === 'red' && /^\d+(\/\d+)*$/.test(text)) {
    return `Parameters of ${of}: each packet holds payload type ${text.split('/')[0]} (${nameOf(text.split('/')[0])}), the current one and ${text.split('/').length - 1} before it.`;
  }
  if (name.toLowerCase() === 'telephone-event') return `Parameters of ${of}: which keys can be sent; ${text} are 0 to 9, *, #, A to D where the range is 0-15.`;
  const parts = text.split(';').map((part) => part.trim()).filter(Boolean).map((part) => {
    const [, key, setting = ''] = /^([^=]*)=?(.*)$/s.exec(part);
    return parameterWords(key, setting, name.toLowerCase(), nameOf);
  });
  return `Parameters of ${of}: ${parts.join('; ') || 'none'}.`;
}

/** Whether a parameter has words of its own. */
export function isKnownParameter(key) {
  return ownOf(PARAMETERS, key) !== undefined;
}

const yes = (value) => value === '1';

const PARAMETERS = {
  apt: (value, codec, nameOf) => `for lost packets of payload type ${value} (${nameOf(value)})`,
  'rtx-time': (value) => `packets are kept for ${value} ms, to be sent again`,
  minptime: (value) => `a packet holds at least ${value} ms of sound`,
  maxptime: (value) => `a packet holds at most ${value} ms of sound`,
  ptime: (value) => `a packet holds ${value} ms of sound`,
  useinbandfec: (value) => (yes(value) ? 'a packet also holds a rough copy of the one before it, against losses' : 'packets hold no copy of the one before'),
  usedtx: (value) => (yes(value) ? 'nothing is sent while nobody speaks' : 'silence is sent like sound'),
  stereo: (value) => (yes(value) ? 'prefers to receive stereo' : 'prefers to receive mono'),
  'sprop-stereo': (value) => (yes(value) ? 'is likely to send stereo' : 'is likely to send mono'),
  cbr: (value) => (yes(value) ? 'wants a constant bit rate' : 'the bit rate may vary'),
  maxaveragebitrate: (value) => `at most ${value} bit/s on average`,
  maxplaybackrate: (value) => `plays sound of at most ${value} samples a second`,
  'sprop-maxcapturerate': (value) => `records at most ${value} samples a second`,
  'max-fs': (value) => `accepts pictures of at most ${value} blocks of 16 by 16 pixels`,
  'max-fr': (value) => `accepts at most ${value} pictures a second`,
  'max-mbps': (value) => `decodes at most ${value} blocks of 16 by 16 pixels a second`,
  'max-br': (value) => `at most ${value} kbit/s`,
  'level-asymmetry-allowed': (value) => (yes(value) ? 'each direction may use a level of its own' : 'both directions use the same level'),
  'packetization-mode': (value) => (value === '0' ? 'each packet holds one whole unit of the codec' : 'a unit of the codec may be spread over several packets'),
  'profile-level-id': (value) => h264Words(value),
  'sprop-parameter-sets': () => 'the decoder’s settings, sent beforehand',
  'profile-id': (value, codec) => (codec === 'vp9' ? `VP9 profile ${value}: ${VP9_PROFILES[value] ?? 'not known here'}` : `profile ${value}${codec === 'h265' && value === '1' ? ' (Main)' : ''}`),
  'level-idx': (value) => `level ${2 + (Number(value) >> 2)}.${Number(value) & 3}, which bounds size and rate of the pictures`,
  profile: (value) => `profile ${value} (${['Main', 'High', 'Professional'][value] ?? 'not known here'})`,
  tier: (value) => `tier ${value} (${['Main', 'High'][value] ?? 'not known here'}), which bounds the bit rate`,
  'tier-flag': (value) => `tier ${value} (${['Main', 'High'][value] ?? 'not known here'})`,
  'level-id': (value) => `level ${Number(value) / 30}, which bounds size and rate of the pictures`,
  'tx-mode': (value) => (value === 'SRST' ? 'one stream of packets' : `transmission mode ${value}`),
  'repair-window': (value) => `lost packets can be computed for ${Number(value) / 1e6} s`,
  'x-google-start-bitrate': (value) => `begins with ${value} kbit/s (Chromium only)`,
  'x-google-min-bitrate': (value) => `at least ${value} kbit/s (Chromium only)`,
  'x-google-max-bitrate': (value) => `at most ${value} kbit/s (Chromium only)`,
};

const VP9_PROFILES = {
  0: '8 bits a colour, the usual one',
  1: '8 bits a colour, with more colour detail',
  2: '10 or 12 bits a colour',
  3: '10 or 12 bits a colour, with more colour detail',
};

function parameterWords(key, value, codec, nameOf) {
  const words = ownOf(PARAMETERS, key)?.(value, codec, nameOf) ?? 'not explained here';
  return `${value === '' ? key : `${key}=${value}`} – ${words}`;
}

/** Profile, constraints and level, two hexadecimal digits each (RFC 6184, section 8.1). */
function h264Words(value) {
  const [, profile, constraints, level] = /^([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(value) ?? [];
  if (!profile) return 'profile and level, not readable';
  const flags = parseInt(constraints, 16);
  const names = {
    42: flags & 0x40 ? 'Constrained Baseline' : 'Baseline',
    '4d': 'Main',
    58: 'Extended',
    64: (flags & 0x0c) === 0x0c ? 'Constrained High' : 'High',
    f4: 'High 4:4:4 Predictive',
  };
  const number = parseInt(level, 16);
  const name = ownOf(names, profile.toLowerCase()) ?? `profile ${profile}`;
  return `${name} profile, level ${number === 11 && flags & 0x10 ? '1b' : (number / 10).toFixed(1)}, which bounds size and rate of the pictures`;
}

function ownOf(table, key) {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
