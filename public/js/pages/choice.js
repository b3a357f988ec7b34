// Which room: the name in the page's address, or the form that leads to one.

import { isRelayOnly } from '../relay-only.js';
import { addressOf, root } from '../root.js';
import { byId } from '../ui.js';

const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';

/** The room that this page's address names: /room/NAME or ?room=NAME. Empty where it names none. */
export function roomOfAddress() {
  const name = /^room\/(.+)$/.exec(location.pathname.slice(root.pathname.length))?.[1];
  if (name === undefined) return new URLSearchParams(location.search).get('room')?.trim() ?? '';
  try {
    return decodeURIComponent(name).trim();
  } catch {
    return ''; // Not how an address spells a name.
  }
}

/** Where a room is, below the server's own address. */
export function roomPath(name) {
  return `room/${encodeURIComponent(name)}`;
}

/** Where a chat is, below the server's own address. */
export function chatPath(name) {
  return `chat.html?room=${encodeURIComponent(name)}`;
}

/**
 * Lets the user choose a room, and goes there.
 * @param {(name: string) => string} pathOf where the room of this name is
 */
export function askForRoom(pathOf) {
  const nameEl = byId('room-name');
  byId('continue').disabled = false;
  nameEl.value = pronounceableName();
  nameEl.focus();
  nameEl.select();
  byId('choose').addEventListener('submit', (event) => {
    event.preventDefault();
    const name = nameEl.value.trim();
    if (!name) return;
    const address = new URL(addressOf(pathOf(name)));
    if (isRelayOnly()) address.searchParams.set('relay', '');
    location.assign(address);
  });
}

/** A name that can be spelled by telephone, and is hard to guess: about 70^5 of them. */
function pronounceableName() {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const letter = (letters, n) => letters[random[n] % letters.length];
  const syllables = [0, 2, 4, 6, 8].map((n) => letter(CONSONANTS, n) + letter(VOWELS, n + 1));
  return `${syllables.slice(0, 2).join('')}-${syllables.slice(2).join('')}`;
}
