// @ts-check
// The call in progress as the page has it, from the button to the end: the devices, the call itself, what is shown of it.

import { release } from '../media.js';
import { refusalWords, t, translate } from '../words.js';
import { keepMuted } from './call-devices.js';
import { client } from './call-line.js';
import { callEl, showLine, showState } from './call-view.js';
import { callWords, stageWords } from './call-words.js';
import { showProblem } from './frame.js';
import { openInvite } from './invite.js';
import { showWays } from './relay-choice.js';

/** How long the return of the other party is shown. */
const NEWS_MS = 15_000;

/**
 * @typedef {object} Session
 * @property {import('../../switchboard.esm.js').IncomingCall} [incoming] the one that the user answers
 * @property {import('../../switchboard.esm.js').Call} [call] missing until the devices are there
 * @property {string} [to] whom alone the user calls
 * @property {MediaStream} [localStream]
 * @property {MediaStream} [screen] while it is shown to the other side
 * @property {string} problem with the devices
 * @property {string} [news] see call-words.js
 * @property {ReturnType<typeof setTimeout>} [forgetting] the timer that ends the news
 */

/**
 * The call in progress, if any. Functions that wait for something hold on to theirs and look
 * afterwards whether it is still the current one: the user may have hung up meanwhile.
 * @type {Session|null}
 */
export let session = null;

/** With whom the last call was; empty before that. */
export let lastName = '';

/** How a call ended while the server was away: to be read until the server is back. */
let endWhileAway = '';

/**
 * @param {object} options
 * @param {import('../../switchboard.esm.js').IncomingCall} [options.incoming] the one that the user answers
 * @param {string} [options.to] whom alone the user calls
 * @param {MediaStream} [options.localStream] that of the preview
 */
export function startSession({ incoming, to, localStream }) {
  if (session) hangup(); // A user who answers a call gives up a waiting one.
  session = { incoming, to, localStream, problem: '' };
  showProblem('');
  showCall();
  return session;
}

/**
 * The session's call has begun.
 * @param {import('../../switchboard.esm.js').Call} call
 */
export function follow(call) {
  const mine = session;
  mine.call = call;
  keepMuted(mine);
  call.onstate = onState;
  call.onchange = () => {
    if (session !== mine) return;
    showCall();
    if (call.way) showWays([{ userName: call.name, way: call.way }]);
  };
  call.onnews = (news) => showNews(translate(news));
  call.onproblem = (problem) => {
    const words = translate(problem);
    showProblem(call.state === 'starting' ? [mine.problem, words].filter(Boolean).join(' ') : words);
  };
  call.onend = ({ reason, message, error }) => {
    if (session !== mine) return;
    if (reason === 'rejected') endSession(''); // The server says why to the client.
    else if (error) failSession(error);
    else endSession(refusalWords({ code: reason, message }));
  };
}

function onState(next) {
  if (next === 'connected') lastName = session.call.name;
  if (next === 'waiting' && !session.to) openInvite(true); // Another device has to answer.
  if (next === 'connecting') {
    openInvite(false);
    session.news = '';
  }
}

/** @param {import('../../switchboard.esm.js').Call | undefined} call that has not ended */
function stageOf(call) {
  if (!call) return 'starting';
  return call.state === 'interrupted' || call.state === 'ended' ? 'connected' : call.state;
}

/** Shows the stage and the state of the call. */
export function showCall() {
  const { call, news, to } = session;
  const stage = stageOf(call);
  const isInterrupted = call?.state === 'interrupted';
  const serverIsAway = isAway();
  const serverIsGone = client.state === 'closed';
  const { name: otherUserName, line: other = 'here', way, isOffered: isSent } = call ?? {};
  showLine(serverIsAway || other !== 'here' || isInterrupted);
  const facts = { otherUserName, to, other, way, isSent, isInterrupted, serverIsAway, serverIsGone, news };
  const words = callWords(stage, facts);
  showState(stage, words, session, stageWords(stage, facts) || words);
}

/** Whether the connection to the server was lost, or could not be made. */
const isAway = () => client.state === 'away' || client.state === 'closed';

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
  if (session.call) session.call.hangUp();
  else endSession(t`Call cancelled.`);
}

/** @param {{code?: string, message: string}} error */
export function failSession(error) {
  endSession(t`The call failed.`);
  showProblem(refusalWords(error));
}

/** @param {string} words */
export function endSession(words) {
  // What is within the stage is for a call.
  const hadFocus = document.activeElement?.matches('#hangup, .stage-tools *, .quality-details *');
  clearTimeout(session.forgetting);
  release(session.localStream);
  release(session.screen);
  session = null;
  showWays([]);
  showLine(false);
  if (isAway()) {
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
  showState('idle', t`Ready for calls.`, session, '');
}

/** The user has declined a call that was for this user alone. @param {string} name */
export function showDeclined(name) {
  if (!session && !isAway()) showState('idle', t`You declined the call of ${name}.`, session);
}

/** No call, and no server either. */
export function showOffline() {
  const server = client.state === 'closed' ? t`Not connected.` : t`The server is out of reach. Trying again…`;
  showState('offline', [endWhileAway, server].filter(Boolean).join(' '), session);
}
