// @ts-check
// Which kinds of media arrive from the other side, by the browser's statistics: a call has no channel by which the other
// side could say that its camera is off. Plain functions that need no page.

/** How long nothing of a kind arrives, while something else does, before it counts as missing. */
const MISSING_MS = 700;

/**
 * The same where a kind has not begun, or comes slowly: a screen on which nothing moves, or a camera that another client
 * switches off by `track.enabled`, sends a picture once a second.
 */
const SLOW_MISSING_MS = 2_400;

/** From such a gap on a kind comes slowly, and for how long after the last one. */
const SLOW_GAP_MS = 600;
const SLOW_FOR_MS = 10_000;

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
  /** @returns {{state: Arrival, count: number, since: number, slowUntil: number}} */
  const begin = () => ({ state: 'unknown', count: 0, since: -1, slowUntil: 0 });
  const kinds = { audio: begin(), video: begin() };
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
        const gap = at - known.since;
        if (hasArrived && gap >= SLOW_GAP_MS && gap < SLOW_MISSING_MS) known.slowUntil = at + SLOW_FOR_MS;
        const isSlow = known.state === 'unknown' || at < known.slowUntil;
        // Also where a new connection has begun to count.
        if (counts[kind] !== known.count || !isConnected || known.since < 0) Object.assign(known, { count: counts[kind], since: at });
        if (hasArrived) known.state = 'arriving';
        // A line that is dead brings nothing of any kind, and that is no choice of the other side.
        else if (line.at - known.since >= (isSlow ? SLOW_MISSING_MS : MISSING_MS)) known.state = 'missing';
      }
      return { audio: kinds.audio.state, video: kinds.video.state };
    },
  };
}
