// The sentences of the call page's status line: the stage of the call, and the state of its connections. Plain
// functions that need no page.

/**
 * @typedef {object} CallFacts
 * @property {string} [otherUserName]
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

function stageWords(stage, { otherUserName, isSent, isInterrupted, serverIsAway, way }) {
  switch (stage) {
    case 'starting': return isSent ? 'Calling…' : 'Starting camera and microphone. The browser may ask you first.';
    case 'waiting': return serverIsAway ? '' : 'Waiting for an answer…';
    case 'connecting': return `Connecting to ${otherUserName}…`;
    default: return isInterrupted
      ? `The picture from ${otherUserName} is interrupted. Waiting for it to come back…`
      : `In a call with ${otherUserName}${way === 'relayed' ? ', through a relay' : ''}.`;
  }
}

/** Which connection is lost, or back. Sound and picture do not pass through the server. */
function lineWords(stage, { otherUserName, isInterrupted, serverIsAway, serverIsGone, other, news }) {
  const isTalking = stage === 'connected' && !isInterrupted;
  if (serverIsGone) return `The server has closed the connection${isTalking ? '; the call goes on without it.' : '.'}`;
  if (serverIsAway && isTalking) return 'The server is out of reach; the call goes on without it.';
  if (serverIsAway && stage === 'waiting') return 'The server is out of reach; your call will wait there again as soon as it is back.';
  if (serverIsAway) return 'The server is out of reach. Trying again…';
  if (other === 'away') return `${otherUserName}’s connection to the server is lost, waiting…`;
  if (other === 'gone' && isTalking) return `The server has lost ${otherUserName}; the call goes on without it.`;
  if (other === 'gone') return `The server has lost ${otherUserName}, too.`;
  return isInterrupted ? '' : news;
}
