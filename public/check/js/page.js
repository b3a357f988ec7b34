// The check page, from top to bottom: what a call needs, tried one after the other.

import { checkCertificate, checkDevices, checkSecure } from './browser.js';
import { checkCandidates, fetchIceServers } from './candidates.js';
import { meet, whyClosed } from './meeting.js';
import { connectInvite, openInvite } from './pages/invite.js';
import { clear, count, failed, ok, ROWS, show, untried, waiting } from './rows.js';
import { takeSecrets } from './token.js';
import { byId, setText } from './ui.js';
import { t } from './words.js';

const token = takeSecrets();
/** The name of the room in which the two devices meet: that in the address, or a new one. */
const code = new URLSearchParams(location.hash.slice(1)).get('with') || newCode();
/** Whether this page was opened by the link of another device. */
const isSecond = new URLSearchParams(location.hash.slice(1)).has('with');

/** @type {ReturnType<typeof meet>|null} */
let meeting = null;
let run = 0;

clear();
connectInvite(`check#with=${encodeURIComponent(code)}`);
byId('start').addEventListener('submit', (event) => {
  event.preventDefault();
  start();
});
byId('go').disabled = false;
window.addEventListener('pagehide', () => meeting?.close());
window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

async function start() {
  run += 1;
  const mine = run;
  const isCurrent = () => run === mine;
  const password = token ?? byId('password').value;
  meeting?.close();
  clear();
  document.body.dataset.state = 'starting';
  setText(byId('status'), t`Checking. The browser may ask for camera and microphone.`);

  await step('secure', checkSecure());
  await step('certificate', checkCertificate());
  // Permission for the devices also lets the browser name its addresses, so it comes before the candidates.
  await step('devices', checkDevices());
  const iceServers = await fetchIceServers(password);
  await Promise.all([checkServer(), checkAddresses()]);
  if (!isCurrent()) return;
  byId('go').textContent = t`Start again`;
  tellResult();

  async function step(id, result) {
    show(id, waiting(''));
    const shown = await result;
    if (isCurrent()) show(id, shown);
  }

  async function checkAddresses() {
    for (const id of ['host', 'srflx', 'relay']) show(id, waiting(''));
    const results = await checkCandidates(iceServers);
    if (isCurrent()) for (const [id, result] of Object.entries(results)) show(id, result);
  }

  async function checkServer() {
    show('websocket', waiting(''));
    show('other', waiting(''));
    const here = meet(code, token ? { token } : { password }, iceServers ?? [], (result) => {
      if (!isCurrent()) return;
      show('other', result);
      if (result.state !== 'waiting') tellResult();
    });
    meeting = here;
    const isOpen = await here.opened;
    if (!isCurrent()) return;
    if (!isOpen) {
      const { words, isPassword } = await whyClosed(password);
      if (!isCurrent()) return;
      show('websocket', failed(words));
      show('other', untried(t`It needs the connection to the server.`));
      if (isPassword) askForPassword();
      return;
    }
    show('websocket', ok(t`Open.`));
    if (!window.RTCPeerConnection) show('other', untried(t`Without RTCPeerConnection.`));
    else if (byId('other').dataset.result === 'waiting' && !byId('other').querySelector('.words').textContent) {
      show('other', waiting(isSecond
        ? t`The first device is not here: leave its page open, and press Start there.`
        : t`No other device yet: open this page on it, too, and press Start there.`));
      openInvite(!isSecond);
    }
  }
}

function askForPassword() {
  byId('password-details').open = true;
  byId('password').focus();
}

/** One sentence for all rows. */
function tellResult() {
  const counted = count();
  if (counted.idle) return;
  const isDone = byId('other').dataset.result !== 'waiting';
  document.body.dataset.state = counted.failed ? 'failed' : isDone ? 'connected' : 'waiting';
  const sentences = [];
  if (counted.failed) sentences.push(t`${counted.failed} of ${ROWS.length} checks failed: see what to do there.`);
  else sentences.push(isDone ? t`All is well: this device can call.` : t`All is well so far.`);
  if (!isDone) sentences.push(t`The last check waits for another device.`);
  setText(byId('status'), sentences.join(' '));
}

function newCode() {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
