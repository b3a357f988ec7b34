// The identity of this tab: the fields for name, lobby and password, which survive a reload, and the token,
// if the page was opened with one. It is kept in the tab's own storage, so that two tabs are two users.

import { recall, remember } from './memory.js';
import { claimsOf, isSecretInAddress, takeSecrets } from './token.js';
import { createElement } from './ui.js';
import { t } from './words.js';

/**
 * @typedef {object} IdentityFields
 * @property {HTMLInputElement} userName
 * @property {HTMLInputElement} [lobby]
 * @property {HTMLInputElement} password
 */

const offeredName = `guest-${randomHex()}`;

const token = takeSecrets();

// A link with a new token that is opened in this tab differs only in the fragment, for which browsers do not
// reload a page.
window.addEventListener('hashchange', () => isSecretInAddress() && location.reload());

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
    field.before(createElement('small', {}, t`from your token`));
  }
}

/**
 * Reads the fields and remembers them. An empty name becomes the one offered.
 * @param {IdentityFields} fields
 */
export function readIdentity(fields) {
  const { userName, lobby, password } = fields;
  userName.value = userName.value.trim() || offeredName;
  if (lobby) lobby.value = lobby.value.trim();
  for (const [key, field] of Object.entries(fields)) remember('sessionStorage', key, field.value);
  return { userName: userName.value, lobby: lobby?.value || undefined, password: password.value, token };
}

/** Four digits. */
function randomHex() {
  return Array.from(crypto.getRandomValues(new Uint8Array(2)), (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
}
