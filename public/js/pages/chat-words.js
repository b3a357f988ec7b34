// The chat page's sentences: the stage of the chat, the state of the connections and of a file. Plain functions
// that need no page.

/**
 * @typedef {object} ChatFacts
 * @property {string} room
 * @property {'waiting'|'connecting'|'connected'|'interrupted'|'failed'|'ended'} stage
 * @property {string} [otherUserName]
 * @property {'here'|'away'|'gone'} [line] the other side's connection to the server
 * @property {'left'|'closed'|'lost'} [reason] how the other side left
 * @property {boolean} serverIsAway there is no connection to the server now
 * @property {boolean} serverIsGone and the page does not try any more
 */

/**
 * The status line.
 * @param {ChatFacts} facts
 */
export function chatWords(facts) {
  return [stageWords(facts), lineWords(facts)].filter(Boolean).join(' ');
}

function stageWords({ room, stage, otherUserName, reason }) {
  switch (stage) {
    case 'waiting': return `Waiting in “${room}” for another person.`;
    case 'connecting': return `Connecting to ${otherUserName}…`;
    case 'connected': return `Connected to ${otherUserName}.`;
    case 'interrupted': return `The connection to ${otherUserName} is interrupted. Looking for another way…`;
    case 'failed': return `No connection to ${otherUserName}.`;
    default: return goneWords(otherUserName, reason);
  }
}

/** How the other side left, by the reason. */
const LEFT = { left: 'hung up', hangup: 'hung up', closed: 'closed the page', lost: 'lost the connection' };

/** How the other side left, on purpose or not, and what may follow. */
function goneWords(userName, reason) {
  const words = `${userName} ${LEFT[reason] ?? 'ended the call'}.`;
  const then = reason === 'lost' ? 'Everything goes on when they are back.' : 'Anyone with the address can chat with you.';
  return `${words} ${then}`;
}

/** Which connection is lost. Messages do not pass through the server. */
function lineWords({ stage, otherUserName, line, serverIsAway, serverIsGone }) {
  const goesOn = stage === 'connected' ? 'the chat goes on without it.' : 'others cannot connect until it is back.';
  if (serverIsGone) return `The server has closed the connection; ${stage === 'connected' ? goesOn : 'others cannot connect.'}`;
  if (serverIsAway) return `The server is out of reach; ${goesOn}`;
  if (stage === 'ended' || stage === 'waiting') return '';
  if (line === 'away') return `${otherUserName}’s connection to the server is lost, waiting…`;
  if (line === 'gone') return `The server has lost ${otherUserName}; the chat goes on without it.`;
  return '';
}

/** Why a third person cannot join. */
export function fullWords(room) {
  return `Two people are in “${room}” already, and a chat is for two. Choose another name, or try again when one of them`
    + ' has left. A person who lost the connection keeps their place for half a minute.';
}

/** How much of a file has arrived, in full percent. */
export function percent({ moved, size }) {
  return size === 0 ? 100 : Math.floor((100 * moved) / size);
}

/**
 * The state of a file.
 * @param {import('../../switchboard.esm.js').Transfer} transfer
 * @param {string} otherUserName
 */
export function transferWords(transfer, otherUserName) {
  const { isOwn, stage, ending, moved, isCompared } = transfer;
  const other = otherUserName || 'the other person';
  switch (stage) {
    case 'waiting': return moved > 0 ? `Waits at ${percent(transfer)} %` : 'Waiting';
    case 'asked': return isOwn ? `Waiting for ${other} to accept it` : `${other} wants to send you this file.`;
    case 'moving': return `${isOwn ? 'Sending' : 'Arriving'}, ${percent(transfer)} %`;
    case 'checking': return 'Comparing the checksums';
    case 'done': {
      const equal = isCompared ? 'Equal at both ends.' : 'Not compared: checksums need https.';
      return `${isOwn ? 'Delivered.' : 'Arrived.'} ${equal}`;
    }
    default: return endingWords(ending, isOwn, other, percent(transfer));
  }
}

function endingWords(ending, isOwn, other, reached) {
  switch (ending) {
    case 'declined': return isOwn ? `${other} declined it.` : 'You declined it.';
    case 'cancelled': return `You cancelled it at ${reached} %.`;
    case 'stopped': return `${other} cancelled it at ${reached} %.`;
    case 'different': return 'The two ends differ. Please send it again.';
    case 'unreadable': return 'This file cannot be read any more. Please choose it again.';
    default: return `Stopped at ${reached} %: ${other} has left.`;
  }
}
