// @ts-check
// How what a call or a room sends is changed: the methods of media-sender.js.

import { openDevice, openScreen } from './devices.js';
import { refusal } from './loaded.js';

/** @typedef {import('./media-sender.js').MediaSender} MediaSender */
/** @typedef {import('./call-connection.js').CallConnection} Call */

/**
 * Rejects what cannot be sent before any device is opened.
 * @param {MediaSender} sender
 * @param {'audio'|'video'} kind
 * @param {MediaStreamTrack | null} [track]
 */
function mustSend(sender, kind, track) {
  if (!['audio', 'video'].includes(kind) || (track && track.kind !== kind)) throw refusal('bad-options', 'send');
  if (sender._isOver) throw refusal('ended');
  if (!sender.localStream) throw refusal('no-media');
}

/** @param {MediaSender} sender */
const trackOf = ({ localStream }, kind) => localStream?.getTracks().find((track) => track.kind === kind);

/** Sends a track in place of the last one; where the connection refuses it, all is as before. */
async function put(sender, kind, track) {
  mustSend(sender, kind, track);
  const { localStream: stream } = sender;
  const old = trackOf(sender, kind);
  const isMuted = mutedIn(sender).has(kind);
  if (track && isMuted) track.enabled = false;
  const change = (from, to) => {
    if (from) stream.removeTrack(from);
    if (to) stream.addTrack(to);
  };
  change(old, track);
  try {
    await sender.sendTrack(kind, track);
  } catch (error) {
    change(track, old);
    throw error;
  }
  if (isMuted) await mute(/** @type {Call} */ (sender), kind);
}

/**
 * Sends a track that the library has opened.
 * @param {MediaSender} sender
 * @param {'audio'|'video'} kind
 * @param {MediaStreamTrack} track
 * @param {typeof put} by
 */
async function sendOwn(sender, kind, track, by) {
  sender._own.add(track);
  try {
    await by(sender, kind, track);
  } catch (error) {
    track.stop();
    throw error;
  }
}

/** Those of the page go on. */
function stop(sender, track) {
  if (sender._own.has(track)) track.stop();
}

/**
 * From now on sends this track, or with null none of its kind. Another picture ends sharing.
 * @param {MediaSender} sender
 * @param {'audio'|'video'} kind
 * @param {MediaStreamTrack | null} track
 */
export async function send(sender, kind, track) {
  const [old, { _camera: camera }] = [trackOf(sender, kind), sender];
  await put(sender, kind, track);
  if (kind !== 'video' || !camera) return;
  sender._camera = undefined;
  for (const ended of [old, camera.track]) if (ended !== track) stop(sender, ended);
}

/**
 * Sends nothing of a kind, or again. The section in the description stays as it is: nothing is negotiated. `replaceTrack`
 * alone does not do, since Firefox goes on sending the last picture once a second; nor `active` alone, since it goes on
 * sending sound (seen in 153).
 * @param {Call} call
 * @param {'audio'|'video'} kind
 * @param {boolean} [isMuted]
 */
export async function mute(call, kind, isMuted = true) {
  mustSend(call, kind);
  if (isMuted) mutedIn(call).add(kind);
  else if (!mutedIn(call).delete(kind)) return;
  const track = trackOf(call, kind);
  if (track) track.enabled = !isMuted;
  const work = async () => {
    const isOff = mutedIn(call).has(kind); // It may have been changed meanwhile.
    const sender = call._peer?.sender(kind);
    if (!sender || call._isOver) return;
    await sender.replaceTrack((!isOff && trackOf(call, kind)) || null);
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = !isOff;
    await sender.setParameters(parameters);
  };
  const done = (muting.get(call) ?? Promise.resolve()).then(work).catch(() => {}); // The connection was closed meanwhile.
  muting.set(call, done);
  await done;
}

/**
 * Another connection in place of a broken one sends what it is given.
 * @param {Call} call
 */
export function stayMuted(call) {
  for (const kind of mutedIn(call)) mute(call, kind);
}

/** @param {MediaSender} sender */
function mutedIn(sender) {
  if (!muted.has(sender)) muted.set(sender, new Set());
  return muted.get(sender);
}

/** Kinds of which nothing is sent, though there is a track. @type {WeakMap<MediaSender, Set<'audio'|'video'>>} */
const muted = new WeakMap();

/** One change after the other: the parameters of a sender are valid for one. @type {WeakMap<Call, Promise<void>>} */
const muting = new WeakMap();

/**
 * Uses another camera or microphone; if there is none, the one before goes on.
 * @param {MediaSender} sender
 * @param {'audio'|'video'} kind
 * @param {string} deviceId
 */
export async function useDevice(sender, kind, deviceId) {
  mustSend(sender, kind);
  const camera = kind === 'video' ? sender._camera : undefined;
  const old = camera ? camera.track : trackOf(sender, kind);
  stop(sender, old); // A phone cannot open two cameras at once.
  try {
    await sendOwn(sender, kind, await openDevice(kind, deviceId), send);
  } catch (error) {
    if (sender._own.has(old)) await reopen(sender, kind, old, camera).catch(() => {});
    throw error;
  }
}

/** Opens once more the device of a track that was stopped. */
async function reopen(sender, kind, old, camera) {
  mustSend(sender, kind);
  const track = await openDevice(kind, old.getSettings().deviceId);
  const keep = async () => {
    mustSend(sender, kind);
    camera.track = track; // It is sent after the screen.
  };
  await sendOwn(sender, kind, track, camera ? keep : put);
}

/** @param {MediaSender} sender */
export async function shareScreen(sender) {
  mustSend(sender, 'video');
  const screen = await openScreen();
  const old = trackOf(sender, 'video');
  await sendOwn(sender, 'video', screen, put);
  if (sender._camera) stop(sender, old); // The screen that was shared before.
  else sender._camera = { track: old };
  screen.addEventListener('ended', () => trackOf(sender, 'video') === screen && stopSharing(sender).catch(() => {}));
}

/** @param {MediaSender} sender */
export async function stopSharing(sender) {
  if (sender._camera && !sender._isOver) await send(sender, 'video', sender._camera.track ?? null);
}
