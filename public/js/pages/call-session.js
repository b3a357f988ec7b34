// @ts-check
// The call in progress, from its beginning to its end: what it holds, its state, and how long
// it is kept when sound and picture fail.

import { lookAtWay } from '../../switchboard/connection-way.js';
import { noWayWords, unansweredWords } from '../../switchboard/connection-words.js';
import { fetchUserMedia, release } from '../media.js';
import { ANOTHER_WAY_MS, CONNECT_MS, MOST_RENEWALS, REASON_MS, RETURN_MS } from '../../switchboard/patience.js';
import { createPeerConnection } from '../../switchboard/peer.js';
import { signaling } from './call-line.js';
import { callEl, hangupEl, showLine, showPictures, showState, state } from './call-view.js';
import { callWords, endWords } from './call-words.js';
import { showProblem } from './frame.js';
import { relayFacts, relayProblem, showWays } from './relay-choice.js';

/** How long the return of the other party is shown. */
const NEWS_MS = 15_000;

/**
 * @typedef {object} Session
 * @property {boolean} didIOffer
 * @property {string} [offerId] the caller's comes with the server's acknowledgement
 * @property {string} [otherUserName] the caller's comes with the answer
 * @property {MediaStream} [localStream]
 * @property {MediaStream} [screen] while it is shown to the other side
 * @property {import('../../switchboard/peer.js').Peer} [peer]
 * @property {RTCSessionDescription} [offer] the caller's, with
 * @property {RTCIceCandidate[]} [candidates] all that were found while it waits: a server that was
 *   started again needs both once more
 * @property {string} [key] once the call is answered: by it both sides join it again on such a server
 * @property {boolean} [isRejoining]
 * @property {boolean} [isInterrupted] sound and picture do not arrive
 * @property {'here'|'away'|'gone'} other the other side's connection to the server
 * @property {string} [news] see call-words.js
 * @property {number} [forgetting] the timer that ends the news
 * @property {number} [patience] the timer that ends the call
 * @property {number} [brokenAt] when sound and picture failed, on the page's clock
 * @property {import('../../switchboard/connection-way.js').Way} [way] by which they arrive
 * @property {number} renewals connections made in place of a broken one, since one worked
 */

/**
 * The call in progress, if any. Functions that wait for something hold on to theirs and look
 * afterwards whether it is still the current one: the user may have hung up meanwhile.
 * @type {Session|null}
 */
export let session = null;

/** How a call ended while the server was away: to be read until the server is back. */
let endWhileAway = '';

/** @returns {Session} */
export function startSession(beginning) {
  if (session) hangup(); // A user who answers a call gives up a waiting one.
  session = { other: 'here', renewals: 0, ...beginning };
  showProblem('');
  showCall('starting');
  return session;
}

/** What both sides need before there is an offer or an answer: devices and a connection. */
export async function prepare(mine) {
  const [{ stream, problem }] = await Promise.all([fetchUserMedia(), signaling.iceServers.ready()]);
  if (session !== mine) {
    release(stream); // Hung up while the browser was asking.
    return;
  }
  showProblem([problem, relayProblem(signaling.iceServers)].filter(Boolean).join(' '));
  mine.localStream = stream;
  mine.candidates = [];
  mine.peer = connect(mine);
  showPictures(session);
}

function connect(mine) {
  const isCurrent = () => session === mine && mine.peer === peer;
  const peer = createPeerConnection(mine.localStream, {
    iceServers: signaling.iceServers,
    isPolite: !mine.didIOffer,
    onCandidate(candidate) {
      if (mine.didIOffer && !mine.key) mine.candidates.push(candidate);
      signaling.sendIceCandidate(candidate, mine);
    },
    onDescription: (description) => signaling.sendRenegotiation(mine.offerId, description),
    onStateChange: (connectionState) => isCurrent() && onConnectionState(mine, connectionState),
    onTracksChange: () => isCurrent() && showPictures(mine),
    onClosed: () => isCurrent() && onClosed(mine),
    onUnanswered: () => isCurrent() && showProblem(unansweredWords(mine.otherUserName)),
    onBroken: () => isCurrent() && offerNewConnection(mine),
    isReachable: () => signaling.connected && mine.other === 'here',
  });
  return peer;
}

/** Shows the stage and the state of the call. */
export function showCall(stage = state()) {
  const serverIsAway = signaling.away;
  const serverIsGone = !signaling.active;
  const isSent = session.offer !== undefined;
  showLine(serverIsAway || session.other !== 'here' || session.isInterrupted === true);
  showState(stage, callWords(stage, { ...session, isSent, serverIsAway, serverIsGone }), session);
}

