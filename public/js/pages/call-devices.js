// The buttons for microphone, camera and screen. What was missing at the start of a call can be
// switched on later, another device chosen, and the screen takes the camera's place in the call
// while it is shown.

import { createDeviceChoice } from '../device-choice.js';
import {
  canFetchScreen, fetchDevice, fetchScreen, has, isOn, release, setOn,
} from '../media.js';
import { devicesEl, screenEl, showPictures, toggleEls } from './call-view.js';
import { showProblem } from './frame.js';

/**
 * @param {() => import('./call-session.js').Session|null} current the call in progress
 */
export function connectDevices(current) {
  for (const [kind, button] of Object.entries(toggleEls)) {
    button.addEventListener('click', () => toggle(current, kind));
  }
  screenEl.hidden = !canFetchScreen();
  screenEl.addEventListener('click', () => {
    if (current().screen) stopSharing(current, current());
    else share(current);
  });
  const choice = createDeviceChoice(devicesEl, {
    stream: () => current()?.localStream,
    onChange(problem) {
      const mine = current();
      showProblem(problem);
      if (mine?.localStream) sendTracks(mine, current);
    },
  });
  devicesEl.addEventListener('toggle', choice.refresh);
}

/** Devices that the browser is asking the user for: one question at a time. */
const asking = new Set();

async function toggle(current, kind) {
  const mine = current();
  if (asking.has(kind)) return;
  if (!mine?.localStream || has(mine.localStream, kind)) {
    setOn(mine?.localStream, kind, !isOn(kind));
    showPictures(mine);
    return;
  }
  asking.add(kind);
  const problem = await fetchDevice(mine.localStream, kind);
  asking.delete(kind);
  if (current() !== mine) {
    release(mine.localStream); // Hung up while the browser was asking.
    return;
  }
  showProblem(problem);
  if (problem) return;
  setOn(mine.localStream, kind, true);
  await sendTracks(mine, current);
}

async function share(current) {
  const mine = current();
  if (asking.has('screen')) return;
  asking.add('screen');
  const { stream, problem } = await fetchScreen();
  asking.delete('screen');
  if (current() !== mine) {
    release(stream);
    return;
  }
  showProblem(problem);
  if (!stream) return;
  mine.screen = stream;
  // The browser has a button of its own to end it.
  stream.getVideoTracks()[0].addEventListener('ended', () => stopSharing(current, mine));
  await sendTracks(mine, current);
}

async function stopSharing(current, mine) {
  release(mine.screen);
  mine.screen = undefined;
  if (current() === mine) await sendTracks(mine, current);
}

/** Sends what there is: the microphone, and the screen or else the camera. */
async function sendTracks(mine, current) {
  showPictures(mine);
  const microphone = mine.localStream.getAudioTracks()[0] ?? null;
  const picture = (mine.screen ?? mine.localStream).getVideoTracks()[0] ?? null;
  await Promise.all([mine.call?.send('audio', microphone), mine.call?.send('video', picture)])
    .catch(({ message }) => current() === mine && showProblem(message));
}
