// Camera, microphone, screen and speaker: asks the browser for them, switches and changes them,
// gives them back. A call is possible without any, so nothing here throws: what could not be had is
// explained in words.

import { effectConstraints, hasEffects, keepEffect, showMirror } from './effects.js';
import { failureWords } from './media-words.js';
import { recall, remember } from './memory.js';
import { t } from './words.js';

/** The kinds of device as people call them, by the kind of their track. */
const DEVICES = { video: 'camera', audio: 'microphone' };

/** What the user wants sent; kept between calls, so that a muted user stays muted. */
const wanted = { audio: true, video: true };

/** The devices that the user has chosen, by kind, as the browser names them; kept on this device. */
const chosen = {
  audio: recall('localStorage', 'microphone') ?? '',
  video: recall('localStorage', 'camera') ?? '',
  output: recall('localStorage', 'speaker') ?? '',
};

/** How large a picture is asked for. */
let pictureSize = { width: 1280, height: 720 };

/**
 * Asks for camera and microphone, the chosen or else the browser's default ones, and gets as much
 * of the two as can be had.
 * @returns {Promise<{stream: MediaStream, problem: string}>} the problem is empty where all is well
 */
export async function fetchUserMedia() {
  if (!canFetchDevices()) {
    const problem = t`The browser gives this page no camera and no microphone. For now you only watch and listen.`;
    return { stream: new MediaStream(), problem };
  }
  try {
    // Course step 1: the caller's camera and microphone.
    // Course step 12: the answerer's.
    return { stream: prepared(await ask(['video', 'audio'])), problem: '' };
  } catch (error) {
    return fetchOneByOne(error);
  }
}

/**
 * Asks for one device that was missing or refused at the start, or that the user has chosen now, and puts it into
 * the stream in place of the old one.
 * @param {MediaStream} stream
 * @param {'audio'|'video'} kind
 * @returns {Promise<string>} the problem, empty where all is well
 */
export async function fetchDevice(stream, kind) {
  try {
    const [track] = (await ask([kind])).getTracks();
    stream.getTracks().filter((old) => old.kind === kind).forEach((old) => stream.removeTrack(old));
    stream.addTrack(track);
    prepared(stream);
    return '';
  } catch (error) {
    return failureWords({ [kind]: error });
  }
}

/** Whether the browser gives this page any device: not without https. */
export function canFetchDevices() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/** Whether the browser can show the screen: those of telephones cannot. */
export function canFetchScreen() {
  return Boolean(navigator.mediaDevices?.getDisplayMedia);
}

/**
 * Lets the user choose a screen or a window.
 * @returns {Promise<{stream: MediaStream|null, problem: string}>} neither where the user chose none
 */
export async function fetchScreen() {
  try {
    return { stream: await navigator.mediaDevices.getDisplayMedia({ video: true }), problem: '' };
  } catch (error) {
    const problem = error.name === 'NotAllowedError' ? '' : t`The screen cannot be shown (${error.message || error.name}).`;
    return { stream: null, problem };
  }
}

/** One failing device fails the request for both, so each is tried alone. */
async function fetchOneByOne(bothFailed) {
  const stream = new MediaStream();
  const failures = {};
  const permissions = { video: await permission('video'), audio: await permission('audio') };
  for (const kind of Object.keys(DEVICES)) {
    try {
      if (bothFailed.name === 'NotAllowedError' && !mayAskAgain(kind, permissions)) throw bothFailed;
      (await ask([kind])).getTracks().forEach((track) => stream.addTrack(track));
    } catch (error) {
      failures[kind] = error;
    }
  }
  return { stream: prepared(stream), problem: failureWords(failures) };
}

async function ask(kinds) {
  const constraints = (isChosen) => ({
    audio: kinds.includes('audio') && { ...isChosen('audio'), ...effectConstraints('audio') },
    video: kinds.includes('video') && { ...isChosen('video'), ...idealSize(), ...effectConstraints('video') },
  });
  try {
    const exactly = (kind) => chosen[kind] && { deviceId: { exact: chosen[kind] } };
    return await navigator.mediaDevices.getUserMedia(constraints(exactly));
  } catch (error) {
    // The chosen device is no longer plugged in: any other will do.
    if (error.name !== 'OverconstrainedError') throw error;
    return navigator.mediaDevices.getUserMedia(constraints(() => ({})));
  }
}

/** "ideal" and not "exact": a camera that cannot do it still gives its best. */
function idealSize() {
  return { width: { ideal: pictureSize.width }, height: { ideal: pictureSize.height } };
}

/**
 * Asks the camera for smaller or larger pictures, from now on.
 * @param {MediaStream} stream
 * @param {{width: number, height: number}} size
 */
export async function setPictureSize(stream, size) {
  if (size.width === pictureSize.width) return;
  pictureSize = size;
  // A camera that cannot do it goes on as it is.
  await Promise.all(stream.getVideoTracks().map((track) => track.applyConstraints({ ...idealSize(), ...effectConstraints('video') }).catch(() => {})));
}

