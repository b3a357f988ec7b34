// @ts-check
// How an incoming call reaches a user who does not look at the page: a sound, and a notification of the browser. The user
// chooses both.

import { recall, remember } from '../memory.js';
import { createNotice, mayAskForNotices } from '../notices.js';
import { connectTones, playTones, withdrawTones } from '../tones.js';
import { byId } from '../ui.js';

/** Two tones, twice, then a pause. */
const TONES = [{ at: 0, hz: 587 }, { at: 0.22, hz: 784 }, { at: 0.44, hz: 587 }, { at: 0.66, hz: 784 }];
const EVERY_MS = 3_000;

const soundEl = /** @type {HTMLInputElement} */ (byId('ring-sound'));
const allowEl = byId('allow-notifications');

const notice = createNotice('incoming-call');

let isRinging = false;
/** @type {ReturnType<typeof setInterval> | undefined} */
let playing;

export function connectRingSignals() {
  soundEl.checked = recall('localStorage', 'ring') !== 'off';
  soundEl.addEventListener('change', () => {
    remember('localStorage', 'ring', soundEl.checked ? 'on' : 'off');
    playOrStop();
  });
  connectTones();
  showAllow();
  allowEl.addEventListener('click', async () => {
    await Notification.requestPermission();
    showAllow();
  });
}

function showAllow() {
  allowEl.hidden = !mayAskForNotices();
}

/** @param {string} words who calls */
export function startRinging(words) {
  isRinging = true;
  notice.show(words);
  playOrStop();
}

export function stopRinging() {
  isRinging = false;
  notice.withdraw();
  playOrStop();
}

/** As the choice is at present, which may change during a ring. */
function playOrStop() {
  clearInterval(playing);
  withdrawTones();
  if (!isRinging || !soundEl.checked) return;
  playTones(TONES);
  playing = setInterval(() => playTones(TONES), EVERY_MS);
}
