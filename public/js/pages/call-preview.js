// @ts-check
// Camera and microphone before a call: the own picture on the stage, how loud the microphone is. The browser asks for them
// when this is opened, never at the load of the page. The call that follows uses the same stream.

import { canFetchDevices, fetchUserMedia, has, isOn, release } from '../media.js';
import { createLevelMeter } from '../level-meter.js';
import { byId, moveFocus, setText } from '../ui.js';
import { t } from '../words.js';
import { devicesEl } from './call-view.js';
import { showProblem } from './frame.js';

/**
 * @typedef {object} Preview
 * @property {Promise<{stream: MediaStream, problem: string}>} media
 * @property {MediaStream} [localStream] once the browser has given it
 */

/** The preview that is open, if any. @type {Preview | null} */
export let preview = null;

const openEl = byId('open-preview');
const previewEl = byId('preview');
const wordsEl = byId('level-words');
const meterEl = byId('level');
const meter = createLevelMeter(meterEl, {
  onRunning() {
    meterEl.parentElement.hidden = false;
    setText(wordsEl, t`Say something: the bar moves.`);
  },
  onHeard: () => setText(wordsEl, t`The microphone works.`),
});

/** Shows the pictures and buttons of the page again. */
let onChange = () => {};

/** @param {() => void} onChanged */
export function connectPreview(onChanged) {
  onChange = onChanged;
  openEl.hidden = !canFetchDevices();
  openEl.addEventListener('click', open);
  byId('close-preview').addEventListener('click', () => {
    close();
    moveFocus(openEl);
  });
  byId('preview-devices').addEventListener('click', () => {
    /** @type {HTMLDetailsElement} */ (devicesEl).open = true;
    devicesEl.querySelector('summary').focus();
  });
  // A page that is kept for the back button must not keep the camera.
  addEventListener('pagehide', close);
}

async function open() {
  if (preview) return;
  const mine = { media: fetchUserMedia() };
  preview = mine;
  show();
  onChange();
  const { stream, problem } = await mine.media;
  if (preview !== mine) return; // Closed, or a call has begun.
  preview.localStream = stream;
  showProblem(problem);
  showPreviewed();
  moveFocus(byId('close-preview'));
}

/** The preview as it is now: also after another device was chosen, or one was switched off. */
export function showPreviewed() {
  if (!preview?.localStream) return;
  const hasSound = has(preview.localStream, 'audio') && isOn('audio');
  meterEl.parentElement.hidden = true;
  setText(wordsEl, hasSound ? t`The microphone is on.` : t`The microphone is off.`);
  if (hasSound) meter.show(preview.localStream);
  else meter.stop();
  onChange();
}

function close() {
  if (!preview) return;
  giveBack(preview);
  preview = null;
  meter.stop();
  showProblem('');
  show();
  onChange();
}

/** @param {Preview} closed */
async function giveBack({ media }) {
  release((await media).stream);
}

/**
 * Ends the preview for a call.
 * @returns {Preview | null} what the call uses
 */
export function takePreview() {
  const taken = preview;
  preview = null;
  meter.stop();
  show();
  return taken;
}

function show() {
  previewEl.hidden = preview === null;
  meterEl.parentElement.hidden = true;
  setText(wordsEl, preview ? t`Starting camera and microphone. The browser may ask you first.` : '');
}
