// The sentences of the call page's status line: the stage of the call, and the state of its connections. Plain
// functions that need no page.

import { t } from '../words.js';

/**
 * @typedef {object} CallFacts
 * @property {string} [otherUserName]
 * @property {string} [to] whom alone the call is for
 * @property {boolean} [isSent] the call is on its way to the server
 * @property {boolean} [isInterrupted] sound and picture do not arrive
 * @property {boolean} serverIsAway there is no connection to the server now
 * @property {boolean} [serverIsGone] and the page does not try any more
 * @property {'here'|'away'|'gone'} [other] the other side's connection to the server; once it is gone,
 *   the server no longer waits for it
 * @property {'direct' | 'relayed' | null} [way] by which sound and picture arrive
 * @property {string} [news] the last thing that got better
 */

/**
 * @param {string} stage `starting`, `waiting`, `connecting` or `connected`
 * @param {CallFacts} facts
 * @returns {string}
 */
export function callWords(stage, facts) {
  return [stageWords(stage, facts), lineWords(stage, facts)].filter(Boolean).join(' ');
}

/**
 * The stage alone.
 * @param {string} stage
 * @param {CallFacts} facts
 */
export function stageWords(stage, { otherUserName: name, to, isSent, isInterrupted, serverIsAway, way }) {
  switch (stage) {
    case 'starting': return isSent ? t`Calling…` : t`Starting camera and microphone. The browser may ask you first.`;
    case 'waiting':
      if (serverIsAway) return '';
      return to ? t`Waiting for ${to} to answer…` : t`Waiting for an answer…`;
    case 'connecting': return t`Connecting to ${name}…`;
    default:
      if (isInterrupted) return t`The picture from ${name} is interrupted. Waiting for it to come back…`;
      return way === 'relayed' ? t`In a call with ${name}, through a relay.` : t`In a call with ${name}.`;
  }
}

/** Which connection is lost, or back. Sound and picture do not pass through the server. */
function lineWords(stage, { otherUserName: name, isInterrupted, serverIsAway, serverIsGone, other, news }) {
  const isTalking = stage === 'connected' && !isInterrupted;
  if (serverIsGone && isTalking) return t`The server has closed the connection; the call goes on without it.`;
  if (serverIsGone) return t`The server has closed the connection.`;
  if (serverIsAway && isTalking) return t`The server is out of reach; the call goes on without it.`;
  if (serverIsAway && stage === 'waiting') return t`The server is out of reach; your call will wait there again as soon as it is back.`;
  if (serverIsAway) return t`The server is out of reach. Trying again…`;
  if (other === 'away') return t`${name}’s connection to the server is lost, waiting…`;
  if (other === 'gone' && isTalking) return t`The server has lost ${name}; the call goes on without it.`;
  if (other === 'gone') return t`The server has lost ${name}, too.`;
  return isInterrupted ? '' : news;
}

/**
 * What is shown of the other side, and what of it is missing.
 * @param {string} name
 * @param {{audio: boolean, video: boolean}} missing
 * @returns {{label: string, note: string}}
 */
export function otherWords(name, missing) {
  return {
    label: missing.audio ? t`${name} sends no sound` : name,
    note: missing.video ? t`${name} sends no picture` : '',
  };
}
