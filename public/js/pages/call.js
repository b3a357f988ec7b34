// The call page, from top to bottom: connection, buttons, the call itself, what the server tells.
// One call at a time; `session` is the one in progress. What is seen of it is in call-view.js.

import { readIdentity, restoreIdentity } from '../identity.js';
import { fetchUserMedia, isOn, release, setOn } from '../media.js';
import { createPeerConnection } from '../peer.js';
import { connectSignaling } from '../signaling.js';
import {
  askForPassword, callEl, createOfferEls, hangupEl, identityEl, identityFields, removeOfferEl,
  removeOfferEls, showInsecureContext, showPictures, showProblem, showState, showStatus, state,
  stopAskingForPassword, toggleEls,
} from './call-view.js';

/**
 * @typedef {object} Session
 * @property {boolean} didIOffer
 * @property {string} [offerId] the caller's comes with the server's acknowledgement
 * @property {string} [otherUserName] the caller's comes with the answer
 * @property {MediaStream} [localStream]
 * @property {import('../peer.js').Peer} [peer]
 */

/**
 * The call in progress, if any. Functions that wait for something hold on to theirs and look
 * afterwards whether it is still the one: the user may have hung up meanwhile.
 * @type {Session|null}
 */
let session = null;

// --- The connection to the server ---

restoreIdentity(identityFields);
let identity = readIdentity(identityFields);

const signaling = connectSignaling(identity, {
  onConnected,
  onDisconnected,
  onOffers: (offers) => createOfferEls(offers, answerOffer),
  onOfferWithdrawn,
  onAnswer: addAnswer,
  onCandidate: addNewIceCandidate,
  onPeerHangup,
  onRefused,
});

/** A new name, lobby or password counts from a new connection on. */
function changeIdentity() {
  const before = JSON.stringify(identity);
  identity = readIdentity(identityFields);
  if (JSON.stringify(identity) === before && signaling.active) return;
  showProblem('');
  stopAskingForPassword();
  removeOfferEls();
  signaling.reconnect(identity);
}

// --- Buttons and fields ---

callEl.addEventListener('click', call);
hangupEl.addEventListener('click', hangup);

for (const [kind, button] of Object.entries(toggleEls)) {
  button.addEventListener('click', () => {
    setOn(session?.localStream, kind, !isOn(kind));
    showPictures(session);
  });
}

for (const field of Object.values(identityFields)) field.addEventListener('change', changeIdentity);
identityEl.addEventListener('submit', (event) => {
  event.preventDefault();
  changeIdentity();
});

if (!window.isSecureContext) showInsecureContext();
showPictures(session);

// --- The call ---

/** The caller's side, up to the offer that waits at the server. */
async function call() {
  const mine = startSession({ didIOffer: true });
  try {
    await prepare(mine);
    if (session !== mine) return;
    const offer = await mine.peer.createOffer();
    if (session !== mine) return;
    const offerId = await signaling.sendOffer(offer);
    if (session !== mine) return;
    mine.offerId = offerId;
    // The answer may have been quicker than the acknowledgement.
    if (state() === 'starting') showState('waiting', 'Waiting for an answer…', session);
  } catch (error) {
    failCall(mine, error);
  }
}

/** The answerer's side, for an offer from the list. */
async function answerOffer(offerObj) {
  const { offerId, offererUserName } = offerObj;
  const mine = startSession({ didIOffer: false, offerId, otherUserName: offererUserName });
  try {
    await prepare(mine);
    if (session !== mine) return;
    const answer = await mine.peer.createAnswer(offerObj.offer);
    if (session !== mine) return;
    showState('connecting', callWords(), session);
    await signaling.sendAnswer({ ...offerObj, answer }, (candidates) => {
      candidates.forEach(mine.peer.addNewIceCandidate);
    });
    removeOfferEl(offerId);
  } catch (error) {
    failCall(mine, error);
  }
}

/** The caller's side again: the offer came back with an answer. */
async function addAnswer(offerObj) {
  const mine = session;
  const isOurs = mine?.didIOffer && (!mine.offerId || mine.offerId === offerObj.offerId);
  if (!isOurs) return; // We hung up while the answer was on its way, and the server has told them.
  mine.offerId = offerObj.offerId;
  mine.otherUserName = offerObj.answererUserName;
  showState('connecting', callWords(), session);
  try {
    await mine.peer.addAnswer(offerObj.answer);
  } catch (error) {
    failCall(mine, error);
  }
}

function addNewIceCandidate(iceCandidate) {
  session?.peer?.addNewIceCandidate(iceCandidate);
}

