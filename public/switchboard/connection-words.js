// Sentences about the connection between two browsers, for all pages: why there is none, what does not
// work on it, and what to try.

/** What to do where there is no relay. */
const START_RELAY = 'start it with --turn, or name a TURN server with --ice-server';

/** What “relay only” means where there is no relay. */
export const NO_RELAY = `“Relay only” is on, but this server names no relay, so no connection comes about: ${START_RELAY}, or switch “Relay only” off.`;

/**
 * @param {string} userName the other side
 * @param {import('./candidates.js').CandidateKinds} kinds
 * @param {{hasRelay?: boolean, isRelayOnly?: boolean}} [relay] whether the server names one, and nothing else is used
 * @returns {string}
 */
export function noWayWords(userName, { own, theirs }, relay = {}) {
  const candidates = `Candidates: ${list(own)} from this browser, ${list(theirs)} from ${userName}’s.`;
  return `No way to ${userName} was found. ${candidates} ${advice(userName, own, theirs, relay)}`;
}

/**
 * What the server names for connections between browsers, and what that means; one or two sentences.
 * @param {import('./ice-servers.js').IceState & {isRelayOnly: boolean}} ice
 */
export function iceWords({ state, problem, hasRelay, isRelayOnly }) {
  if (state === 'unknown') return '';
  if (state === 'failed') {
    const without = isRelayOnly ? 'Without it “Relay only” makes no connection.' : 'Without it connections work within one network.';
    return `The list of STUN and TURN servers could not be fetched. ${problem} ${without}`;
  }
  if (isRelayOnly) return hasRelay ? 'Connections go through the relay (TURN server) only.' : NO_RELAY;
  return hasRelay
    ? 'Connections are direct where that is possible, and go through a relay (TURN server) otherwise.'
    : `This server names no relay (TURN server). Where two devices do not reach each other directly, ${START_RELAY}.`;
}

/**
 * By which way connections go.
 * @param {{userName: string, way: import('./connection-way.js').Way}[]} others
 */
export function wayWords(others) {
  const to = (way) => others.filter((other) => other.way === way).map(({ userName }) => userName);
  const [direct, relayed] = [to('direct'), to('relayed')];
  return [
    direct.length && `Direct: ${direct.join(', ')}.`,
    relayed.length && `Through a relay: ${relayed.join(', ')}.`,
  ].filter(Boolean).join(' ');
}

/** “none”, “2 host”, “2 host and 1 relay”. */
function list(kinds) {
  const counted = [...new Set(kinds)].map((kind) => `${kinds.filter((other) => other === kind).length} ${kind}`);
  return counted.join(' and ') || 'none';
}

function advice(userName, own, theirs, { hasRelay, isRelayOnly }) {
  if (isRelayOnly && !hasRelay) return NO_RELAY;
  if (isRelayOnly && !own.length) {
    return '“Relay only” is on, and the relay (TURN server) gave no candidate: it was not reached, or did not accept the credentials.';
  }
  if (!own.length) return 'This device seems to be in no network: check its Wi-Fi or cable, then try again.';
  if (!theirs.length) return `${userName}’s page may have been closed, or its device has lost the network: try again.`;
  if ([...own, ...theirs].includes('relay')) {
    return 'Even the relay (TURN server) was not reached: a firewall may block it. Try another network on one of the two devices.';
  }
  return 'A firewall or a VPN may be between the two devices. Put both into the same network (a guest Wi-Fi often keeps'
    + ' devices apart), switch a VPN off, allow the browser UDP in the firewall, then try again.'
    + (hasRelay === false ? ` Between any two networks a relay helps: if you run the server, ${START_RELAY}.` : '');
}

/** The other side does not answer an offer within the call. */
export function unansweredWords(userName) {
  return `${userName}’s page does not take part in changes during a call. What you add now, a camera or a screen,`
    + ' reaches them only in a new call.';
}

/** Why a page can do nothing here; one sentence. */
export const NO_WEBRTC = 'This browser cannot connect to another one: WebRTC (RTCPeerConnection) is missing or switched off,'
  + ' perhaps by a policy or an extension; please open the page in another browser.';
