// What the status line of the room page says stands in its title, too, which also shows while another tab is in front; there
// the host sees how many wait to be let in.

import { setTitle } from '../page-title.js';
import { roomOfAddress } from './choice.js';
import { showStatus } from './frame.js';
import { titleWords } from './room-words.js';

const room = roomOfAddress();

/** What the title says of the page's state; empty before there is one. */
let state = '';
/** How many wait to be let in by this user. */
let waiting = 0;

/**
 * @param {string} words for the status line
 * @param {boolean} [isTroubled] see frame.js
 * @param {string} [title] what of the words stands in the title
 */
export function show(words, isTroubled = false, title = words) {
  showStatus(words, isTroubled);
  state = title;
  showTitle();
}

/** @param {number} count how many wait to be let in by this user, the host */
export function showWaitingCount(count) {
  waiting = count;
  showTitle();
}

export function showTitle() {
  setTitle(titleWords(room, state, waiting));
}
