// @ts-check
// The call page, from top to bottom: buttons, calls, the server. One call at a time: `session`, which lives in
// call-session.js. The library does the rest. What is seen of a call is in call-view.js, the words for it are in
// call-words.js, camera and screen during a call in call-devices.js.

import { fetchUserMedia, release } from '../media.js';
import { keepScreenOn } from '../wake-lock.js';
import { refusalWords, t } from '../words.js';
import { connectDevices } from './call-devices.js';
import { connectCallKeys, withdrawCallQuestion } from './call-keys.js';
import { client, connectClient } from './call-line.js';
import { connectPreview, preview, showPreviewed, takePreview } from './call-preview.js';
import { connectRing, ringingWords, showRing } from './call-ring.js';
import {
  endSession, failSession, follow, hangup, lastName, session, showCall, showDeclined, showNews, showOffline, showReady, startSession,
} from './call-session.js';
import { fetchStatePanel, watchConnection } from './call-states.js';
import { connectCallTools, showCallTools } from './call-tools.js';
import {
  callAgainEl, callEl, canAnswer, createOfferEl, hangupEl, removeOfferEl, showArrivals, showCallAgain, showInStatus, showOnlyHere,
  showPictures, showPreviewsOf, showStageNote, stageTitle, state, whenShown,
} from './call-view.js';
import { askForAnotherPassword, isSupported, showInsecureContext, showProblem } from './frame.js';
import { connectInvite } from './invite.js';
import { connectRingSignals } from './ring-signals.js';

/** The connection to the server was lost, or could not be made. */
let wasAway = false;

if (isSupported()) open();

async function open() {
  callEl.addEventListener('click', call);
  callAgainEl.addEventListener('click', () => start((options) => client.call(lastName, options), { to: lastName }));
  hangupEl.addEventListener('click', hangup);
  connectRing({ answer, onHidden, onProblem: showProblem });
  connectRingSignals();
  connectCallTools((arrivals) => showArrivals(arrivals, session));
  connectDevices(() => session ?? preview, showPreviewed);
  connectPreview(() => session || showPictures(null));
  showPreviewsOf(() => preview);
  connectCallKeys(hangup);
  connectInvite('').then((isReached) => isReached || showOnlyHere());
  if (!window.isSecureContext) showInsecureContext();
  showPictures(session);
  try {
    await connectClient();
  } catch (error) {
    showProblem(refusalWords(error)); // The Socket.IO client could not be loaded.
    return;
  }
  fetchStatePanel();
  client.onstate = onState;
  client.onproblem = onProblem;
  client.onincoming = onIncoming;
  whenShown(showMoment);
  client.oncall = follow;
}

/** What stands on the stage at this moment besides the pictures, and the title. */
function showMoment() {
  const isConnected = state() === 'connected';
  showRing(client.incoming, canAnswer(), state() === 'waiting');
  showCallTools(isConnected ? session.call : undefined);
  keepScreenOn(['waiting', 'connecting', 'connected'].includes(state()));
  watchConnection(session?.call);
  withdrawCallQuestion();
  showStageNote();
  showCallAgain(state() === 'idle' && !ringingWords() ? lastName : '');
  if (state() === 'idle') showInStatus(ringingWords() && `${ringingWords()}.`);
  const words = ringingWords() || stageTitle;
  document.title = words ? `${words} – Switchboard` : t`Switchboard – call`;
}

// --- The call ---

function call() {
  return start((options) => client.call(null, options));
}

/** Answers an offer from the list. */
function answer(incoming) {
  return start((options) => incoming.answer(options), { incoming });
}

async function start(begin, whose = {}) {
  const previewed = takePreview();
  const mine = startSession({ ...whose, localStream: previewed?.localStream });
  try {
    const { stream, problem } = await (previewed?.media ?? fetchUserMedia());
    if (session !== mine) {
      release(stream); // Hung up while the browser was asking.
      return;
    }
    mine.localStream = stream;
    mine.problem = problem;
    showProblem(problem);
    showPictures(mine);
    // The course's calls have no data channels.
    await begin({ stream: new MediaStream(stream.getTracks()), data: false });
  } catch (error) {
    if (session === mine) failSession(error);
  }
}

// --- Events of the client ---

function onState(state) {
  const isBack = state === 'connected' && wasAway;
  wasAway = state !== 'connected';
  if (!session) {
    if (wasAway) showOffline();
    else showReady();
  } else if (isBack) {
    showNews(t`The server is back.`);
  } else if (state === 'closed' && !session.call) {
    endSession('');
  } else {
    showCall(); // It waits, or goes on.
  }
}

function onIncoming(incoming) {
  createOfferEl(incoming, () => answer(incoming));
  showMoment();
  incoming.onend = ({ reason, message }) => {
    removeOfferEl(incoming.offerId);
    showMoment();
    if (reason !== 'away' && session?.incoming === incoming && !session.call) endSession(refusalWords({ code: reason, message }));
  };
}

/** The user does not answer this one here. */
function onHidden({ isDirect, name }) {
  if (isDirect) showDeclined(name);
  else showMoment();
}

function onProblem({ code, message }) {
  if (code === 'wrong-password') askForAnotherPassword();
  else if (code === 'rate-limited' || code === 'rejected') showProblem(refusalWords({ code, message }));
}
