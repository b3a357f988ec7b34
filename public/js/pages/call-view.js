// What the call page shows: its elements, the stage of the call in words and pictures, and the
// list of waiting calls. It decides nothing; call.js says what to show.

import { canFetchDevices, has, isOn, useSpeaker } from '../media.js';
import { byId, createElement, moveFocus, setText, showToggle } from '../ui.js';

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

/** @returns {'unsupported'|'offline'|'idle'|'starting'|'waiting'|'connecting'|'connected'} */
export function state() {
  return document.body.dataset.state;
}

/**
 * Shows the stage that the call has reached.
 * @param {ReturnType<typeof state>} next
 * @param {string} words for the status line
 * @param {import('./call-session.js').Session|null} session
 */
export function showState(next, words, session) {
  const isNew = state() !== next;
  document.body.dataset.state = next;
  setText(statusEl, words);

  callEl.disabled = next !== 'idle';
  hangupEl.disabled = session === null;
  byId('identity-fields').disabled = session !== null;
  for (const button of offersEl.querySelectorAll('button')) button.disabled = !canAnswer();
  if (isNew && next === 'starting') {
    moveFocus(hangupEl);
    statusEl.scrollIntoView({ block: 'nearest' }); // On a phone the list is below the pictures.
  }

  showPictures(session);
  afterwards();
}

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
 * Pictures and on/off buttons, as they are for this call or for none.
 * @param {import('./call-session.js').Session|null} session
 */
export function showPictures(session) {
  const localStream = session?.localStream ?? null;
  const screen = session?.screen ?? null;
  const remoteStream = session?.call?.remoteStream ?? null;
  const shown = screen ?? localStream;
  if (localVideoEl.srcObject !== shown) localVideoEl.srcObject = shown;
  if (remoteVideoEl.srcObject !== remoteStream) {
    remoteVideoEl.srcObject = remoteStream;
    useSpeaker(remoteVideoEl);
  }

  // Large is the other side once it is there; before that, the own picture.
  const connected = state() === 'connected';
  const remotePicture = connected && has(remoteStream, 'video');
  const ownPicture = screen !== null || (localStream !== null && has(localStream, 'video') && isOn('video'));
  stageEl.classList.toggle('has-local', ownPicture);
  stageEl.classList.toggle('has-screen', screen !== null);
  stageEl.classList.toggle('has-remote', remotePicture);
  setText(byId('remote-name'), connected ? session.call.name : '');
  setText(byId('stage-note'), remotePicture ? '' : stageNote(session));

  for (const [kind, button] of Object.entries(toggleEls)) {
    showToggle(button, isOn(kind) && (localStream === null || has(localStream, kind)), canFetchDevices());
  }
  screenEl.disabled = !connected;
  screenEl.setAttribute('aria-pressed', String(screen !== null));
  setText(screenEl.querySelector('.label'), screen ? 'Stop sharing' : 'Share screen');
}

/** @param {string} name with whom the last call was; empty shows no button */
export function showCallAgain(name) {
  callAgainEl.hidden = !name;
  setText(callAgainEl, `Call ${name} again`);
}

function stageNote(session) {
  switch (state()) {
    case 'offline': return 'No connection to the server';
    case 'idle': return 'No call yet';
    case 'starting': return 'One moment…';
    case 'waiting': return isTroubled() ? 'No connection to the server' : 'Others can answer now';
    case 'connecting': return 'Connecting…';
    default: return `${session.call.name} sends no picture`;
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
  const button = createElement('button', { type: 'button', className: 'answer' }, 'Answer ', createElement('strong', {}, name));
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
