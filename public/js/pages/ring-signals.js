// @ts-check
// How an incoming call reaches a user who does not look at the page: a sound, and a notification of the browser.

import { recall, remember } from '../memory.js';
import { byId } from '../ui.js';

/** Two tones, then a pause; in seconds and Hz. */
const TONES = [{ at: 0, hz: 587 }, { at: 0.22, hz: 784 }, { at: 0.44, hz: 587 }, { at: 0.66, hz: 784 }];
const TONE_S = 0.2;
const EVERY_MS = 3_000;
const VOLUME = 0.12;

const soundEl = /** @type {HTMLInputElement} */ (byId('ring-sound'));
const allowEl = byId('allow-notifications');

/** @type {AudioContext | null} */
let context = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let ringing;
/** @type {Notification | null} */
let notification = null;

/** Browsers let a page be heard once its user has pressed something in it. */
export function connectRingSignals() {
  soundEl.checked = recall('localStorage', 'ring') !== 'off';
  soundEl.addEventListener('change', () => {
    remember('localStorage', 'ring', soundEl.checked ? 'on' : 'off');
    if (!soundEl.checked) stopSound();
  });
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, unlock, { capture: true });
  showAllow();
  allowEl.addEventListener('click', async () => {
    await Notification.requestPermission();
    showAllow();
  });
}

function unlock() {
  for (const type of ['pointerdown', 'keydown']) removeEventListener(type, unlock, { capture: true });
  if (window.AudioContext) context = new AudioContext();
}

/** Phones have the name and no notifications of pages. */
function showAllow() {
  allowEl.hidden = !window.isSecureContext || window.Notification?.permission !== 'default';
}

export function startSound() {
  if (!soundEl.checked || !context) return;
  stopSound();
  playOnce();
  ringing = setInterval(playOnce, EVERY_MS);
}

export function stopSound() {
  clearInterval(ringing);
  ringing = undefined;
}

function playOnce() {
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(context.destination);
  for (const { at, hz } of TONES) {
    const from = context.currentTime + at;
    const tone = new OscillatorNode(context, { frequency: hz });
    tone.connect(gain);
    tone.start(from);
    tone.stop(from + TONE_S);
    // Without ramps a tone begins and ends with a click.
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(VOLUME, from + 0.03);
    gain.gain.linearRampToValueAtTime(0, from + TONE_S);
  }
}

/** @param {string} words for a user who looks elsewhere; empty takes the notification back */
export function notify(words) {
  notification?.close();
  notification = null;
  if (!words || !document.hidden || window.Notification?.permission !== 'granted') return;
  try {
    notification = new Notification(words, { body: 'Switchboard', tag: 'incoming-call', icon: 'icon.svg' });
    notification.onclick = () => window.focus();
  } catch {
    // Chromium on Android has notifications of service workers only.
  }
}
