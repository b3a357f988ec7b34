// The buttons for microphone, camera and screen. What was missing at the start of a call can be
// switched on later, another device chosen, and the screen takes the camera's place in the call
// while it is shown. Of what is switched off nothing is sent, so that the other side can show that.

import { createDeviceChoice } from '../device-choice.js';
import {
  canFetchScreen, fetchDevice, fetchScreen, has, isOn, release, setOn,
} from '../media.js';
import { refusalWords } from '../words.js';
import { devicesEl, screenEl, showPictures, toggleEls } from './call-view.js';
import { showProblem } from './frame.js';

/**
 * @param {() => Partial<import('./call-session.js').Session>|null} current the call in progress, or the preview of one
 * @param {() => void} onChange something was switched, or another device chosen
 */
export function connectDevices(current, onChange) {
  tellChange = onChange;
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
      onChange();
    },
  });
  devicesEl.addEventListener('toggle', choice.refresh);
}

let tellChange = () => {};

/** Devices that the browser is asking the user for: one question at a time. */
const asking = new Set();

async function toggle(current, kind) {
  const mine = current();
  if (asking.has(kind)) return;
  if (!mine?.localStream || has(mine.localStream, kind)) {
    setOn(mine?.localStream, kind, !isOn(kind));
    showPictures(mine);
    tellChange();
    if (mine) await keepMuted(mine);
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
  tellChange();
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
  const { call } = mine;
  if (!call) return;
  const microphone = mine.localStream.getAudioTracks()[0] ?? null;
  const picture = (mine.screen ?? mine.localStream).getVideoTracks()[0] ?? null;
  const isPictureOff = !isOn('video') && !mine.screen;
  try {
    if (isPictureOff) await keepMuted(mine); // Before the camera takes the place of the screen.
    await Promise.all([call.send('audio', microphone), call.send('video', picture)]);
    await keepMuted(mine);
  } catch (error) {
    if (current() === mine) showProblem(refusalWords(error));
  }
}

/**
 * Sends nothing of what is switched off, and the rest. Nothing is asked of the other side, which sees that nothing arrives.
 * @param {Partial<import('./call-session.js').Session>} session
 */
export async function keepMuted({ call, screen }) {
  const isMuted = { audio: !isOn('audio'), video: !isOn('video') && !screen };
  await Promise.all(Object.entries(isMuted).map(([kind, isOff]) => call?.mute(/** @type {'audio'|'video'} */ (kind), isOff)))
    .catch(() => {}); // It has ended.
}
