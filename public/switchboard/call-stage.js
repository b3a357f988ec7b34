// @ts-check
// What becomes of a call once both sides have each other's descriptions: the server counts it, the page goes on.

import { SwitchboardError } from './errors.js';
import { stayMuted } from './media-changes.js';
import { noWayWords } from './words.js';

/** @typedef {import('./call-connection.js').CallConnection} Call */

/**
 * The two browsers are connected: for the first time, or by another connection. The answerer reports the first time.
 * @param {Call} call
 */
export function callConnected(call) {
  stayMuted(call);
  if (call.isCaller || call._stage === 'connected') return;
  call._peer.way().then((kind) => kind && call._stage !== 'ended' && report(call, { stage: 'connected', kind }), () => {});
}

/**
 * They found no way to each other.
 * @param {Call} call
 * @returns {SwitchboardError} why
 */
export function callFailed(call) {
  report(call, { stage: 'failed' });
  const { name, _peer, _signaling } = call;
  return new SwitchboardError('no-way', noWayWords(name, _peer.candidateKinds, _signaling.iceServers.state));
}

/**
 * @param {Call} call
 * @param {{stage: 'connected' | 'failed', kind?: 'direct' | 'relayed'}} stage
 */
function report(call, stage) {
  call._signaling.say('callStage', { offerId: call.offerId, ...stage });
}
