// @ts-check
// The call page, from top to bottom: buttons, the call itself, the server's events. One call at a
// time: `session`, which lives in call-session.js. What is seen of it is in call-view.js, the words
// for it are in call-words.js, camera and screen during a call in call-devices.js.

import { callKey } from '../../switchboard/sdp.js';
import { connectDevices } from './call-devices.js';
import { signaling } from './call-line.js';
import {
  answerNewConnection, endSession, failCall, hangup, prepare, session, showCall, showNews, showOffline, showReady,
  startConnecting, startSession,
} from './call-session.js';
import {
  callEl, createOfferEls, hangupEl, removeOfferEl, removeOfferEls, showPictures, showState, state,
} from './call-view.js';
import { endWords, withdrawnWords } from './call-words.js';
import { askForAnotherPassword, isSupported, showInsecureContext, showProblem } from './frame.js';
import { connectInvite, openInvite } from './invite.js';

if (isSupported()) open();

function open() {
  callEl.addEventListener('click', call);
  hangupEl.addEventListener('click', hangup);
  connectDevices(() => session);
  connectInvite('');
  if (!window.isSecureContext) showInsecureContext();
  showPictures(session);
  signaling.listen({
    onConnected,
    onDisconnected,
    onOffers,
    onOfferWithdrawn,
    onAnswer: addAnswer,
    onRenegotiation: addNewOffer,
    onCandidate: addNewIceCandidate,
    onPeerHangup,
    onPeerLost,
    onPeerBack,
    onRefused,
  });
}

// --- The call ---

/** The caller's side, up to the offer that waits at the server. */
async function call() {
  const mine = startSession({ didIOffer: true });
  try {
    await prepare(mine);
    if (session !== mine) return;
    mine.offer = await mine.peer.createOffer();
    if (session !== mine) return;
    await placeOffer(mine);
  } catch (error) {
    failCall(mine, error);
  }
}

async function placeOffer(mine) {
  showCall();
  const offerId = await signaling.sendOffer(mine.offer);
  if (session !== mine) return;
  mine.offerId ??= offerId; // The answer may have been quicker than the acknowledgement.
  if (state() !== 'starting') return;
  showCall('waiting');
  openInvite(true); // Another device has to answer.
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
    mine.key = callKey(answer);
    openInvite(false);
    startConnecting(mine);
    signaling.sendAnswer({ ...offerObj, answer });
    removeOfferEl(offerId);
  } catch (error) {
    failCall(mine, error);
  }
}

/** The offer came back with an answer: the caller's first offer, or a new one of either side. */
async function addAnswer(offerObj) {
  const mine = session;
  const isFirst = mine?.didIOffer && !mine.key;
  // If the user hung up while the answer was on its way, the server has notified the other side.
  if (!mine || (mine.offerId ?? offerObj.offerId) !== offerObj.offerId) return;
  if (isFirst) {
    mine.offerId = offerObj.offerId;
    mine.otherUserName = offerObj.answererUserName;
    mine.key = callKey(offerObj.answer);
    mine.candidates = [];
    mine.news = '';
    openInvite(false);
    startConnecting(mine);
  }
  try {
    await mine.peer.addAnswer(offerObj.answer);
  } catch (error) {
    if (isFirst) failCall(mine, error);
  }
}

/** Within the call, the other side has changed something, or looks for another way to us. */
function addNewOffer({ offerId, offer }) {
  if (session?.offerId !== offerId || !session.peer) return;
  if (session.peer.isReplacedBy(offer)) answerNewConnection(session, offer);
  else session.peer.addNewOffer(offer);
}

function addNewIceCandidate(iceCandidate) {
  session?.peer?.addNewIceCandidate(iceCandidate);
}

// --- Events from the server ---

function onConnected({ isKnown, wasAway }) {
  removeOfferEls(); // It lists those that wait now.
  if (!session) {
    showReady();
    return;
  }
  if (wasAway) showNews('The server is back.');
  else showCall();
  if (!isKnown) joinAgain(session, wasAway);
}

/** The server does not know this page any more: it was restarted, the page was away for long, or has another name. */
async function joinAgain(mine, wasAway) {
  if (mine.key) {
    mine.isRejoining = true;
    mine.other = 'here';
    if (!(await signaling.rejoinCall(mine))) mine.other = 'gone';
    if (session === mine) showCall();
  } else if (mine.didIOffer && mine.offer) {
    mine.offerId = undefined;
    const offered = placeOffer(mine);
    for (const candidate of mine.candidates) signaling.sendIceCandidate(candidate, mine);
    await offered.catch((error) => failCall(mine, error));
    const news = 'The server had lost your call; it is waiting there again.';
    if (session === mine && !mine.key && wasAway) showNews(news);
  }
}

function onDisconnected({ retries, message }) {
  removeOfferEls();
  if (session && (retries || state() === 'connected')) {
    showCall(); // It waits, or goes on.
    if (message) showProblem(message);
    return;
  }
  if (session) endSession('');
  showOffline();
  if (message) showProblem(message);
}

function onOffers(offers) {
  // When the page returns, its answer may be on the way a second time, and the offer still open.
  const answered = session?.key && session.offerId;
  createOfferEls(offers.filter(({ offerId }) => offerId !== answered), answerOffer);
  // If the server was restarted before the answer had arrived, the caller offers the call again.
  const caller = session?.isRejoining && state() === 'connecting' ? session.otherUserName : null;
  if (offers.some(({ offererUserName }) => offererUserName === caller)) {
    signaling.hangup(session.offerId);
    endSession(`${caller} did not get your answer and waits again. Please answer once more.`);
  }
}

function onOfferWithdrawn({ offerId, offererUserName, reason }) {
  removeOfferEl(offerId);
  if (session?.offerId !== offerId) return;
  if (session.didIOffer) endSession('Your call was not answered in time. You can call again.');
  else endSession(withdrawnWords({ offererUserName, reason }));
}

function onPeerHangup({ userName, offerId, reason }) {
  if (session?.offerId !== offerId) return;
  if (reason === 'lost' && state() === 'connected' && !session.isInterrupted) {
    // Only the party's connection to the server is known to be lost. If the party has left, the picture will stop.
    session.other = 'gone';
    // If the party does return, it finds this end of the call.
    session.isRejoining = true;
    signaling.rejoinCall(session);
    showCall();
    return;
  }
  endSession(endWords({ userName, reason }));
}

function onPeerLost({ offerId }) {
  if (session?.offerId !== offerId) return;
  session.other = 'away';
  showCall();
}

function onPeerBack({ userName, offerId }) {
  if (session?.offerId !== offerId) return;
  const wasAway = session.other !== 'here';
  session.other = 'here';
  if (wasAway) showNews(`${userName} is back.`);
  else showCall();
  if (session.isRejoining) session.peer.catchUp();
  session.isRejoining = false;
}

/** @param {import('../../switchboard/line.js').Refusal} refusal */
function onRefused({ event, code, message }) {
  if (code === 'wrong-password') {
    askForAnotherPassword();
  } else if (session && event === firstStep(session)) {
    failCall(session, { message });
  } else if (code === 'rate-limited') {
    showProblem(message);
  }
}

/**
 * The event without which there is no call. Once the call runs, a refusal only means that something does not change.
 * @param {import('./call-session.js').Session} call
 */
function firstStep({ didIOffer, key }) {
  if (didIOffer) return key ? null : 'newOffer';
  return state() === 'connected' ? null : 'newAnswer';
}
