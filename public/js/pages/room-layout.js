// Where the tiles of the room page stand: a grid, or one large tile with the others beside it; the own picture in a corner
// where it covers next to nothing of the others. It knows nothing of what is on a tile.

import { recall, remember } from '../memory.js';
import { alonePlace, coveredPart, gridPlaces, insetPlace, speakerPlaces } from '../tile-grid.js';
import { byId } from '../ui.js';

/** As much of another tile as the own picture may cover; of a single other's it covers what it has to. */
const MOST_COVERED = 1 / 10;

const listEl = byId('tiles');

/**
 * @typedef {object} Tile
 * @property {string} id
 * @property {HTMLElement} element
 * @property {boolean} isOwn
 * @property {boolean} hasScreen
 * @property {number | undefined} handSince
 * @property {number | undefined} shape width by height of the picture, if there is one
 */

/** @type {'grid' | 'speaker'} */
let layout = recall('localStorage', 'layout') === 'speaker' ? 'speaker' : 'grid';
/** @type {string | undefined} */
let pinned;
/** @type {string | undefined} */
let speaker;
/** @type {Tile[]} */
let shown = [];
/** Where each stands, by id. @type {Map<string, import('../tile-grid.js').Place>} */
let places = new Map();
/** @type {() => void} */
let tellChange = () => {};

/** @param {() => void} onChange tiles have other sizes now */
export function connectLayout(onChange) {
  tellChange = onChange;
}

export const currentLayout = () => layout;

/** @param {'grid' | 'speaker'} next */
export function setLayout(next) {
  layout = next;
  remember('localStorage', 'layout', next);
  if (next === 'grid') pinned = undefined; // Otherwise the grid would not be seen.
  arrange();
}

export const pinnedId = () => pinned;

/** @param {string | undefined} id of the one that stays large */
export function pin(id) {
  pinned = id;
  arrange();
}

/** @param {string | undefined} id of the one who speaks */
export function setSpeaker(id) {
  speaker = id;
  if (layout === 'speaker') arrange();
}

/** @param {string} id @returns {import('../tile-grid.js').Place | null} */
export const placeOf = (id) => places.get(id) ?? null;

/** @param {Tile[]} [tiles] in the order in which they came */
export function arrange(tiles = shown) {
  shown = tiles;
  // Whole pixels that are there: clientHeight rounds up, and the last row would be cut. Measured now: a ResizeObserver tells
  // the size after the browser has seen the tiles move.
  const { width, height } = wholePixels(listEl.getBoundingClientRect());
  if (!tiles.length || !width || !height) return;
  const gap = parseFloat(getComputedStyle(listEl).columnGap) || 0;
  const space = { width, height };
  const others = tiles.filter(({ isOwn }) => !isOwn).sort(byHand);
  const own = tiles.filter(({ isOwn }) => isOwn);
  const large = chooseLarge(others);
  if (large) others.sort((one, other) => Number(other === large) - Number(one === large));
  const placesFor = (some) => (large ? speakerPlaces(some.length, space, gap) : gridPlaces(some.length, space, gap, usualShape(some)));

  const ordered = [...others, ...own];
  let found = others.length ? placesFor(others) : [alonePlace(space)];
  let hasInset = false;
  if (own.length && others.length) {
    const inset = insetPlace(space, gap, found, own[0].shape);
    hasInset = others.length === 1 || (!large && coveredPart(inset, found) <= MOST_COVERED);
    found = hasInset ? [...found, inset] : placesFor(ordered);
  }
  places = new Map(ordered.map(({ id }, n) => [id, found[n]]));
  ordered.forEach((tile, n) => {
    put(tile.element, found[n]);
    tile.element.classList.toggle('is-large', tile === large);
    tile.element.classList.toggle('is-pinned', tile.id === pinned);
    tile.element.classList.toggle('is-inset', hasInset && tile.isOwn);
  });
  keepOrder(ordered.map(({ element }) => element));
  tellChange();
}

/** Whose tile is large: the pinned one, a screen, which has to be read, or the one who speaks. */
function chooseLarge(others) {
  const byIdOf = (id) => others.find((tile) => tile.id === id);
  return byIdOf(pinned) ?? others.find(({ hasScreen }) => hasScreen)
    ?? (layout === 'speaker' ? byIdOf(speaker) ?? others[0] : undefined);
}

/** Raised hands first, the longest raised at the very beginning. */
function byHand(one, other) {
  return (one.handSince ?? Infinity) - (other.handSince ?? Infinity) || 0;
}

/** What most pictures have as their shape. */
function usualShape(tiles) {
  const shapes = tiles.map(({ shape }) => shape).filter((shape) => shape !== undefined).sort((one, other) => one - other);
  return shapes[Math.floor(shapes.length / 2)];
}

function put({ style }, { x, y, width, height }) {
  style.setProperty('--x', `${x}px`);
  style.setProperty('--y', `${y}px`);
  style.setProperty('--width', `${width}px`);
  style.setProperty('--height', `${height}px`);
}

/** For keys and ears the tiles follow each other as they do for the eye. A browser that can only take one out and put it back would stop its picture. */
function keepOrder(elements) {
  if (!listEl.moveBefore) return;
  elements.forEach((element, n) => {
    if (listEl.children[n] !== element) listEl.moveBefore(element, listEl.children[n] ?? null);
  });
}

new ResizeObserver(() => arrange()).observe(listEl);

function wholePixels({ width, height }) {
  return { width: Math.floor(width), height: Math.floor(height) };
}