/** What the browser remembers about this device; undefined if the browser does not say. */
async function permission(kind) {
  try {
    return (await navigator.permissions.query({ name: DEVICES[kind] })).state;
  } catch {
    return undefined;
  }
}

/**
 * Whether the refusal was meant for the other device. If not, the user has just refused and should not see two
 * more questions.
 */
function mayAskAgain(kind, permissions) {
  const other = kind === 'video' ? 'audio' : 'video';
  if (permissions[kind] === 'prompt') return permissions[other] === 'denied';
  return permissions[kind] === 'granted';
}

function prepared(stream) {
  for (const track of stream.getTracks()) track.enabled = wanted[track.kind];
  showMirror(stream);
  return stream;
}

/**
 * Whether the user wants this kind sent.
 * @param {'audio'|'video'} kind
 * @returns {boolean}
 */
export function isOn(kind) {
  return wanted[kind];
}

/**
 * Whether the stream has anything of this kind to send. A device that was pulled out has ended.
 * @param {MediaStream} stream
 * @param {'audio'|'video'} kind
 * @returns {boolean}
 */
export function has(stream, kind) {
  return stream.getTracks().some((track) => track.kind === kind && track.readyState === 'live');
}

/**
 * Mutes or opens the microphone, or switches the camera off or on, in this stream and in those to
 * come. The track stays in the call and carries silence or black, so no renegotiation is needed.
 * @param {MediaStream|undefined} stream
 * @param {'audio'|'video'} kind
 * @param {boolean} on
 */
export function setOn(stream, kind, on) {
  wanted[kind] = on;
  if (stream) prepared(stream);
}

// --- Which microphone, camera and speaker ---

/** The browser's words for each kind of device. */
const LISTED = { audio: 'audioinput', video: 'videoinput', output: 'audiooutput' };
const KEPT_AS = { audio: 'microphone', video: 'camera', output: 'speaker' };

/** Whether the browser lets a page choose where sound comes out. */
export function canChooseSpeaker() {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/**
 * The devices there are, with the one in use. Browsers name no device before the user has allowed one.
 * @param {'audio'|'video'|'output'} kind
 * @param {MediaStream} [stream] in which the device is in use
 * @returns {Promise<{id: string, name: string, isUsed: boolean}[]>}
 */
export async function listDevices(kind, stream) {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const used = stream?.getTracks().find((track) => track.kind === kind)?.getSettings().deviceId ?? chosen[kind];
  return all
    .filter((device) => device.kind === LISTED[kind] && device.deviceId)
    .map(({ deviceId, label }, n) => ({
      id: deviceId,
      name: label || unnamed(kind, n + 1),
      isUsed: deviceId === used,
    }));
}

function unnamed(kind, number) {
  if (kind === 'audio') return t`Microphone ${number}`;
  return kind === 'video' ? t`Camera ${number}` : t`Speaker ${number}`;
}

/**
 * Uses this device from now on, in place of one of its kind that is in use. The old one is released
 * first: a phone cannot open two cameras at once.
 * @param {'audio'|'video'|'output'} kind
 * @param {string} id
 * @param {MediaStream} [stream]
 * @returns {Promise<string>} the problem, empty where all is well
 */
export async function chooseDevice(kind, id, stream) {
  chosen[kind] = id;
  remember('localStorage', KEPT_AS[kind], id);
  if (kind === 'output') {
    await Promise.all([...document.querySelectorAll('video')].map(useSpeaker));
    return '';
  }
  if (!stream || !has(stream, kind)) return '';
  stream.getTracks().filter((track) => track.kind === kind).forEach((track) => track.stop());
  return fetchDevice(stream, kind);
}

/**
 * Switches something that the browser does to sound or picture, now and later. Where it does not do so on a device that is
 * open, the device is opened again: its sound is missing for a moment.
 * @param {'audio'|'video'} kind
 * @param {string} name (effects.js)
 * @param {boolean} isOn
 * @param {MediaStream} [stream]
 * @returns {Promise<string>} the problem, empty where all is well
 */
export async function switchEffect(kind, name, isOn, stream) {
  keepEffect(name, isOn);
  const track = stream?.getTracks().find((one) => one.kind === kind && one.readyState === 'live');
  if (!stream || !track) return '';
  const size = kind === 'video' ? idealSize() : {};
  await track.applyConstraints({ ...size, ...effectConstraints(kind) }).catch(() => {}); // Then it is seen in the settings.
  if (hasEffects(track)) return '';
  track.stop();
  return fetchDevice(stream, kind);
}

/**
 * Lets the sound of a video come out where the user wants it.
 * @param {HTMLVideoElement} video
 */
export async function useSpeaker(video) {
  // One that is no longer there: then it comes out as usual.
  if (chosen.output && canChooseSpeaker()) await video.setSinkId(chosen.output).catch(() => video.setSinkId(''));
}

/**
 * Gives the devices back: the camera's light goes out.
 * @param {MediaStream|undefined} stream
 */
export function release(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}
