// @ts-check
// How good a connection is, out of two looks at the browser's statistics. Plain functions that need no page.

/**
 * @typedef {object} Traffic what has passed until one moment
 * @property {number} at in ms
 * @property {'direct' | 'relayed' | null} way
 * @property {number | null} roundTripMs
 * @property {number} sent in bytes
 * @property {number} received in bytes
 * @property {number} packets that have arrived
 * @property {number} lost packets
 * @property {{width: number, height: number, framesPerSecond: number} | null} picture
 */

/** The limits of “good” and of “fair”: lost packets of 100, and milliseconds to the other side and back. */
const GOOD = { loss: 2, roundTripMs: 250 };
const FAIR = { loss: 8, roundTripMs: 600 };

/**
 * @param {import('../../switchboard.esm.js').Stats} stats
 * @param {number} at
 * @returns {Traffic}
 */
export function readTraffic({ way, roundTripMs, bytesSent, bytesReceived, packetsLost, picture, report }, at) {
  let packets = 0;
  for (const entry of report.values()) if (entry.type === 'inbound-rtp') packets += entry.packetsReceived ?? 0;
  return { at, way, roundTripMs, sent: bytesSent, received: bytesReceived, packets, lost: packetsLost, picture };
}

/**
 * @param {Traffic} now
 * @param {Traffic} [before]
 * @param {string} [state] of the call
 * @returns {'Good' | 'Fair' | 'Poor' | 'Lost'}
 */
export function qualityOf(now, before, state = 'connected') {
  if (state === 'interrupted') return 'Lost';
  const loss = lossOf(now, before);
  const roundTripMs = now.roundTripMs ?? 0;
  const isWithin = (limits) => loss <= limits.loss && roundTripMs <= limits.roundTripMs;
  if (isWithin(GOOD)) return 'Good';
  return isWithin(FAIR) ? 'Fair' : 'Poor';
}

/** Of 100 packets since the last look. A new connection in place of a broken one counts from zero. */
function lossOf(now, before) {
  const packets = now.packets - (before?.packets ?? 0);
  const lost = now.lost - (before?.lost ?? 0);
  return packets > 0 && lost > 0 ? (100 * lost) / (packets + lost) : 0;
}

/**
 * The names and values that are shown.
 * @param {Traffic} now
 * @param {Traffic} [before]
 * @returns {[string, string][]}
 */
export function rowsOf(now, before) {
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  const rate = (key) => (seconds > 0 && now[key] >= before[key] ? bitsWords(((now[key] - before[key]) * 8) / seconds) : '–');
  return [
    ['Way', now.way === 'relayed' ? 'through a relay' : now.way ?? '–'],
    ['Round trip', now.roundTripMs === null ? '–' : `${now.roundTripMs} ms`],
    ['Lost', `${lossOf(now, before).toFixed(1)} %`],
    ['Receiving', rate('received')],
    ['Sending', rate('sent')],
    ['Picture', now.picture ? `${now.picture.width} × ${now.picture.height}, ${Math.round(now.picture.framesPerSecond)} a second` : '–'],
  ];
}

function bitsWords(bits) {
  return bits < 1_000_000 ? `${Math.round(bits / 1000)} kbit/s` : `${(bits / 1_000_000).toFixed(1)} Mbit/s`;
}

/** “0:07”, “12:30”, “1:02:03”. @param {number} ms */
export function durationWords(ms) {
  const all = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (value) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
