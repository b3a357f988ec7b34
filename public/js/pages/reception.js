// @ts-check
// Which kinds of media arrive from the other side, by the browser's statistics: a call has no channel by which the other
// side could say that its camera is off. Plain functions that need no page.

/**
 * How long nothing of a kind arrives, while something else does, before it counts as missing. A camera that is switched off
 * by `track.enabled` goes on sending a black picture once a second.
 */
const MISSING_MS = 2_400;

/** @typedef {'unknown' | 'arriving' | 'missing'} Arrival */

/**
 * @typedef {object} Counts what has arrived until one moment
 * @property {number} audio packets
 * @property {number} video packets
 * @property {number} line what shows that the line to the other side works, whatever is sent
 */

/**
 * @param {{values: () => Iterable<any>}} report of the browser
 * @returns {Counts}
 */
export function countArrivals(report) {
  const counts = { audio: 0, video: 0, line: 0 };
  for (const { type, kind, packetsReceived = 0, bytesReceived = 0, requestsReceived = 0, responsesReceived = 0 } of report.values()) {
    if (type === 'inbound-rtp' && kind in counts) counts[kind] += packetsReceived;
    if (type === 'candidate-pair') counts.line += bytesReceived + requestsReceived + responsesReceived;
  }
  return counts;
}

/** For one call. To be asked again and again. */
export function createReception() {
  /** @type {Record<'audio' | 'video', {state: Arrival, count: number, since: number}>} */
  const kinds = { audio: { state: 'unknown', count: 0, since: -1 }, video: { state: 'unknown', count: 0, since: -1 } };
  const line = { count: 0, at: 0 };

  return {
    /**
     * @param {Counts} counts
     * @param {number} at in ms
     * @param {boolean} isConnected while it is not, nothing is known
     * @returns {{audio: Arrival, video: Arrival}}
     */
    look(counts, at, isConnected) {
      if (counts.line !== line.count) Object.assign(line, { count: counts.line, at });
      for (const [kind, known] of Object.entries(kinds)) {
        const hasArrived = counts[kind] > known.count;
        // Also where a new connection has begun to count.
        if (counts[kind] !== known.count || !isConnected || known.since < 0) Object.assign(known, { count: counts[kind], since: at });
        if (hasArrived) known.state = 'arriving';
        // A line that is dead brings nothing of any kind, and that is no choice of the other side.
        else if (line.at - known.since >= MISSING_MS) known.state = 'missing';
      }
      return { audio: kinds.audio.state, video: kinds.video.state };
    },
  };
}
