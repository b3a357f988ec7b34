// The events that the server knows, and which of them a misspelled one is nearest to.

/** What pages send for calls. */
export const CALL_EVENTS = [
  'newOffer',
  'newAnswer',
  'sendIceCandidateToSignalingServer',
  'checkOffers',
  'test',
  'hangup',
  'cancelOffer',
  'declineOffer',
  'rejoinCall',
  'callStage',
];

/** What pages send in rooms, by either transport. */
export const ROOM_EVENTS = [
  'joining-room', 'leaving-room', 'sending-SDP-offer', 'accepting-SDP-offer', 'sending-ICE-candidate',
  'setting-access', 'admitting-peer', 'rejecting-peer',
];

/** What the server sends for calls: pages that emit one of these have mixed up the two directions. */
export const SERVER_EVENTS = ['availableOffers', 'newOfferAwaiting', 'answerResponse', 'receivedIceCandidateFromServer'];

/** Other names of the same things that are seen in students' pages. */
const KIN = [
  [/^(?:send_?)?(?:new_?)?offer$/, 'newOffer'],
  [/^(?:send_?)?(?:new_?)?answer$/, 'newAnswer'],
  [/candidate/, 'sendIceCandidateToSignalingServer'],
];

const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The event that was probably meant, or null. */
export function nearestEvent(name) {
  if (typeof name !== 'string') return null;
  const given = plain(name.slice(0, 60));
  let best = null;
  // Only the names of rooms have hyphens in them.
  for (const event of name.includes('-') ? [...CALL_EVENTS, ...ROOM_EVENTS] : CALL_EVENTS) {
    const distance = editDistance(given, plain(event));
    if (distance <= Math.max(2, Math.floor(event.length / 4)) && (!best || distance < best.distance)) best = { event, distance };
  }
  if (best) return best.event;
  return KIN.find(([pattern]) => pattern.test(given))?.[1] ?? null;
}

/** How many letters differ (Levenshtein). */
function editDistance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const swap = one[i - 1] === other[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + swap);
    }
    row = next;
  }
  return row[other.length];
}
