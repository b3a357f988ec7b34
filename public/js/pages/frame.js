// What the pages' frames have in common: the status line, the line about what went wrong, the way to https, the
// password that is asked for.

import { isSupported as canConnect } from '../../switchboard.esm.js';
import { NO_WEBRTC } from '../connection-words.js';
import { securePage } from '../secure-page.js';
import { byId, createElement, setText } from '../ui.js';
import { t } from '../words.js';

/**
 * @param {string} words
 * @param {boolean} [isTroubled] the page waits for the server or a peer: the lamp shows it
 */
export function showStatus(words, isTroubled = false) {
  setText(byId('status'), words);
  document.body.dataset.line = isTroubled ? 'troubled' : 'well';
}

/** @param {string} words what went wrong and what to do; empty where all is well */
export function showProblem(words) {
  setText(byId('problem'), words);
}

/** Without https there is no camera: the same page with https, if there is one, is one press away. */
export async function showInsecureContext() {
  const line = createElement('p', {}, t`Browsers give camera and microphone only to pages opened with https.`);
  byId('alert').prepend(line);
  const href = await securePage();
  if (href) line.append(' ', createElement('a', { href }, t`Open ${href}`));
}

/**
 * Whether this browser can do what the page is for. If not, the page says so, and offers nothing else.
 * @returns {boolean}
 */
export function isSupported() {
  if (canConnect()) return true;
  document.body.dataset.state = 'unsupported'; // The style sheets show only the reason.
  showStatus(NO_WEBRTC, true);
  return false;
}

/** The server rejected the password: shows the field, which is hidden as long as the default works. */
export function askForAnotherPassword() {
  showProblem(t`The server wants another password. Enter it under “Server password”.`);
  const passwordEl = byId('password');
  byId('password-details').open = true;
  passwordEl.setAttribute('aria-invalid', 'true');
  passwordEl.focus();
  passwordEl.select();
}

/** The password entered now has not been refused yet. */
export function stopAskingForPassword() {
  byId('password').removeAttribute('aria-invalid');
}
