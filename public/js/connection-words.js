// Sentences of the pages about their STUN and TURN servers, and the way of their connections.

import { NO_RELAY } from '../switchboard.details.js';
import { t, translate } from './words.js';

/**
 * What the server names for connections between browsers, and what that means; one or two sentences.
 * @param {import('../switchboard/ice-servers.js').IceState & {isRelayOnly: boolean}} ice
 */
export function iceWords({ state, problem, hasRelay, isRelayOnly }) {
  if (state === 'unknown') return '';
  if (state === 'failed') {
    const why = translate(problem);
    return isRelayOnly
      ? t`The list of STUN and TURN servers could not be fetched. ${why} Without it “Relay only” makes no connection.`
      : t`The list of STUN and TURN servers could not be fetched. ${why} Without it connections work within one network.`;
  }
  if (isRelayOnly) return hasRelay ? t`Connections go through the relay (TURN server) only.` : translate(NO_RELAY);
  return hasRelay
    ? t`Connections are direct where that is possible, and go through a relay (TURN server) otherwise.`
    : t`This server names no relay (TURN server). Where two devices do not reach each other directly, start it with --turn, or name a TURN server with --ice-server.`;
}

/**
 * By which way connections go.
 * @param {{userName: string, way: import('../switchboard/connection-way.js').Way}[]} others
 */
export function wayWords(others) {
  const to = (way) => others.filter((other) => other.way === way).map(({ userName }) => userName).join(', ');
  const [direct, relayed] = [to('direct'), to('relayed')];
  return [direct && t`Direct: ${direct}.`, relayed && t`Through a relay: ${relayed}.`].filter(Boolean).join(' ');
}

/** Why a page can do nothing here; one sentence. */
export const NO_WEBRTC =
  t`This browser cannot connect to another one: WebRTC (RTCPeerConnection) is missing or switched off, perhaps by a policy or an extension; please open the page in another browser.`;
