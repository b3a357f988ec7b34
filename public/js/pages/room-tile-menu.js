// What can be done with the tile of another person: keep it large, set its volume, hear it not at all, show it in a window
// of its own.

import { byId, setText } from '../ui.js';
import { t } from '../words.js';
import { hideMenu, showMenu } from './menu.js';
import { pin, pinnedId } from './room-layout.js';
import { showSilenced, tileOf } from './room-tiles.js';

const menuEl = byId('tile-menu');
const pinEl = byId('pin-tile');
const volumeEl = byId('tile-volume');
const silenceEl = byId('silence-tile');
const windowEl = byId('tile-in-window');

/** Whose menu is open. @type {string | undefined} */
let shown;

/** @param {() => void} onWindow a picture went into a window of its own, or came back */
export function connectTileMenu(onWindow) {
  pinEl.addEventListener('click', () => {
    pin(pinnedId() === shown ? undefined : shown);
    hideMenu(menuEl);
  });
  volumeEl.addEventListener('input', () => {
    const { video } = tileOf(shown) ?? {};
    if (!video) return;
    video.volume = Number(volumeEl.value) / 100;
    silence(video, false);
  });
  silenceEl.addEventListener('click', () => {
    const { video } = tileOf(shown) ?? {};
    if (video) silence(video, !video.muted);
  });
  windowEl.addEventListener('click', async () => {
    const { video } = tileOf(shown) ?? {};
    hideMenu(menuEl);
    // Some browsers give no window to a page at present.
    if (video) await (isInWindow(video) ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => {});
  });
  for (const event of ['enterpictureinpicture', 'leavepictureinpicture']) {
    document.addEventListener(event, onWindow, true);
  }
}

/**
 * @param {string} id
 * @param {HTMLElement} buttonEl beside which the menu opens
 */
export function openTileMenu(id, buttonEl) {
  const { person, video } = tileOf(id) ?? {};
  if (!video) return;
  shown = id;
  setText(byId('tile-menu-title'), person.userName);
  setText(pinEl.querySelector('.label'), pinnedId() === id ? t`Unpin` : t`Pin`);
  byId('tile-volume-field').hidden = !canSetVolume(video);
  volumeEl.value = String(Math.round(video.volume * 100));
  showSilence(video);
  windowEl.hidden = !document.pictureInPictureEnabled || !video.videoWidth;
  setText(windowEl.querySelector('.label'), isInWindow(video) ? t`Back from its own window` : t`Show in its own window`);
  showMenu(menuEl, buttonEl, buttonEl.querySelector('.icon'));
}

/** The member has left. @param {string} id */
export function closeTileMenu(id) {
  if (shown === id) hideMenu(menuEl);
}

/** Whether this picture is in a window of its own. @param {HTMLVideoElement | undefined} video */
export const isInWindow = (video) => Boolean(video) && document.pictureInPictureElement === video;

function silence(video, isSilent) {
  video.muted = isSilent;
  showSilence(video);
  showSilenced(shown, isSilent);
}

function showSilence({ muted }) {
  silenceEl.setAttribute('aria-pressed', String(muted));
  setText(silenceEl.querySelector('.label'), muted ? t`Hear again` : t`Mute for me`);
}

/** On an iPhone only its buttons change the volume. */
function canSetVolume(video) {
  const before = video.volume;
  video.volume = before > 0.5 ? 0.4 : 0.6;
  const isChanged = video.volume !== before;
  video.volume = before;
  return isChanged;
}
