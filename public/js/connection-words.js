// Sentences about the connection between two browsers, for all pages: why there is none, what does not
// work on it, and what to try.

/**
 * @param {string} userName the other side
 * @param {import('./candidates.js').CandidateKinds} kinds
 * @returns {string}
 */
export function noWayWords(userName, { own, theirs }) {
  const candidates = `Candidates: ${list(own)} from this browser, ${list(theirs)} from ${userName}’s.`;
  return `No way to ${userName} was found. ${candidates} ${advice(userName, own, theirs)}`;
}

/** “none”, “2 host”, “2 host and 1 relay”. */
function list(kinds) {
  const counted = [...new Set(kinds)].map((kind) => `${kinds.filter((other) => other === kind).length} ${kind}`);
  return counted.join(' and ') || 'none';
}

function advice(userName, own, theirs) {
  if (!own.length) return 'This device seems to be in no network: check its Wi-Fi or cable, then try again.';
  if (!theirs.length) return `${userName}’s page may have been closed, or its device has lost the network: try again.`;
  if ([...own, ...theirs].includes('relay')) {
    return 'Even the relay (TURN server) was not reached: a firewall may block it. Try another network on one of the two devices.';
  }
  return 'A firewall or a VPN may be between the two devices. Put both into the same network (a guest Wi-Fi often keeps'
    + ' devices apart), switch a VPN off, allow the browser UDP in the firewall, then try again.';
}

/** The other side does not answer an offer within the call. */
export function unansweredWords(userName) {
  return `${userName}’s page does not take part in changes during a call. What you add now, a camera or a screen,`
    + ' reaches them only in a new call.';
}

/** Why a page can do nothing here; one sentence. */
export const NO_WEBRTC = 'This browser cannot connect to another one: WebRTC (RTCPeerConnection) is missing or switched off,'
  + ' perhaps by a policy or an extension; please open the page in another browser.';
