// @ts-check
// The call page's connection to the server: the form with the user's identity, and the client that connects with it.

import { connect } from '../../switchboard.esm.js';
import { readIdentity, restoreIdentity } from '../identity.js';
import { isRelayOnly } from '../relay-only.js';
import { identityEl, identityFields } from './call-view.js';
import { showProblem, stopAskingForPassword } from './frame.js';
import { connectRelayChoice, showIceServers } from './relay-choice.js';
import { byId, setText } from '../ui.js';
import { t } from '../words.js';

/** @type {import('../../switchboard.esm.js').Client} */
export let client;

/** @type {ReturnType<typeof readIdentity>} */
let identity;

/** Connects; the promise does not wait for the server. */
export async function connectClient() {
  restoreIdentity(identityFields);
  identity = readIdentity(identityFields);
  connectRelayChoice((isOn) => (client.relayOnly = isOn));
  client = await connect({ ...options(), relayOnly: isRelayOnly(), wait: false });
  showIceServers(client.iceServers);
  for (const field of Object.values(identityFields)) field.addEventListener('change', changeIdentity);
  identityEl.addEventListener('input', () => showSaved(''));
  identityEl.addEventListener('submit', (event) => {
    event.preventDefault();
    changeIdentity();
    showSaved(t`Saved.`);
  });
  client.addEventListener('problem', () => showSaved('')); // The password may be a wrong one.
  /** @type {HTMLButtonElement} */ (byId('save')).disabled = false;
}

function options() {
  const { userName: name, lobby, password, token } = identity;
  return { name, lobby, password, token };
}

/** @param {string} words */
function showSaved(words) {
  setText(byId('saved'), words);
}

/** A new name, lobby or password counts from a new connection on. */
function changeIdentity() {
  const before = JSON.stringify(identity);
  identity = readIdentity(identityFields);
  if (JSON.stringify(identity) === before && client.state !== 'closed') return;
  showProblem('');
  stopAskingForPassword();
  showSaved(t`Saved.`);
  client.rename(options());
}
