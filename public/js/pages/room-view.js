// What the room page shows around the tiles: its stage, the status line, the form of the lobby. It
// decides nothing; room.js says what to show.

import { byId, setText } from '../ui.js';

export const identityEl = byId('identity');
/** @type {import('../identity.js').IdentityFields} */
export const identityFields = { userName: byId('name'), password: byId('password') };
export const leaveEl = byId('leave');

const joinEl = byId('join');

/** @returns {'choosing'|'lobby'|'joining'|'joined'} */
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
  byId('stage').hidden = next === 'choosing';
  identityEl.hidden = next !== 'lobby' && next !== 'joining';
  byId('identity-fields').disabled = next === 'joining';
  leaveEl.disabled = next !== 'joined' && next !== 'joining';
  if (isNew && next === 'lobby') joinEl.focus({ preventScroll: true });
}

/** @param {boolean} isReady whether the user can join: not while the browser asks for the camera */
export function showReady(isReady) {
  joinEl.disabled = !isReady;
}

/** @param {string} words what the mesh costs; empty while it costs little */
export function showMeshNote(words) {
  setText(byId('mesh-note'), words);
  byId('mesh-note').hidden = !words;
}
