// The tiles of the room page: one for each person, the user included. room-layout.js places them, room-tile-menu.js has
// what can be done with one.

import { has, useSpeaker } from '../media.js';
import { byId, icon, setText } from '../ui.js';
import { t } from '../words.js';
import { arrange } from './room-layout.js';
import { tileWords } from './room-words.js';

/** How long a frame stays lit after a word, and a reaction is shown. */
const SPEAKING_MS = 700;
const REACTION_MS = 4_000;

/**
 * @typedef {object} Person what a tile shows
 * @property {string} id
 * @property {string} userName
 * @property {MediaStream} [stream]
 * @property {import('../room-talk.js').Sending} sending
 * @property {string} link see mesh.js
 * @property {number} [handSince]
 * @property {boolean} [isOwn]
 * @property {boolean} [isOpening] the browser is asked for camera and microphone
 */

const listEl = byId('tiles');

/** By id, in the order in which they came. @type {Map<string, {element: HTMLElement, person: Person, timer?: ReturnType<typeof setTimeout>}>} */
const tiles = new Map();

/** Until when each one's frame is lit. @type {Map<string, number>} */
const litUntil = new Map();

/** @type {(id: string, button: HTMLElement) => void} */
let openMenu = () => {};

/** @param {typeof openMenu} onOpen the user wants to do something with a tile */
export function connectTiles(onOpen) {
  openMenu = onOpen;
}

/** Shows a person, or a change. @param {Person} person */
export function showTile(person) {
  const { id, userName, stream, sending, handSince, isOwn = false, isOpening = false } = person;
  let tile = tiles.get(id);
  if (!tile) {
    tile = { element: createTile(person), person };
    tiles.set(id, tile);
    listEl.append(tile.element);
  }
  tile.person = person;

  const { element } = tile;
  const video = element.querySelector('video');
  // A stream without tracks would hold back the page's load event for ever.
  if (stream?.getTracks().length && video.srcObject !== stream) {
    video.srcObject = stream;
    if (!isOwn) useSpeaker(video);
  }
  const hasPicture = Boolean(stream && has(stream, 'video')) && (sending.video || sending.screen);
  element.classList.toggle('has-picture', hasPicture && person.link !== 'connecting');
  element.classList.toggle('has-screen', sending.screen);
  const isOpen = !isOwn || Boolean(stream);
  element.classList.toggle('has-trouble', person.link !== 'connected');
  element.classList.toggle('is-muted', isOpen && !sending.audio);
  element.classList.toggle('has-sound', isOpen && sending.audio && person.link === 'connected');
  element.classList.toggle('has-hand', handSince !== undefined);
  element.classList.toggle('is-opening', isOpening);
  setText(element.querySelector('.tile-note'), tileWords({ ...person, isOpen, hasPicture }));
  setText(element.querySelector('.name'), isOwn ? ownName(userName) : userName);
  setText(element.querySelector('.initial'), [...userName.trim()][0]?.toUpperCase() ?? '?');
  element.querySelector('.open-tile-menu')?.setAttribute('aria-label', t`Options for ${userName}`);
  showUnseen(element);
  place();
}

const ownName = (userName) => (userName ? t`${userName} (you)` : t`You`);

function createTile({ id, userName, isOwn }) {
  const element = byId('tile').content.firstElementChild.cloneNode(true);
  const video = element.querySelector('video');
  const menuEl = element.querySelector('.open-tile-menu');
  element.dataset.peerId = id;
  element.classList.toggle('is-own', Boolean(isOwn));
  video.muted = Boolean(isOwn);
  video.setAttribute('aria-label', isOwn ? t`Your own picture` : t`Picture from ${userName}`);
  video.addEventListener('resize', () => {
    element.classList.toggle('is-upright', video.videoHeight > video.videoWidth);
    place();
  });
  if (isOwn) menuEl.remove();
  else menuEl.addEventListener('click', () => openMenu(id, menuEl));
  return element;
}

/** @param {string} id */
export function removeTile(id) {
  clearTimeout(tiles.get(id)?.timer);
  tiles.get(id)?.element.remove();
  tiles.delete(id);
  litUntil.delete(id);
  place();
}

/** The video of a tile, and whose it is. @param {string} id */
export function tileOf(id) {
  const tile = tiles.get(id);
  return tile && { person: tile.person, element: tile.element, video: tile.element.querySelector('video') };
}

/** The ids of all tiles but the user's own. */
export const otherIds = () => [...tiles].filter(([, { person }]) => !person.isOwn).map(([id]) => id);

/**
 * Shows a reaction for a while.
 * @param {string} id
 * @param {string} reaction its symbol
 * @returns {boolean} whether it is new: someone may press the button again and again
 */
export function showReaction(id, reaction) {
  const tile = tiles.get(id);
  if (!tile) return false;
  const signEl = tile.element.querySelector('.reaction');
  const isNew = signEl.hidden || signEl.dataset.reaction !== reaction;
  signEl.dataset.reaction = reaction;
  signEl.replaceChildren(icon(reaction));
  signEl.hidden = false;
  clearTimeout(tile.timer);
  tile.timer = setTimeout(() => (signEl.hidden = true), REACTION_MS);
  return isNew;
}

/** The user does not want to hear this one. @param {string} id @param {boolean} isSilent */
export function showSilenced(id, isSilent) {
  const { element } = tiles.get(id) ?? {};
  element?.classList.toggle('is-silenced', isSilent);
  if (element) showUnseen(element);
}

/** The connection to this one is poor, or no longer. @param {string} id @param {boolean} isPoor */
export function showPoor(id, isPoor) {
  const { element } = tiles.get(id) ?? {};
  element?.classList.toggle('is-poor', isPoor);
  if (element) showUnseen(element);
}

/**
 * Lights the frames of the people who speak; to be called often.
 * @param {string[]} ids
 */
export function showSpeaking(ids) {
  const now = performance.now();
  for (const id of ids) litUntil.set(id, now + SPEAKING_MS);
  for (const [id, { element }] of tiles) {
    const isSpeaking = (litUntil.get(id) ?? 0) > now && !element.classList.contains('is-muted');
    if (element.classList.contains('is-speaking') === isSpeaking) continue;
    element.classList.toggle('is-speaking', isSpeaking);
    showUnseen(element);
  }
}

/** The same signs for ears. */
function showUnseen(element) {
  const signs = {
    'is-speaking': t`speaking`, 'is-muted': t`microphone off`, 'has-screen': t`shows a screen`, 'has-hand': t`hand raised`,
    'is-silenced': t`muted for you`, 'is-poor': t`poor connection`,
  };
  const words = Object.entries(signs).filter(([name]) => element.classList.contains(name)).map(([, sign]) => sign).join(', ');
  setText(element.querySelector('.unseen'), words && `(${words})`);
}

function place() {
  arrange([...tiles].map(([id, { element, person }]) => {
    const { videoWidth, videoHeight } = element.querySelector('video');
    const shape = element.classList.contains('has-picture') && videoHeight ? videoWidth / videoHeight : undefined;
    const { isOwn = false, sending, handSince } = person;
    return { id, element, isOwn, hasScreen: sending.screen, handSince, shape };
  }));
}
