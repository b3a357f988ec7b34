// @ts-check
// What the stage offers during a call: full screen, the picture in a window of its own, how long the call has lasted, how
// good the connection is.

import { byId, createElement, setText } from '../ui.js';
import { t } from '../words.js';
import { connectFullScreen, leaveFullScreen, switchFullScreen } from './full-screen.js';
import { createPoorSign, durationWords, MEASURE_MS, qualityOf, readTraffic } from './quality.js';
import { qualityWords, rowsOf } from './quality-words.js';
import { countArrivals, createReception } from './reception.js';

/** How often what arrives is looked at, in ms. */
const LOOK_MS = 250;

const callSectionEl = byId('your-call');
const stageEl = byId('stage');
const pictureEl = byId('picture-in-picture');
const qualityEl = byId('quality');
const detailsEl = byId('quality-details');
const videoEl = /** @type {HTMLVideoElement} */ (byId('remote-video'));

/**
 * @typedef {object} Current
 * @property {import('../../switchboard.esm.js').Call} call
 * @property {number} since
 * @property {ReturnType<typeof createReception>} reception
 * @property {ReturnType<typeof createPoorSign>} isPoor
 * @property {import('./quality.js').Traffic} [last]
 */

/** @type {Current | null} */
let current = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
/** @type {(arrivals: ReturnType<Current['reception']['look']>) => void} */
let tellArrivals;

/** @param {typeof tellArrivals} onArrivals what arrives from the other side */
export function connectCallTools(onArrivals) {
  tellArrivals = onArrivals;
  connectFullScreen(byId('full-screen'), callSectionEl);
  pictureEl.addEventListener('click', () => {
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else videoEl.requestPictureInPicture().catch(() => {});
  });
  for (const event of ['enterpictureinpicture', 'leavepictureinpicture']) {
    videoEl.addEventListener(event, () => pictureEl.setAttribute('aria-pressed', String(event === 'enterpictureinpicture')));
  }
  qualityEl.addEventListener('click', () => openDetails(Boolean(detailsEl.hidden)));
  byId('close-quality').addEventListener('click', () => {
    openDetails(false);
    qualityEl.focus();
  });
}

export const toggleFullScreen = () => switchFullScreen(callSectionEl);

/** @param {boolean} isOpen */
function openDetails(isOpen) {
  detailsEl.hidden = !isOpen;
  qualityEl.setAttribute('aria-expanded', String(isOpen));
}

/**
 * Begins with a call that is connected, and ends without one.
 * @param {import('../../switchboard.esm.js').Call | undefined} call
 */
export function showCallTools(call) {
  showPictureButton(call);
  if (current?.call === call) return;
  clearInterval(timer);
  current = call ? { call, since: performance.now(), reception: createReception(), isPoor: createPoorSign() } : null;
  if (current) {
    timer = setInterval(measure, LOOK_MS);
    measure();
  } else {
    leave();
  }
}

/** Without a picture there is nothing to show in a window: the last one must not stay there. */
function showPictureButton(call) {
  const hasPicture = Boolean(call) && stageEl.classList.contains('has-remote');
  pictureEl.hidden = !document.pictureInPictureEnabled || !hasPicture;
  if (!hasPicture && document.pictureInPictureElement) document.exitPictureInPicture();
}

function leave() {
  leaveFullScreen();
  openDetails(false);
  showPoor(false);
  qualityEl.dataset.quality = '';
}

async function measure() {
  const mine = current;
  setText(byId('duration'), durationWords(performance.now() - mine.since));
  const stats = await mine.call.stats().catch(() => undefined); // It has ended.
  if (current !== mine || !stats) return;
  const at = performance.now();
  tellArrivals(mine.reception.look(countArrivals(stats.report), at, mine.call.state === 'connected'));
  showPictureButton(mine.call);
  if (!mine.last || at - mine.last.at >= MEASURE_MS - LOOK_MS / 2) showTraffic(mine, readTraffic(stats, at));
}

/** @param {Current} mine @param {import('./quality.js').Traffic} now */
function showTraffic(mine, now) {
  const quality = qualityOf(now, mine.last, mine.call.state);
  const rows = rowsOf(now, mine.last);
  mine.last = now;
  qualityEl.dataset.quality = quality;
  setText(byId('quality-words'), qualityWords(quality));
  showPoor(mine.isPoor(quality));
  byId('quality-rows').replaceChildren(...rows.map(([name, value]) =>
    createElement('div', {}, createElement('dt', {}, name), createElement('dd', {}, value))));
}

/** @param {boolean} isPoor */
function showPoor(isPoor) {
  byId('poor').hidden = !isPoor;
  setText(byId('poor-said'), isPoor ? t`The connection is poor: sound and picture may falter.` : '');
}
