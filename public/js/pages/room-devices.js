// What this page sends to the others: microphone, camera and screen, with their buttons. The preview before
// joining is the same, but is sent to no peer.

import { createDeviceChoice } from '../device-choice.js';
import {
  canFetchDevices, canFetchScreen, fetchDevice, fetchScreen, fetchUserMedia, has, isOn, release, setOn,
} from '../media.js';
import { byId, setText, showToggle } from '../ui.js';
import { t } from '../words.js';
import { showProblem } from './frame.js';

const toggleEls = { audio: byId('microphone'), video: byId('camera') };
const screenEl = byId('screen');
const dialogEl = byId('devices-dialog');

/** @type {MediaStream|undefined} */
let localStream;
/** While it is shown. @type {MediaStream|undefined} */
let screen;
/** What could not be had, in words. */
let problem = '';
/** The browser is asked for camera and microphone; it may ask the user. */
export let isOpening = false;
/** What the user's browser is asking for: one question at a time. */
const asking = new Set();
/** @type {() => void} */
let tellChange;

const choice = createDeviceChoice(byId('devices'), {
  stream: () => localStream,
  onChange(words) {
    tellProblem(words);
    changed();
  },
});

/** @param {() => void} onChange what is sent, or whether, is different now */
export function connectDevices(onChange) {
  tellChange = onChange;
  for (const [kind, button] of Object.entries(toggleEls)) button.addEventListener('click', () => toggle(kind));
  screenEl.hidden = !canFetchScreen();
  screenEl.addEventListener('click', () => (screen ? stopSharing(screen) : share()));
  byId('choose-devices').addEventListener('click', () => {
    choice.refresh();
    dialogEl.showModal();
  });
  byId('close-devices').addEventListener('click', () => dialogEl.close());
  showButtons();
}

/** Starts camera and microphone, unless they run, and says what could not be had. */
export async function openDevices() {
  if (localStream) {
    showProblem(problem);
    return;
  }
  isOpening = true;
  tellChange();
  const media = await fetchUserMedia();
  isOpening = false;
  localStream = media.stream;
  tellProblem(media.problem);
  choice.refresh();
  changed();
}

function tellProblem(words) {
  problem = words;
  showProblem(words);
}

/** Gives everything back: the camera's light goes out. */
export function closeDevices() {
  release(localStream);
  release(screen);
  [localStream, screen] = [undefined, undefined];
  changed();
}

/** Camera and microphone, if they run. */
export function ownStream() {
  return localStream;
}

/** What is sent: the microphone, and the screen or else the camera. */
export function sentStream() {
  const sound = localStream?.getAudioTracks() ?? [];
  const picture = (screen ?? localStream)?.getVideoTracks() ?? [];
  return new MediaStream([...sound, ...picture]);
}

/** @returns {import('../room-talk.js').Sending} */
export function ownSending() {
  const sends = (kind) => isOn(kind) && localStream !== undefined && has(localStream, kind);
  return { audio: sends('audio'), video: sends('video'), screen: screen !== undefined };
}

function changed() {
  showButtons();
  tellChange();
}

function showButtons() {
  for (const [kind, button] of Object.entries(toggleEls)) {
    showToggle(button, isOn(kind) && (!localStream || has(localStream, kind)), canFetchDevices());
  }
  screenEl.setAttribute('aria-pressed', String(screen !== undefined));
  setText(screenEl.querySelector('.label'), screen ? t`Stop sharing` : t`Share screen`);
}

async function toggle(kind) {
  if (asking.has(kind)) return;
  if (!localStream || has(localStream, kind)) {
    setOn(localStream, kind, !isOn(kind));
    changed();
    return;
  }
  const mine = localStream;
  asking.add(kind);
  const words = await fetchDevice(mine, kind);
  asking.delete(kind);
  if (localStream !== mine) {
    release(mine); // Left while the browser was asking.
    return;
  }
  tellProblem(words);
  if (!words) setOn(mine, kind, true);
  changed();
}

async function share() {
  if (asking.has('screen')) return;
  const mine = localStream;
  asking.add('screen');
  const { stream, problem: words } = await fetchScreen();
  asking.delete('screen');
  if (localStream !== mine) {
    release(stream);
    return;
  }
  tellProblem(words);
  if (!stream) return;
  screen = stream;
  // The browser has a button of its own to end it.
  stream.getVideoTracks()[0].addEventListener('ended', () => stopSharing(stream));
  changed();
}

function stopSharing(stream) {
  release(stream);
  if (screen !== stream) return;
  screen = undefined;
  changed();
}