/** What both sides need before there is an offer or an answer: devices and a connection. */
async function prepare(mine) {
  const { stream, problem } = await fetchUserMedia();
  if (session !== mine) {
    release(stream); // Hung up while the browser was asking.
    return;
  }
  showProblem(problem);
  mine.localStream = stream;
  mine.peer = createPeerConnection(stream, {
    onCandidate: (candidate) => signaling.sendIceCandidate(candidate, { ...mine, userName: identity.userName }),
    onStateChange: (connectionState) => onConnectionState(mine, connectionState),
  });
  showPictures(session);
}

function onConnectionState(mine, connectionState) {
  if (session !== mine) return;
  const other = mine.otherUserName;
  if (connectionState === 'connected') {
    showState('connected', callWords('connected'), session);
  } else if (connectionState === 'disconnected') {
    showStatus(`The picture from ${other} is interrupted. Waiting for it to come back…`);
  } else if (connectionState === 'failed' && state() === 'connected') {
    signaling.hangup(mine.offerId);
    endSession(`The connection to ${other} was lost.`);
  } else if (connectionState === 'failed') {
    failCall(mine, { message: `No way to ${other} was found: a firewall between the two networks may be in it.` });
  }
}

function startSession(beginning) {
  if (session) hangup(); // Whoever answers somebody no longer waits themselves.
  session = beginning;
  showProblem('');
  showState('starting', 'Starting camera and microphone. The browser may ask you first.', session);
  return session;
}

/** The button's: gives up a call in any stage. */
function hangup() {
  const words = state() === 'connected' ? 'You hung up.' : 'Call cancelled.';
  signaling.hangup(session.offerId);
  endSession(words);
}

function failCall(mine, error) {
  if (session !== mine) return;
  signaling.hangup(mine.offerId);
  endSession('The call did not come about.');
  showProblem(error.message);
}

function endSession(words) {
  const hadFocus = document.activeElement === hangupEl;
  session.peer?.close();
  release(session.localStream);
  session = null;
  showState(signaling.connected ? 'idle' : 'offline', words, session);
  if (hadFocus) callEl.focus();
}

// --- What the server tells ---

function onConnected() {
  removeOfferEls(); // It lists those that wait now.
  if (!session) showState('idle', 'Ready. Call, or answer somebody who waits.', session);
  else if (isUnderWay()) showStatus(callWords());
}

function onDisconnected({ retries, message }) {
  removeOfferEls();
  if (isUnderWay()) {
    // Sound and picture do not pass through the server.
    showStatus(`${callWords()} The server is out of reach just now; the call goes on without it.`);
    return;
  }
  if (session) {
    endSession('');
    if (retries) showProblem('The connection to the server broke, and your waiting call with it. Call again when it is back.');
  }
  showState('offline', retries ? 'The server is out of reach. Trying again…' : 'Not connected.', session);
  if (message) showProblem(message);
}

function onOfferWithdrawn({ offerId, offererUserName, reason }) {
  removeOfferEl(offerId);
  if (session?.offerId !== offerId) return;
  if (session.didIOffer) {
    endSession('Nobody answered in time. You may call again.');
  } else if (reason === 'answered') {
    endSession(`Somebody else was quicker to answer ${offererUserName}.`);
  } else {
    endSession(`${offererUserName} no longer waits.`);
  }
}

function onPeerHangup({ userName, offerId, reason }) {
  if (session?.offerId !== offerId) return;
  if (reason === 'lost' && state() === 'connected') {
    // Only their line to the server is known to be gone; if they are, the picture will tell.
    showStatus(`${callWords()} The server has lost ${userName}; the call goes on without it.`);
    return;
  }
  const endings = { hangup: 'hung up', closed: 'left the page', lost: 'lost the connection' };
  endSession(`${userName} ${endings[reason] ?? 'ended the call'}.`);
}

function onRefused({ event, code, message }) {
  if (code === 'wrong-password') {
    // The server is about to close this connection.
    showProblem('The server wants another password. Enter it under “Server password”.');
    askForPassword();
  } else if (session && event === (session.didIOffer ? 'newOffer' : 'newAnswer')) {
    failCall(session, { message });
  } else if (code === 'rate-limited' || code === 'unavailable') {
    showProblem(message);
  }
}

/** Whether somebody has answered: from then on a call needs the server no more, or hardly. */
function isUnderWay() {
  return state() === 'connecting' || state() === 'connected';
}

/** How far the call with somebody has come; `stage` where it is about to change. */
function callWords(stage = state()) {
  const other = session.otherUserName;
  return stage === 'connected' ? `In a call with ${other}.` : `Connecting to ${other}…`;
}
