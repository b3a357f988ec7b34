// Sentences about the connection between two browsers: why there is none, what does not work on it, and what to try.

/** What to do where there is no relay. */
export const START_RELAY = 'start it with --turn, or name a TURN server with --ice-server';

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

/** What the library rejects, by code or, where a code has several sentences, by name. */
export const REFUSALS = {
  call: 'call takes a user’s name, or null to call all of the lobby, and then the options.',
  busy: 'A call of this client waits already: hang it up first (call.hangUp()).',
  connections: 'The browser makes no more connections for this page. Please reload the page.',
  closed: 'This client is closed, by itself or by the server: connect again with Switchboard.connect().',
  'no-channels': 'This call has no data channels: the side that called opened none, and none can be added later.',
  'no-media': 'No track can be sent: the devices are not open yet, or there are only channels (media: false).',
  ended: 'The call has ended, or the room was left.',
  send: 'A kind is audio or video, and a track is a MediaStreamTrack of that kind, or null.',
  data: 'A channel sends texts, ArrayBuffers, views of them, and Blobs.',
  answering: 'This call is being answered already.',
  joined: 'This client is in the room already, or about to be.',
  audio: 'This connection was made without sound, and sound cannot be added: the side that offers it has to allow media.',
  video: 'This connection was made without picture, and a picture cannot be added: the side that offers it has to allow media.',
};
