// The people in the room, as the page shows them: their tiles, who speaks, raised hands and reactions; and in which size
// each wants the pictures of the others.

import { createLoudest, VOICE } from '../loudest.js';
import { captureSize, heightFor } from '../picture-sizes.js';
import { setPictureSize } from '../media.js';
import { encodeFor } from './room-encoding.js';
import { isOpening, ownSending, ownStream, sentStream } from './room-devices.js';
import { placeOf, setSpeaker } from './room-layout.js';
import { closeTileMenu, isInWindow } from './room-tile-menu.js';
import { removeTile, showReaction, showSpeaking, showTile, tileOf } from './room-tiles.js';

/** Of a member without a connection to us nothing is known. */
const UNKNOWN = { audio: true, video: false, screen: false };

/** The own tile's. */
export const OWN = 'own';

/** A layout that changes often, as while a window is made larger, is sent once. */
const SETTLED_MS = 250;

/** The picture in a window of its own is small, and the page may be out of sight. */
const IN_WINDOW = { width: 640, height: 360 };

/** @typedef {import('../room-talk.js').TalkingMember} TalkingMember */

/** @type {import('../../switchboard.esm.js').Room | null} */
let room = null;
/** @type {ReturnType<typeof import('../room-talk.js').createTalk> | null} */
let talk = null;
let loudest = createLoudest();
/** What each member was told last, by id. @type {Map<string, number | undefined>} */
const told = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let settling;

/**
 * The people of this room from now on.
 * @param {typeof room} entered null after the stay
 * @param {typeof talk} spoken
 */
export function watchPeople(entered, spoken) {
  [room, talk] = [entered, spoken];
  loudest = createLoudest();
  told.clear();
}

/** @param {{userName: string, handSince?: number}} own */
export function showOwnTile({ userName, handSince }) {
  const sending = ownSending();
  showTile({
    id: OWN, userName, stream: sending.screen ? sentStream() : ownStream(), sending, handSince, link: 'connected', isOwn: true, isOpening,
  });
}

/** @param {TalkingMember} member */
export function showMember(member) {
  const { id, name, stream, state: link, sending = UNKNOWN, handSince } = member;
  showTile({ id, userName: name, stream, sending, link, handSince });
  if (link === 'connected') encodeFor(member, sentPicture);
}

/** @param {string} id */
export function forgetMember(id) {
  told.delete(id);
  closeTileMenu(id);
  removeTile(id);
  if (room) fitPictures();
}

export { showReaction };

/** To be called often: lights the frames of members who speak, and makes one of them large. */
export function listen() {
  const members = room?.members ?? [];
  const levels = members.map(({ id, audioLevel, sending }) => ({ id, level: sending?.audio === false ? 0 : audioLevel }));
  showSpeaking(levels.filter(({ level }) => level > VOICE).map(({ id }) => id));
  if (loudest.hear(levels, performance.now())) setSpeaker(loudest.speaker);
}

// --- In which size pictures are wanted ---

/** @param {string} id */
export function heightOf(id) {
  const height = neededHeight(id);
  told.set(id, height);
  return height;
}

function neededHeight(id) {
  if (isInWindow(tileOf(id)?.video)) return heightFor(IN_WINDOW, devicePixelRatio);
  if (document.hidden) return 0;
  const place = placeOf(id);
  return place ? heightFor(place, devicePixelRatio) : undefined;
}

/** Tiles have other sizes, or the page comes into sight or goes. */
export function tellHeights() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    for (const member of room?.members ?? []) {
      const height = neededHeight(member.id);
      if (height === undefined || height === told.get(member.id) || !told.has(member.id)) continue;
      told.set(member.id, height);
      talk.tellHeight(member, height);
    }
  }, SETTLED_MS);
}

/** What this page sends has changed, or the size in which a member wants it. */
export async function fitPictures() {
  const members = room?.members ?? [];
  const stream = ownStream();
  if (stream && room) await setPictureSize(stream, captureSize(members.map(({ askedHeight }) => askedHeight), room.pictureSize.height));
  for (const member of members) encodeFor(member, sentPicture);
}

function sentPicture() {
  const { video, screen } = ownSending();
  const [track] = sentStream().getVideoTracks();
  return { height: track?.getSettings().height, isScreen: screen, isOff: !video && !screen };
}

document.addEventListener('visibilitychange', tellHeights);