/** Shows good news for a while. */
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
  endSession('The call failed.');
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
  showWays([]);
  showLine(false);
  if (signaling.away) {
    endWhileAway = words;
    showOffline();
  } else {
    showState('idle', words, session);
  }
  if (hadFocus) callEl.focus();
}

/** No call, and a server to call by. */
export function showReady() {
  endWhileAway = '';
  showState('idle', 'Ready. Make a call, or answer one that waits.', session);
}

/** No call, and no server either. */
export function showOffline() {
  const server = signaling.active ? 'The server is out of reach. Trying again…' : 'Not connected.';
  showState('offline', [endWhileAway, server].filter(Boolean).join(' '), session);
}

// --- Sound and picture ---

/** From here on the two browsers connect to each other. */
export function startConnecting(mine) {
  showCall('connecting');
  beginPatience(mine, CONNECT_MS);
}

function onConnectionState(mine, connectionState) {
  switch (connectionState) {
    case 'connected':
      endPatience(mine);
      mine.renewals = 0;
      mine.isInterrupted = false;
      showCall('connected');
      lookAtWay(mine.peer, (way) => {
        mine.way = way;
        if (session !== mine) return;
        showCall();
        showWays([{ userName: mine.otherUserName, way }]);
      });
      break;
    case 'disconnected':
    case 'failed':
      if (state() !== 'connected') break; // There was no connection yet, so the status line stays true.
      mine.isInterrupted = true;
      showCall();
      if (connectionState === 'failed') seekPatiently(mine);
      break;
  }
}

/** Waits for an ICE restart; with a party that the server has lost there can be none. */
function seekPatiently(mine) {
  if (mine.other === 'gone') losePatience(mine);
  else beginPatience(mine, ANOTHER_WAY_MS);
}

function beginPatience(mine, ms) {
  mine.brokenAt ??= performance.now();
  mine.patience ??= setTimeout(losePatience, ms, mine);
}

function endPatience(mine) {
  clearTimeout(mine.patience);
  [mine.patience, mine.brokenAt] = [undefined, undefined];
}

/** ICE cannot be restarted while the server or the other side is away: then it takes longer. */
function losePatience(mine) {
  const mayComeBack = signaling.active && performance.now() - mine.brokenAt < RETURN_MS;
  if (mayComeBack && (!signaling.connected || mine.other === 'away')) {
    mine.patience = setTimeout(losePatience, ANOTHER_WAY_MS, mine);
  } else if (state() === 'connected') {
    signaling.hangup(mine.offerId);
    endSession(`The connection to ${mine.otherUserName} was lost.`);
  } else {
    failCall(mine, { message: noWayWords(mine.otherUserName, mine.peer.candidateKinds, relayFacts(signaling.iceServers)) });
  }
}

/**
 * The other side has closed the connection. The server says why, or the other side offers a new connection; a server
 * that is away from either side cannot.
 */
function onClosed(mine) {
  const { peer } = mine;
  const isTold = signaling.connected && mine.other === 'here';
  setTimeout(() => {
    if (session !== mine || mine.peer !== peer) return;
    signaling.hangup(mine.offerId);
    endSession(endWords({ userName: mine.otherUserName }));
  }, isTold ? REASON_MS : 0);
}

// --- A new connection in place of one that ICE cannot restore ---

/** Offers one; the other side answers by `answerNewConnection`. */
async function offerNewConnection(mine) {
  mine.renewals += 1;
  if (mine.renewals > MOST_RENEWALS) return; // What still works goes on; otherwise the timer ends the call.
  try {
    const peer = replacePeer(mine);
    signaling.sendRenegotiation(mine.offerId, await peer.createOffer());
  } catch (error) {
    failCall(mine, error);
  }
}

/** @param {RTCSessionDescriptionInit} offer of a new connection that the other side has made */
export async function answerNewConnection(mine, offer) {
  try {
    const peer = replacePeer(mine);
    signaling.sendRenegotiation(mine.offerId, await peer.createAnswer(offer));
  } catch (error) {
    failCall(mine, error);
  }
}

function replacePeer(mine) {
  const { peer: old, screen } = mine;
  mine.peer = connect(mine);
  old.close();
  if (screen) mine.peer.send('video', screen.getVideoTracks()[0]);
  mine.isInterrupted = true;
  showCall();
  showPictures(mine);
  beginPatience(mine, CONNECT_MS);
  return mine.peer;
}
