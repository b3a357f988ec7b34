// @ts-check
// What a connection does at present, out of the browser's statistics.

import { pairIn, wayIn } from './connection-way.js';

/**
 * @typedef {object} Stats
 * @property {import('./connection-way.js').Way} way
 * @property {number | null} roundTripMs
 * @property {number} bytesSent
 * @property {number} bytesReceived
 * @property {number} packetsLost of what the other side sent
 * @property {{width: number, height: number, framesPerSecond: number} | null} picture that arrives
 * @property {any} pair of candidates in use, as the report has it; null where there is none
 * @property {RTCStatsReport} report of the browser, whole
 */

/**
 * @param {RTCPeerConnection} pc
 * @returns {Promise<Stats>}
 */
export async function statsOf(pc) {
  const report = await pc.getStats();
  const all = [...report.values()];
  const sum = (type, key) => all.filter((entry) => entry.type === type).reduce((total, entry) => total + (entry[key] ?? 0), 0);
  const pair = pairIn(report);
  const picture = all.find(({ type, kind, frameWidth }) => type === 'inbound-rtp' && kind === 'video' && frameWidth);
  return {
    way: wayIn(report),
    roundTripMs: pair?.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000),
    bytesSent: sum('candidate-pair', 'bytesSent'),
    bytesReceived: sum('candidate-pair', 'bytesReceived'),
    packetsLost: sum('inbound-rtp', 'packetsLost'),
    picture: picture
      ? { width: picture.frameWidth, height: picture.frameHeight, framesPerSecond: picture.framesPerSecond ?? 0 }
      : null,
    pair: pair ?? null,
    report,
  };
}
