// @ts-check
// Camera, microphone and screen, as the browser gives them.

import { SwitchboardError } from './errors.js';

/**
 * @param {object} wanted
 * @param {boolean | MediaTrackConstraints} [wanted.audio]
 * @param {boolean | MediaTrackConstraints} [wanted.video]
 * @param {MediaStream} [wanted.stream] in place of both
 * @returns {Promise<MediaStream>}
 */
export async function openStream({ audio = true, video = false, stream }) {
  if (stream) return stream;
  if (!audio && !video) return new MediaStream();
  return askFor('camera or microphone', (devices) => devices.getUserMedia({ audio, video }));
}

/**
 * @param {'audio'|'video'} kind
 * @param {string} deviceId
 * @returns {Promise<MediaStreamTrack>}
 */
export async function openDevice(kind, deviceId) {
  const constraints = { [kind]: { deviceId: { exact: deviceId } } };
  const stream = await askFor(kind === 'audio' ? 'microphone' : 'camera', (devices) => devices.getUserMedia(constraints));
  return stream.getTracks()[0];
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openScreen() {
  return (await askFor('screen', (devices) => devices.getDisplayMedia({ video: true }))).getVideoTracks()[0];
}

/**
 * @param {string} what is asked for
 * @param {(devices: MediaDevices) => Promise<MediaStream>} request
 */
async function askFor(what, request) {
  if (!navigator.mediaDevices) {
    throw new SwitchboardError('insecure', `The browser gives a ${what} only to pages opened with https, or at http://localhost.`);
  }
  try {
    return await request(navigator.mediaDevices);
  } catch (error) {
    throw new SwitchboardError('no-media', `The browser gives no ${what}: ${error.message || error.name}.`);
  }
}
