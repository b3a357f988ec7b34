// @ts-check
// How good a connection is, out of two looks at the browser's statistics. Plain functions that need no page; the words for
// it are in quality-words.js.

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

/** How often a connection is measured, and how far apart two looks may be that are compared, in ms. */
export const MEASURE_MS = 2_000;
const LONGEST_MS = 3 * MEASURE_MS;

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
export function lossOf(now, before) {
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

/**
 * Looks at the connections to several members, and tells whose is poor for some time.
 * @param {(id: string, isPoor: boolean) => void} tell when that changes
 * @returns {(members: {id: string, state: string, stats(): Promise<import('../../switchboard.esm.js').Stats | undefined>}[],
 *   clock?: () => number) => Promise<void>} a look; to be called with all members, regularly
 */
export function createPoorWatch(tell) {
  /** @type {Map<string, {isPoor: ReturnType<typeof createPoorSign>, isTold: boolean, last?: Traffic}>} */
  let lines = new Map();
  return async (members, clock = () => performance.now()) => {
    lines = new Map(members.map(({ id }) => [id, lines.get(id) ?? { isPoor: createPoorSign(), isTold: false }]));
    await Promise.all(members.map(async (member) => {
      const { id, state } = member;
      const line = lines.get(id);
      const found = state === 'connected' ? await member.stats().catch(() => undefined) : undefined; // It may end meanwhile.
      if (lines.get(id) !== line) return;
      const now = found && readTraffic(found, clock());
      const before = line.last;
      line.last = now;
      // After a time out of sight, what was lost meanwhile says nothing about now.
      if (now && (!before || now.at - before.at > LONGEST_MS)) return;
      const isPoor = line.isPoor(now ? qualityOf(now, before) : 'lost');
      if (isPoor === line.isTold) return;
      line.isTold = isPoor;
      tell(id, isPoor);
    }));
  };
}

/** “0:07”, “12:30”, “1:02:03”. @param {number} ms */
export function durationWords(ms) {
  const all = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (value) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
