// @ts-check
// How good a connection is, out of two looks at the browser's statistics. Plain functions that need no page.

import { language, t } from '../words.js';

/**
 * @typedef {'good' | 'fair' | 'poor' | 'lost'} Quality
 *
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

/** So many looks in a row begin, and end, what is said of a poor connection: one bad moment is not worth a word. */
const POOR_FROM = 2;
const WELL_FROM = 3;

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
 * @returns {Quality}
 */
export function qualityOf(now, before, state = 'connected') {
  if (state === 'interrupted') return 'lost';
  const loss = lossOf(now, before);
  const roundTripMs = now.roundTripMs ?? 0;
  const isWithin = (limits) => loss <= limits.loss && roundTripMs <= limits.roundTripMs;
  if (isWithin(GOOD)) return 'good';
  return isWithin(FAIR) ? 'fair' : 'poor';
}

/** Of 100 packets since the last look. A new connection in place of a broken one counts from zero. */
function lossOf(now, before) {
  const packets = now.packets - (before?.packets ?? 0);
  const lost = now.lost - (before?.lost ?? 0);
  return packets > 0 && lost > 0 ? (100 * lost) / (packets + lost) : 0;
}

/** Whether the connection is poor for some time. @returns {(quality: Quality) => boolean} to be called at each look */
export function createPoorSign() {
  let isPoor = false;
  let others = 0;
  return (quality) => {
    if (quality === 'lost') [isPoor, others] = [false, 0]; // The status line says so.
    else if ((quality === 'poor') === isPoor) others = 0;
    else others += 1;
    if (others >= (isPoor ? WELL_FROM : POOR_FROM)) [isPoor, others] = [!isPoor, 0];
    return isPoor;
  };
}

/** @param {Quality} quality */
export function qualityWords(quality) {
  switch (quality) {
    case 'good': return t`Good`;
    case 'fair': return t`Fair`;
    case 'poor': return t`Poor`;
    default: return t`Lost`;
  }
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
  const { picture } = now;
  return [
    [t`Way`, wayWords(now.way)],
    [t`Round trip`, now.roundTripMs === null ? '–' : `${now.roundTripMs} ms`],
    [t`Lost packets`, `${withDigit(lossOf(now, before))} %`],
    [t`Receiving`, rate('received')],
    [t`Sending`, rate('sent')],
    [t`Picture`, picture ? t`${picture.width} × ${picture.height}, ${Math.round(picture.framesPerSecond)} a second` : '–'],
  ];
}

function wayWords(way) {
  if (way === 'relayed') return t`through a relay`;
  return way === 'direct' ? t`direct` : '–';
}

function bitsWords(bits) {
  return bits < 1_000_000 ? `${Math.round(bits / 1000)} kbit/s` : `${withDigit(bits / 1_000_000)} Mbit/s`;
}

const withDigit = (value) => value.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** “0:07”, “12:30”, “1:02:03”. @param {number} ms */
export function durationWords(ms) {
  const all = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (value) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
