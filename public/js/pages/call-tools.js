// @ts-check
// What the stage offers during a call: full screen, the picture in a window of its own, how long the call has lasted, how
// good the connection is. The screen of a phone stays on meanwhile.

import { byId, setText } from '../ui.js';
import { durationWords, qualityOf, readTraffic, rowsOf } from './quality.js';

/** How often the connection is measured. */
const EVERY_MS = 2_000;

const callSectionEl = byId('your-call');
const fullScreenEl = byId('full-screen');
const pictureEl = byId('picture-in-picture');
const qualityEl = byId('quality');
const detailsEl = byId('quality-details');
const videoEl = /** @type {HTMLVideoElement} */ (byId('remote-video'));

/** @type {{call: import('../../switchboard.esm.js').Call, since: number, last?: import('./quality.js').Traffic} | null} */
let current = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
/** @type {WakeLockSentinel | null} */
let wakeLock = null;

export function connectCallTools() {
  fullScreenEl.hidden = !document.fullscreenEnabled;
  fullScreenEl.addEventListener('click', () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else callSectionEl.requestFullscreen().catch(() => {});
  });
  document.addEventListener('fullscreenchange', () => {
    fullScreenEl.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
  pictureEl.addEventListener('click', () => {
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else videoEl.requestPictureInPicture().catch(() => {});
  });
  qualityEl.addEventListener('click', () => {
    detailsEl.hidden = !detailsEl.hidden;
    qualityEl.setAttribute('aria-expanded', String(!detailsEl.hidden));
  });
  document.addEventListener('visibilitychange', keepScreenOn);
}

/**
 * Begins with a call that is connected, and ends without one.
 * @param {import('../../switchboard.esm.js').Call | undefined} call
 */
export function showCallTools(call) {
  pictureEl.hidden = !document.pictureInPictureEnabled || !call?.remoteStream?.getVideoTracks().length;
  if (current?.call === call) return;
  clearInterval(timer);
  current = call ? { call, since: performance.now() } : null;
  if (current) {
    timer = setInterval(measure, EVERY_MS / 2);
    measure();
  } else {
    leave();
  }
  keepScreenOn();
}

function leave() {
  if (document.fullscreenElement) document.exitFullscreen();
  if (document.pictureInPictureElement) document.exitPictureInPicture();
  detailsEl.hidden = true;
  qualityEl.setAttribute('aria-expanded', 'false');
}

async function keepScreenOn() {
  if (!current) {
    wakeLock?.release();
    wakeLock = null;
  } else if (document.visibilityState === 'visible' && (!wakeLock || wakeLock.released)) {
    wakeLock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null; // A low battery refuses it.
    if (!current) keepScreenOn();
  }
}

async function measure() {
  const mine = current;
  setText(byId('duration'), durationWords(performance.now() - mine.since));
  if (mine.last && performance.now() - mine.last.at < EVERY_MS * 0.9) return;
  const stats = await mine.call.stats().catch(() => undefined); // It has ended.
  if (current !== mine || !stats) return;
  const now = readTraffic(stats, performance.now());
  const quality = qualityOf(now, mine.last, mine.call.state);
  const rows = rowsOf(now, mine.last);
  mine.last = now;
  qualityEl.dataset.quality = quality;
  setText(byId('quality-words'), quality);
  byId('quality-rows').replaceChildren(...rows.flatMap(([name, value]) =>
    [['dt', name], ['dd', value]].map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text }))));
}
