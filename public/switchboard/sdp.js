// The few lines of a description that our pages read. Everything else in it is the browsers' business.

/**
 * The user name fragments under which the sender's candidates are known.
 * @param {RTCSessionDescriptionInit} description
 * @returns {string[]}
 */
export function ufragsOf({ sdp }) {
  return valuesOf(sdp, 'ice-ufrag');
}

/**
 * Whether an offer restarts ICE.
 * @param {RTCSessionDescriptionInit | null} before the last description of the same side
 * @param {RTCSessionDescriptionInit} offer
 */
export function isIceRestart(before, offer) {
  const known = before ? ufragsOf(before) : [];
  return known.length > 0 && !ufragsOf(offer).some((ufrag) => known.includes(ufrag));
}

/**
 * A secret of the two peers of a call, by which they recognise each other: only they have seen the answer.
 * @param {RTCSessionDescriptionInit} answer the call's first
 * @returns {string}
 */
export function callKey({ sdp }) {
  return valuesOf(sdp, 'ice-pwd')[0] ?? '';
}

/**
 * Whether two descriptions of the other side come from two RTCPeerConnections: each has a
 * certificate of its own, and keeps it.
 * @param {RTCSessionDescriptionInit} one
 * @param {RTCSessionDescriptionInit} other
 */
export function areOfDifferentConnections(one, other) {
  const [before, after] = [one, other].map(({ sdp }) => valuesOf(sdp, 'fingerprint').map((value) => value.toUpperCase()));
  return before.length > 0 && after.length > 0 && !after.some((fingerprint) => before.includes(fingerprint));
}

/**
 * Which part in DTLS an answer claims for its sender: `active` (client) or `passive` (server).
 * @param {RTCSessionDescriptionInit} answer
 * @returns {string | undefined}
 */
export function dtlsRoleOf({ sdp }) {
  return valuesOf(sdp, 'setup')[0];
}

/**
 * The same answer, with this part for its sender.
 * @param {RTCSessionDescriptionInit} answer
 * @param {string | undefined} role
 * @returns {RTCSessionDescriptionInit}
 */
export function withDtlsRole({ type, sdp }, role) {
  return { type, sdp: role ? sdp.replace(/^a=setup:[a-z]+/gm, `a=setup:${role}`) : sdp };
}

/** @param {RTCSessionDescriptionInit} description */
export function isFromFirefox({ sdp }) {
  return /^o=mozilla/m.test(sdp);
}

function valuesOf(sdp, attribute) {
  return [...String(sdp).matchAll(new RegExp(`^a=${attribute}:(.*\\S)`, 'gm'))].map(([, value]) => value);
}
