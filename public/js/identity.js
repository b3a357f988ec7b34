// Who this tab is: the fields for name, lobby and password, which a reload brings back; and the token,
// if it was opened with one. The tab's own storage is used, so that two tabs are two people.

import { recall, remember } from './memory.js';
import { claimsOf, isSecretInAddress, takeSecrets } from './token.js';
import { createElement } from './ui.js';

/**
 * @typedef {object} IdentityFields
 * @property {HTMLInputElement} userName
 * @property {HTMLInputElement} [lobby]
 * @property {HTMLInputElement} password
 */

const offeredName = `guest-${randomHex(2)}`;

const token = takeSecrets();

// A link with a new one, opened in this very tab, differs only in what browsers do not load a page anew for.
window.addEventListener('hashchange', () => isSecretInAddress() && location.reload());

/** This load of the page: by it the server knows who comes back when a connection broke. */
const session = createSession();

/**
 * Fills the fields with what this tab remembers, and with what its token says, which cannot be changed.
 * @param {IdentityFields} fields
 */
export function restoreIdentity(fields) {
  const claims = claimsOf(token);
  for (const [key, field] of Object.entries(fields)) {
    field.value = claims[key] ?? recall('sessionStorage', key) ?? field.value;
    if (!claims[key]) continue;
    field.readOnly = true;
    field.parentElement.querySelector('small')?.remove();
    field.before(createElement('small', {}, 'from your token'));
  }
}

/**
 * Reads the fields and remembers them. Whoever leaves the name empty gets the one offered.
 * @param {IdentityFields} fields
 * @returns {import('./line.js').Identity}
 */
export function readIdentity(fields) {
  const { userName, lobby, password } = fields;
  userName.value = userName.value.trim() || offeredName;
  if (lobby) lobby.value = lobby.value.trim();
  for (const [key, field] of Object.entries(fields)) remember('sessionStorage', key, field.value);
  return { userName: userName.value, lobby: lobby?.value || undefined, password: password.value, token, session };
}

/** Another one, for whoever leaves and comes in again: what the server kept of the first is not theirs. */
export function createSession() {
  return randomHex(16);
}

function randomHex(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
}
