// The chat page's sentences: the stage of the chat, the state of the connections and of a file. Plain functions
// that need no page.

import { sizeWords } from '../size-words.js';
import { t } from '../words.js';

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
    case 'waiting': return t`Waiting in “${room}” for another person.`;
    case 'connecting': return t`Connecting to ${otherUserName}…`;
    case 'connected': return t`Connected to ${otherUserName}.`;
    case 'interrupted': return t`The connection to ${otherUserName} is interrupted. Looking for another way…`;
    case 'failed': return t`No connection to ${otherUserName}.`;
    default: return goneWords(otherUserName, reason);
  }
}

/** How the other side left, on purpose or not, and what may follow. */
function goneWords(userName, reason) {
  switch (reason) {
    case 'left': case 'hangup': return t`${userName} left. Anyone with the address can chat with you.`;
    case 'closed': return t`${userName} closed the page. Anyone with the address can chat with you.`;
    case 'lost': return t`${userName} lost the connection. Everything goes on when they are back.`;
    default: return t`${userName} ended the chat. Anyone with the address can chat with you.`;
  }
}

/** Which connection is lost. Messages do not pass through the server. */
function lineWords({ stage, otherUserName, line, serverIsAway, serverIsGone }) {
  const isConnected = stage === 'connected';
  if (serverIsGone && isConnected) return t`The server has closed the connection; the chat goes on without it.`;
  if (serverIsGone) return t`The server has closed the connection; others cannot connect.`;
  if (serverIsAway && isConnected) return t`The server is out of reach; the chat goes on without it.`;
  if (serverIsAway) return t`The server is out of reach; others cannot connect until it is back.`;
  if (stage === 'ended' || stage === 'waiting') return '';
  if (line === 'away') return t`${otherUserName}’s connection to the server is lost, waiting…`;
  if (line === 'gone') return t`The server has lost ${otherUserName}; the chat goes on without it.`;
  return '';
}

/** Why a third person cannot join. */
export function fullWords(room) {
  return t`Two people are in “${room}” already, and a chat is for two. Choose another name, or try again when one of them has left. A person who lost the connection keeps their place for half a minute.`;
}

/** How much of a file has arrived, in full percent. */
export function percent({ moved, size }) {
  return size === 0 ? 100 : Math.floor((100 * moved) / size);
}

/** An archive that its sender calls a folder. */
export function isFolder({ folder, name }) {
  return folder > 0 && name.endsWith('.zip');
}

/**
 * The name to be shown and saved under, without what turns letters round on the screen: “exe” would look like the middle of it.
 */
export function safeName(name) {
  return name.replace(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '');
}

/**
 * What a file is: its size, and of a folder how many files are in it.
 * @param {import('../../switchboard.esm.js').Transfer} transfer
 */
export function aboutWords(transfer) {
  const { size, folder } = transfer;
  if (!isFolder(transfer)) return sizeWords(size);
  return folder === 1 ? t`A folder of one file, ${sizeWords(size)}` : t`A folder of ${folder} files, ${sizeWords(size)}`;
}

/**
 * The state of a file.
 * @param {import('../../switchboard.esm.js').Transfer} transfer
 * @param {string} otherUserName
 * @param {boolean} [hasLeft] the user has left
 */
export function transferWords(transfer, otherUserName, hasLeft = false) {
  const { isOwn, stage, ending, moved, isCompared } = transfer;
  const other = otherUserName || t`The other person`;
  const reached = percent(transfer);
  switch (stage) {
    case 'waiting': return moved > 0 ? t`Waits at ${reached} %` : t`Waiting`;
    case 'asked':
      if (isOwn) return t`Waiting for ${other} to accept it`;
      return isFolder(transfer) ? t`${other} wants to send you this folder.` : t`${other} wants to send you this file.`;
    case 'moving': return isOwn ? t`Sending, ${reached} %` : t`Arriving, ${reached} %`;
    case 'checking': return t`Comparing the checksums`;
    case 'done':
      if (isCompared) return isOwn ? t`Delivered, unchanged.` : t`Arrived, unchanged.`;
      return isOwn ? t`Delivered. Not compared: checksums need https.` : t`Arrived. Not compared: checksums need https.`;
    default:
      if (ending === 'broken' && !isOwn && transfer.isKept && !hasLeft) return t`Stopped at ${reached} %: ${other} has left. It goes on once ${other} sends it again.`;
      return endingWords(ending, isOwn, other, reached, hasLeft);
  }
}

function endingWords(ending, isOwn, other, reached, hasLeft) {
  switch (ending) {
    case 'declined': return isOwn ? t`${other} declined it.` : t`You declined it.`;
    case 'cancelled': return t`You cancelled it at ${reached} %.`;
    case 'stopped': return t`${other} cancelled it at ${reached} %.`;
    case 'different': return t`The two ends differ. Please send it again.`;
    case 'unreadable': return t`This file cannot be read any more. Please choose it again.`;
    default: return hasLeft ? t`Stopped at ${reached} %: you left.` : t`Stopped at ${reached} %: ${other} has left.`;
  }
}
