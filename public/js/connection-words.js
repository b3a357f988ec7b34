// Sentences of the pages about their STUN and TURN servers, and the way of their connections.

import { NO_RELAY, START_RELAY } from '../switchboard.details.js';

/**
 * What the server names for connections between browsers, and what that means; one or two sentences.
 * @param {import('../switchboard/ice-servers.js').IceState & {isRelayOnly: boolean}} ice
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
 * @param {{userName: string, way: import('../switchboard/connection-way.js').Way}[]} others
 */
export function wayWords(others) {
  const to = (way) => others.filter((other) => other.way === way).map(({ userName }) => userName);
  const [direct, relayed] = [to('direct'), to('relayed')];
  return [
    direct.length && `Direct: ${direct.join(', ')}.`,
    relayed.length && `Through a relay: ${relayed.join(', ')}.`,
  ].filter(Boolean).join(' ');
}

/** Why a page can do nothing here; one sentence. */
export const NO_WEBRTC = 'This browser cannot connect to another one: WebRTC (RTCPeerConnection) is missing or switched off,'
  + ' perhaps by a policy or an extension; please open the page in another browser.';
