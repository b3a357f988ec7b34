// What the room page shows around its tiles: its stage, what is said to a screen reader, the form of the lobby, which
// controls are in the bar and which in the menu. It decides nothing; room.js says what to show.

import { byId, createElement, setText } from '../ui.js';
import { keepScreenOn } from '../wake-lock.js';

export const identityEl = byId('identity');
/** @type {import('../identity.js').IdentityFields} */
export const identityFields = { userName: byId('name'), password: byId('password') };
export const leaveEl = byId('leave');

const joinEl = byId('join');
const barEl = byId('bar');
const menuEl = byId('more-menu');
const reactionsEl = byId('reactions');

/** Where a row of controls has room for the less needed ones, and for one more than the needed ones. */
const hasRoom = matchMedia('(min-width: 60rem)');
const hasRoomForOne = matchMedia('(min-width: 22.5rem)');

/** @returns {'choosing'|'lobby'|'joining'|'waiting'|'joined'} */
export function state() {
  return document.body.dataset.state;
}

/**
 * Shows the stage that has been reached.
 * @param {ReturnType<typeof state>} next
 */
export function showState(next) {
  const isNew = state() !== next;
  document.body.dataset.state = next;
  byId('choose').hidden = next !== 'choosing';
  // The stage has it otherwise, so that it moves nothing: the pictures above it become smaller.
  if (next === 'choosing') document.querySelector('.news').append(byId('alert'));
  byId('stage').hidden = next === 'choosing';
  identityEl.hidden = next !== 'lobby' && next !== 'joining';
  byId('waiting').hidden = next !== 'waiting';
  byId('identity-fields').disabled = next === 'joining';
  leaveEl.disabled = next !== 'joined' && next !== 'joining' && next !== 'waiting';
  // In the room the line holds much that has been said before: `say` says what is new.
  byId('status').setAttribute('aria-live', next === 'joined' ? 'off' : 'polite');
  placeControls();
  keepScreenOn(next === 'waiting' || next === 'joined');
  if (isNew && next === 'lobby') joinEl.focus({ preventScroll: true });
}

/** The row stays one row: what is used rarely, and on a small screen a little more, is in the menu. */
function placeControls() {
  const isInRoom = state() === 'joined';
  const put = (id, isInBar, before) => {
    const element = byId(id);
    const place = isInBar ? barEl : menuEl;
    if (element.parentElement !== place) place.insertBefore(element, byId(before));
  };
  put('choose-devices', !isInRoom, isInRoom ? 'open-keys' : 'open-chat');
  put('screen', isInRoom && hasRoom.matches, isInRoom && hasRoom.matches ? 'hand' : 'open-invite');
  put('layout', isInRoom && hasRoom.matches, isInRoom && hasRoom.matches ? 'open-chat' : menuFirst());
  byId('react').hidden = !hasRoomForOne.matches;
  const reactionsPlace = hasRoomForOne.matches ? byId('react-menu') : menuEl;
  if (reactionsEl.parentElement !== reactionsPlace) reactionsPlace.prepend(reactionsEl);
}

function menuFirst() {
  return byId('screen').parentElement === menuEl ? 'screen' : 'open-invite';
}

for (const media of [hasRoom, hasRoomForOne]) media.addEventListener('change', placeControls);

/**
 * After joining: the focus never lands on what ends the stay.
 */
export function focusStage() {
  const microphoneEl = byId('microphone');
  (microphoneEl.disabled ? byId('stage') : microphoneEl).focus({ preventScroll: true });
}

/** @param {boolean} isReady whether the user can join: not while the browser asks for the camera */
export function showReady(isReady) {
  joinEl.disabled = !isReady;
}

/** What came within this moment is said together. */
const MOMENT_MS = 100;

/** How long words stay to be read aloud: a screen reader may be in the middle of others. */
const SAID_MS = 20_000;

/** What is about to be said. @type {string[]} */
let unsaid = [];

/**
 * For ears: each once, one after the other. None takes the place of another, which might not have been read aloud yet.
 * @param {string} words empty: nothing more
 */
export function say(words) {
  if (!words) {
    unsaid = [];
    byId('said').replaceChildren();
    return;
  }
  unsaid.push(words);
  if (unsaid.length === 1) setTimeout(sayNow, MOMENT_MS);
}

function sayNow() {
  if (!unsaid.length) return;
  const element = createElement('p', {}, unsaid.join(' '));
  unsaid = [];
  byId('said').append(element);
  setTimeout(() => element.remove(), SAID_MS);
}

/** @param {string} words what the mesh costs; empty while it costs little */
export function showMeshNote(words) {
  setText(byId('mesh-note'), words);
  byId('mesh-note').hidden = !words;
}
