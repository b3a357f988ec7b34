// What the call page shows: its elements, the stage of the call in words and pictures, and the
// list of waiting calls. It decides nothing; call.js says what to show.

import { canFetchDevices, has, isOn, useSpeaker } from '../media.js';
import { byId, createElement, moveFocus, setText, showToggle } from '../ui.js';
import { t } from '../words.js';
import { otherWords } from './call-words.js';

export const callEl = byId('call');
export const callAgainEl = byId('call-again');
export const hangupEl = byId('hangup');
export const identityEl = byId('identity');
/** @type {import('../identity.js').IdentityFields} */
export const identityFields = { userName: byId('name'), lobby: byId('lobby'), password: byId('password') };
export const toggleEls = { audio: byId('microphone'), video: byId('camera') };
export const screenEl = byId('screen');
export const devicesEl = byId('devices');

const statusEl = byId('status');
const offersEl = byId('offers');
const stageEl = byId('stage');
const localVideoEl = byId('local-video');
const remoteVideoEl = byId('remote-video');

/** The preview before a call, whose pictures are shown where there is no call. @type {() => {localStream?: MediaStream} | null} */
let previewed = () => null;

/** @param {typeof previewed} preview */
export function showPreviewsOf(preview) {
  previewed = preview;
}

/** What is known of the other side's sound and picture. @type {Record<'audio' | 'video', import('./reception.js').Arrival>} */
let arrivals = { audio: 'unknown', video: 'unknown' };

/** @returns {'unsupported'|'offline'|'idle'|'starting'|'waiting'|'connecting'|'connected'} */
export function state() {
  return document.body.dataset.state;
}

/**
 * Shows the stage that the call has reached.
 * @param {ReturnType<typeof state>} next
 * @param {string} words for the status line
 * @param {import('./call-session.js').Session|null} session
 * @param {string} [title] what of the words stands in the title
 */
export function showState(next, words, session, title = words) {
  const isNew = state() !== next;
  document.body.dataset.state = next;
  statusWords = words;
  setText(statusEl, words);
  stageTitle = title.replace(/\.$/, '');
  if (isNew) arrivals = { audio: 'unknown', video: 'unknown' };

  callEl.disabled = next !== 'idle';
  hangupEl.disabled = session === null;
  byId('identity-fields').disabled = session !== null;
  document.body.classList.toggle('calls-one', Boolean(session?.to));
  // What the page is before it has connected is not said: that is over in a moment.
  document.body.classList.toggle('is-offline', next === 'offline');
  for (const button of offersEl.querySelectorAll('button')) button.disabled = !canAnswer();
  if (isNew && next === 'starting') {
    moveFocus(stageEl); // Not to Hang up: a key that is pressed once more would end the call.
    statusEl.scrollIntoView({ block: 'nearest' }); // On a phone the list is below the pictures.
  }

  showPictures(session);
  afterwards();
}

/** No other device can reach the server: a second tab of this browser is what can answer. */
export function showOnlyHere() {
  setText(offersEl.parentElement.querySelector('.before-call'), t`No call is waiting. Press Call, then answer in a second tab.`);
  setText(offersEl.parentElement.querySelector('.while-waiting'), t`Only yours is waiting. Answer it in a second tab.`);
}

/** What the status line says of the state. */
let statusWords = '';

/** A call comes in: nothing else matters at that moment. @param {string} words empty: the state again */
export function showInStatus(words) {
  setText(statusEl, words || statusWords);
}

/** The state of the page for its title. */
export let stageTitle = '';

let afterwards = () => {};

/** @param {() => void} callback called each time when the state of the page was shown */
export function whenShown(callback) {
  afterwards = callback;
}

/** @param {boolean} someoneIsMissing the page waits for the server or the other party: the lamp shows it */
export function showLine(someoneIsMissing) {
  document.body.dataset.line = someoneIsMissing ? 'troubled' : 'well';
}

function isTroubled() {
  return document.body.dataset.line === 'troubled';
}

/**
 * What arrives from the other side has changed.
 * @param {typeof arrivals} next
 * @param {import('./call-session.js').Session|null} session
 */
export function showArrivals(next, session) {
  if (next.audio === arrivals.audio && next.video === arrivals.video) return;
  arrivals = next;
  showPictures(session);
}

