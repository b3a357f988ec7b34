// The call page's line to the server: the form with the user's identity, and the connection that is made
// with it.

import { readIdentity, restoreIdentity } from '../identity.js';
import { connectSignaling } from '../../switchboard/signaling.js';
import { lineOptions } from '../line-options.js';
import { identityEl, identityFields, removeOfferEls } from './call-view.js';
import { showProblem, stopAskingForPassword } from './frame.js';
import { connectRelayChoice, showIceServers } from './relay-choice.js';
import { byId } from '../ui.js';

restoreIdentity(identityFields);
let identity = readIdentity(identityFields);

export const signaling = connectSignaling(identity, lineOptions);
connectRelayChoice();
showIceServers(signaling.iceServers);

/** A new name, lobby or password counts from a new connection on. */
function changeIdentity() {
  const before = JSON.stringify(identity);
  identity = readIdentity(identityFields);
  if (JSON.stringify(identity) === before && signaling.active) return;
  showProblem('');
  stopAskingForPassword();
  removeOfferEls();
  signaling.reconnect(identity);
}

for (const field of Object.values(identityFields)) field.addEventListener('change', changeIdentity);
identityEl.addEventListener('submit', (event) => {
  event.preventDefault();
  changeIdentity();
});
byId('save').disabled = false;

// A user who closes or reloads the page leaves. On long-polling the server would not notice. The listener
// runs first (`capture`): after others the browser may have broken off all requests, and the connection
// with them.
window.addEventListener('pagehide', ({ persisted }) => persisted || signaling.close(), { capture: true });
