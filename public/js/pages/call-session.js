// The call in progress, from its beginning to its end: what it has, how it stands, and how long
// it is kept when sound and picture fail.

import { fetchUserMedia, release } from '../media.js';
import { createPeerConnection } from '../peer.js';
import { signaling } from './call-line.js';
import { callEl, hangupEl, showLine, showPictures, showState, state } from './call-view.js';
import { callWords } from './call-words.js';
import { showProblem } from './frame.js';

/** How long another way to the other side is looked for before the call is given up. */
const PATIENCE_MS = 20_000;

/** How long it is news that somebody is back. */
const NEWS_MS = 15_000;

/**
 * @typedef {object} Session
 * @property {boolean} didIOffer
 * @property {string} [offerId] the caller's comes with the server's acknowledgement
 * @property {string} [otherUserName] the caller's comes with the answer
 * @property {MediaStream} [localStream]
 * @property {MediaStream} [screen] while it is shown to the other side
 * @property {import('../peer.js').Peer} [peer]
 * @property {RTCSessionDescription} [offer] the caller's, with
 * @property {RTCIceCandidate[]} [candidates] all that were found while it waits: a server that was
 *   started again needs both once more
 * @property {string} [key] once the call is answered: by it both sides join it again on such a server
 * @property {boolean} [isRejoining]
 * @property {boolean} [isInterrupted] sound and picture do not arrive
 * @property {'here'|'away'|'gone'} other whether the server hears the other side
 * @property {string} [news] see call-words.js
 * @property {number} [forgetting] the timer that ends the news
 * @property {number} [patience] the timer that ends the call
 */

/**
 * The call in progress, if any. Functions that wait for something hold on to theirs and look
 * afterwards whether it is still the one: the user may have hung up meanwhile.
 * @type {Session|null}
 */
export let session = null;

/** @returns {Session} */
export function startSession(beginning) {
  if (session) hangup(); // Whoever answers somebody no longer waits themselves.
  session = { other: 'here', ...beginning };
  showProblem('');
  showCall('starting');
  return session;
}

/** What both sides need before there is an offer or an answer: devices and a connection. */
export async function prepare(mine) {
  const { stream, problem } = await fetchUserMedia();
  if (session !== mine) {
    release(stream); // Hung up while the browser was asking.
    return;
  }
  showProblem(problem);
  mine.localStream = stream;
  mine.candidates = [];
  mine.peer = createPeerConnection(stream, {
    isPolite: !mine.didIOffer,
    onCandidate(candidate) {
      if (mine.didIOffer && !mine.key) mine.candidates.push(candidate);
      signaling.sendIceCandidate(candidate, mine);
    },
    onDescription: (description) => signaling.sendRenegotiation(mine.offerId, description),
    onStateChange: (connectionState) => onConnectionState(mine, connectionState),
    onTracksChange: () => session === mine && showPictures(mine),
  });
  showPictures(session);
}

/** Shows how far the call has come, and how it stands. */
export function showCall(stage = state()) {
  const serverIsAway = !signaling.connected;
  const serverIsGone = !signaling.active;
  const isSent = session.offer !== undefined;
  showLine(serverIsAway || session.other !== 'here' || session.isInterrupted === true);
  showState(stage, callWords(stage, { ...session, isSent, serverIsAway, serverIsGone }), session);
}

/** Says for a while what has got better. */
export function showNews(news) {
  const mine = session;
  mine.news = news;
  clearTimeout(mine.forgetting);
  mine.forgetting = setTimeout(() => {
    mine.news = '';
    if (session === mine) showCall();
  }, NEWS_MS);
  showCall();
}

/** The button's: gives up a call in any stage. */
export function hangup() {
  const words = state() === 'connected' ? 'You hung up.' : 'Call cancelled.';
  signaling.hangup(session.offerId);
  endSession(words);
}

export function failCall(mine, error) {
  if (session !== mine) return;
  signaling.hangup(mine.offerId);
  endSession('The call did not come about.');
  showProblem(error.message);
}

export function endSession(words) {
  const hadFocus = document.activeElement === hangupEl;
  clearTimeout(session.patience);
  clearTimeout(session.forgetting);
  session.peer?.close();
  release(session.localStream);
  release(session.screen);
  session = null;
  showLine(false);
  showState(signaling.connected ? 'idle' : 'offline', words, session);
  if (hadFocus) callEl.focus();
}

// --- Sound and picture ---

function onConnectionState(mine, connectionState) {
  if (session !== mine) return;
  switch (connectionState) {
    case 'connected':
      clearTimeout(mine.patience);
      mine.patience = undefined;
      mine.isInterrupted = false;
      showCall('connected');
      break;
    case 'disconnected':
    case 'failed':
      mine.isInterrupted = true;
      showCall();
      if (connectionState === 'failed') seekPatiently(mine);
      break;
  }
}

/** Another way to the other side is looked for; with one that the server has lost, there is no hope. */
function seekPatiently(mine) {
  if (mine.other === 'gone') losePatience(mine);
  else mine.patience ??= setTimeout(losePatience, PATIENCE_MS, mine);
}

/** Another way cannot be agreed on while the server or the other side is away: then it takes longer. */
function losePatience(mine) {
  if (!signaling.connected || mine.other === 'away') {
    mine.patience = setTimeout(losePatience, PATIENCE_MS, mine);
  } else if (state() === 'connected') {
    signaling.hangup(mine.offerId);
    endSession(`The connection to ${mine.otherUserName} was lost.`);
  } else {
    const message = `No way to ${mine.otherUserName} was found: a firewall between the two networks may be in it.`;
    failCall(mine, { message });
  }
}
