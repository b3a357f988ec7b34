// @ts-check
// By which way a connection reaches the other browser: directly, or through a relay (TURN server).

/** @typedef {'direct' | 'relayed' | null} Way null: there is none at present */

/** Types of candidates. */
const RELAY = 'relay';

/**
 * @param {RTCPeerConnection} pc
 * @returns {Promise<Way>}
 */
export async function wayOf(pc) {
  if (pc.connectionState !== 'connected') return null;
  return wayIn(await pc.getStats());
}

/**
 * The pair of candidates in use.
 * @param {Map<string, any> | RTCStatsReport} report of a connection
 */
export function pairIn(report) {
  const all = [...report.values()];
  const { selectedCandidatePairId } = all.find(({ type, selectedCandidatePairId: id }) => type === 'transport' && id) ?? {};
  // Some browsers mark the pair instead.
  return report.get(selectedCandidatePairId) ?? all.find(({ type, selected }) => type === 'candidate-pair' && selected);
}

/**
 * @param {Map<string, any> | RTCStatsReport} report of a connection
 * @returns {Way}
 */
export function wayIn(report) {
  const pair = pairIn(report);
  if (!pair) return null;
  const ends = [pair.localCandidateId, pair.remoteCandidateId].map((id) => report.get(id)?.candidateType);
  return ends.includes(RELAY) ? 'relayed' : 'direct';
}

/** When a connection is looked at after it has connected, in ms: a better pair may take the place of the first. */
const LOOKS_MS = [0, 1_500, 6_000];

/**
 * Looks by which way a connection goes, now and a little later.
 * @param {{way: () => Promise<Way>}} peer
 * @param {(way: Way) => void} show called where it may have changed
 */
export function lookAtWay(peer, show) {
  for (const ms of LOOKS_MS) setTimeout(() => peer.way().then(show, () => {}), ms);
}
