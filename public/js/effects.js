// What the browser does to the user's own sound and picture before they are sent, as far as it can, and whether the user
// sees the own picture as in a mirror. Kept on this device.

import { recall, remember } from './memory.js';

/**
 * The names that browsers give to what they can do, by kind of device, and what holds until the user decides.
 * @type {Record<'audio'|'video', Record<string, boolean>>}
 */
const EFFECTS = {
  audio: { noiseSuppression: true, echoCancellation: true, autoGainControl: true },
  video: { backgroundBlur: false },
};

/** @typedef {{name: string, isOn: boolean}} Effect */

const isWanted = (kind, name) => {
  const kept = recall('localStorage', name);
  return kept ? kept === 'on' : EFFECTS[kind][name];
};

/**
 * What is asked of a device of this kind: only what the user has decided, so that a browser's own ways stay as they are.
 * All of it, each time: what a constraint does not name, the browser sets back.
 * @param {'audio'|'video'} kind
 * @returns {Record<string, boolean>}
 */
export function effectConstraints(kind) {
  const decided = Object.keys(EFFECTS[kind]).filter((name) => recall('localStorage', name));
  return Object.fromEntries(decided.map((name) => [name, isWanted(kind, name)]));
}

/**
 * What can be switched. Of a device that is open the browser says what it can do; before that, what it knows at all, which
 * holds for every microphone, and not for every camera.
 * @param {'audio'|'video'} kind
 * @param {MediaStream} [stream] where the device is in use
 * @returns {Effect[]}
 */
export function availableEffects(kind, stream) {
  const track = stream?.getTracks().find((one) => one.kind === kind && one.readyState === 'live');
  const known = /** @type {Record<string, boolean>} */ (navigator.mediaDevices?.getSupportedConstraints?.() ?? {});
  const capabilities = /** @type {Record<string, unknown> | undefined} */ (track?.getCapabilities?.());
  const isSwitch = (name) => {
    const values = capabilities?.[name];
    return Array.isArray(values) && values.includes(true) && values.includes(false);
  };
  const settings = /** @type {Record<string, unknown>} */ (track?.getSettings() ?? {});
  return Object.keys(EFFECTS[kind])
    .filter((name) => known[name] && (capabilities ? isSwitch(name) : kind === 'audio'))
    .map((name) => ({ name, isOn: typeof settings[name] === 'boolean' ? /** @type {boolean} */ (settings[name]) : isWanted(kind, name) }));
}

/** @param {string} name @param {boolean} isOn */
export function keepEffect(name, isOn) {
  remember('localStorage', name, isOn ? 'on' : 'off');
}

/**
 * Whether the track does what the user wants. Chromium changes nothing on a microphone that is open, and says nothing.
 * @param {MediaStreamTrack} track
 */
export function hasEffects(track) {
  const settings = /** @type {Record<string, unknown>} */ (track.getSettings());
  return Object.entries(effectConstraints(/** @type {'audio'|'video'} */ (track.kind))).every(([name, isOn]) => settings[name] === isOn);
}

// --- The own picture as in a mirror ---

/** A camera that faces away, on a phone, is not a mirror, and has a decision of its own. */
const keptAs = (stream) => (isFacingAway(stream) ? 'mirror-facing-away' : 'mirror');

function isFacingAway(stream) {
  return stream?.getVideoTracks()[0]?.getSettings().facingMode === 'environment';
}

/** @param {MediaStream} [stream] with the camera */
export function isMirrored(stream) {
  const kept = recall('localStorage', keptAs(stream));
  return kept ? kept === 'on' : !isFacingAway(stream);
}

/** @param {boolean} isOn @param {MediaStream} [stream] */
export function setMirrored(isOn, stream) {
  remember('localStorage', keptAs(stream), isOn ? 'on' : 'off');
  showMirror(stream);
}

/** The style sheets mirror the own picture, unless the page says otherwise. @param {MediaStream} [stream] */
export function showMirror(stream) {
  document.documentElement.classList.toggle('is-unmirrored', !isMirrored(stream));
}
