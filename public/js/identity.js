// Who this tab is: the fields for name, lobby and password, which a reload brings back. The tab's
// own storage is used, so that two tabs are two people.

import { recall, remember } from './memory.js';

/**
 * @typedef {object} IdentityFields
 * @property {HTMLInputElement} userName
 * @property {HTMLInputElement} [lobby]
 * @property {HTMLInputElement} password
 */

const offeredName = `guest-${randomHex(2)}`;

/** This load of the page: by it the server knows who comes back when a connection broke. */
const session = createSession();

/**
 * Fills the fields with what this tab remembers.
 * @param {IdentityFields} fields
 */
export function restoreIdentity(fields) {
  for (const [key, field] of Object.entries(fields)) field.value = recall('sessionStorage', key) ?? field.value;
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
  return { userName: userName.value, lobby: lobby?.value || undefined, password: password.value, session };
}

/** Another one, for whoever leaves and comes in again: what the server kept of the first is not theirs. */
export function createSession() {
  return randomHex(16);
}

function randomHex(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
}
