// @ts-check
// A server that has lost its newest state may have calls that this client has ended since.

/**
 * Ends at the server the calls that only the server has.
 * @param {import('./signaling.js').Signaling} signaling a line on which `restored` has just come
 * @param {import('./call.js').Call[]} calls those of the client
 */
export function endUnknownCalls(signaling, calls) {
  // A call without a key has no answer here: it is offered again.
  const isHere = (id) => calls.some(({ offerId, _key }) => _key && offerId === id);
  for (const { offerId } of signaling.restored.calls) if (!isHere(offerId)) signaling.hangup(offerId);
}
