// The tiles of the room page: one for each person, the user included, as large as the space allows.

import { has, useSpeaker } from '../media.js';
import { largestTiles, oneLargeTile } from '../tile-grid.js';
import { byId, setText } from '../ui.js';
import { tileWords } from './room-words.js';

/** How long a frame stays lit after a word. */
const SPEAKING_MS = 700;

/** From how many tiles on a phone shows two columns. */
const MANY = 3;

/**
 * @typedef {object} Person what a tile shows
 * @property {string} id
 * @property {string} userName
 * @property {MediaStream} [stream]
 * @property {import('../room-talk.js').Sending} sending
 * @property {string} link see mesh.js
 * @property {boolean} [isOwn]
 */

const listEl = byId('tiles');

/** By id, in order. @type {Map<string, HTMLElement>} */
const tiles = new Map();

/** Until when each one's frame is lit. @type {Map<string, number>} */
const litUntil = new Map();

/** Shows a person, or a change. @param {Person} person */
export function showTile(person) {
  const { id, userName, stream, sending, isOwn = false } = person;
  let tile = tiles.get(id);
  if (!tile) {
    tile = createTile(person);
    tiles.set(id, tile);
    listEl.append(tile);
  }

  const video = tile.querySelector('video');
  if (stream && video.srcObject !== stream) {
    video.srcObject = stream;
    if (!isOwn) useSpeaker(video);
  }
  const hasPicture = Boolean(stream && has(stream, 'video')) && (sending.video || sending.screen);
  tile.classList.toggle('has-picture', hasPicture && person.link !== 'connecting');
  tile.classList.toggle('has-screen', sending.screen);
  tile.classList.toggle('is-muted', !sending.audio);
  setText(tile.querySelector('.tile-note'), tileWords({ ...person, hasPicture }));
  setText(tile.querySelector('.name'), isOwn ? `${userName || 'You'} (you)` : userName);
  setText(tile.querySelector('.initial'), [...userName.trim()][0]?.toUpperCase() ?? '?');
  showUnseen(tile);
  arrange();
}

function createTile({ id, userName, isOwn }) {
  const tile = byId('tile').content.firstElementChild.cloneNode(true);
  const video = tile.querySelector('video');
  tile.dataset.peerId = id;
  tile.classList.toggle('is-own', Boolean(isOwn));
  video.muted = Boolean(isOwn);
  video.setAttribute('aria-label', isOwn ? 'Your own picture' : `Picture from ${userName}`);
  video.addEventListener('resize', () => {
    tile.classList.toggle('is-upright', video.videoHeight > video.videoWidth);
  });
  return tile;
}

/** @param {string} id */
export function removeTile(id) {
  tiles.get(id)?.remove();
  tiles.delete(id);
  litUntil.delete(id);
  arrange();
}

/**
 * Lights the frames of the people who speak; to be called often.
 * @param {string[]} ids
 */
export function showSpeaking(ids) {
  const now = performance.now();
  for (const id of ids) litUntil.set(id, now + SPEAKING_MS);
  for (const [id, tile] of tiles) {
    const isSpeaking = (litUntil.get(id) ?? 0) > now && !tile.classList.contains('is-muted');
    if (tile.classList.toggle('is-speaking', isSpeaking) !== tile.wasSpeaking) showUnseen(tile);
    tile.wasSpeaking = isSpeaking;
  }
}

/** The same signs for ears. */
function showUnseen({ classList, lastElementChild }) {
  const signs = [['is-speaking', 'speaking'], ['is-muted', 'microphone off'], ['has-screen', 'shows a screen']];
  const words = signs.filter(([name]) => classList.contains(name)).map(([, sign]) => sign).join(', ');
  setText(lastElementChild.querySelector('.unseen'), words && `(${words})`);
}

/** On a phone the style sheet alone does it. */
function arrange() {
  const { clientWidth: width, clientHeight: height } = listEl;
  const gap = parseFloat(getComputedStyle(listEl).columnGap) || 0;
  const all = [...tiles.values()];
  // The screen of another person needs room to be read.
  const large = all.find(({ classList }) => classList.contains('has-screen') && !classList.contains('is-own'));
  for (const tile of all) tile.classList.toggle('is-large', tile === large);
  listEl.classList.toggle('is-many', all.length >= MANY);
  if (!all.length || !width || !height) return;
  const { tileWidth, largeWidth } = large
    ? oneLargeTile(all.length, { width, height }, gap)
    : largestTiles(all.length, { width, height }, gap);
  listEl.style.setProperty('--tile-width', `${tileWidth}px`);
  if (large) listEl.style.setProperty('--large-width', `${largeWidth}px`);
}

new ResizeObserver(arrange).observe(listEl);