/**
 * Pictures and on/off buttons, as they are for this call or for none.
 * @param {import('./call-session.js').Session|null} session
 */
export function showPictures(session) {
  const localStream = (session ?? previewed())?.localStream ?? null;
  const screen = session?.screen ?? null;
  const shown = screen ?? localStream;
  if (localVideoEl.srcObject !== shown) localVideoEl.srcObject = shown;
  const ownPicture = screen !== null || (localStream !== null && has(localStream, 'video') && isOn('video'));
  stageEl.classList.toggle('has-local', ownPicture);
  stageEl.classList.toggle('has-screen', screen !== null);
  showOther(session);

  for (const [kind, button] of Object.entries(toggleEls)) {
    showToggle(button, isOn(kind) && (localStream === null || has(localStream, kind)), canFetchDevices());
  }
  screenEl.disabled = state() !== 'connected';
  screenEl.setAttribute('aria-pressed', String(screen !== null));
  setText(screenEl.querySelector('.label'), screen ? t`Stop sharing` : t`Share screen`);
}

/** The other side: its picture, or its initial and what is missing. */
function showOther(session) {
  const stream = session?.call?.remoteStream ?? null;
  if (remoteVideoEl.srcObject !== stream) {
    remoteVideoEl.srcObject = stream;
    useSpeaker(remoteVideoEl);
  }
  const isConnected = state() === 'connected';
  // A connection that is made in place of a broken one has nothing yet.
  const isRunning = isConnected && session.call.state === 'connected';
  const lacks = (kind) => !stream || !has(stream, kind) || arrivals[kind] === 'missing';
  const missing = { audio: isRunning && lacks('audio'), video: isRunning && lacks('video') };
  const name = isConnected ? session.call.name : '';
  const { label, note } = otherWords(name, missing);
  // Large is the other side once it is there; before that, the own picture.
  stageEl.classList.toggle('has-remote', isConnected && !lacks('video'));
  stageEl.classList.toggle('lacks-sound', missing.audio);
  setText(byId('remote-name-words'), isConnected ? label : '');
  byId('remote-name').hidden = !isConnected;
  setText(byId('remote-initial'), [...name.trim()][0]?.toUpperCase() ?? '');
  setText(byId('stage-note'), isConnected ? note : stageNote(session?.to));
  setText(byId('other-said'), isConnected ? [missing.audio ? label : '', note].filter(Boolean).map((words) => `${words}.`).join(' ') : '');
}

/** @param {string} name with whom the last call was; empty shows no button */
export function showCallAgain(name) {
  callAgainEl.hidden = !name;
  setText(callAgainEl, t`Call ${name} again`);
}

/** Without a call: what the stage says instead of pictures. */
export function showStageNote() {
  if (state() === 'idle') setText(byId('stage-note'), stageNote());
}

/** @param {string} [to] whom alone the user calls */
function stageNote(to) {
  switch (state()) {
    case 'offline': return t`No connection to the server`;
    case 'idle':
      if (previewed()) return '';
      return offersEl.childElementCount ? t`A call is waiting` : t`No call yet`;
    case 'starting': return t`One moment…`;
    case 'waiting':
      if (isTroubled()) return t`No connection to the server`;
      return to ? t`${to} can answer now` : t`Others can answer now`;
    default: return t`Connecting…`;
  }
}

// --- Waiting calls ---

/** A user whose own call waits may answer another: that ends the waiting. */
export function canAnswer() {
  return state() === 'idle' || state() === 'waiting';
}

/**
 * A button for a call that waits. The name comes from a stranger and goes in as text.
 * @param {{name: string, offerId: string}} incoming
 * @param {() => void} onAnswer
 */
export function createOfferEl({ name, offerId }, onAnswer) {
  const button = createElement('button', { type: 'button', className: 'answer' }, t`Answer ${name}`);
  button.dataset.offerId = offerId;
  button.disabled = !canAnswer();
  button.addEventListener('click', onAnswer);
  offersEl.append(createElement('li', {}, button));
}

/** @param {string} offerId */
export function removeOfferEl(offerId) {
  for (const button of offersEl.querySelectorAll('button')) {
    if (button.dataset.offerId === offerId) button.closest('li').remove();
  }
}
