// @ts-check
// What the room page offers and measures during a stay: full screen, how long the stay has lasted, whose connection is poor.

import { byId, setText } from '../ui.js';
import { connectFullScreen, leaveFullScreen, switchFullScreen } from './full-screen.js';
import { createPoorWatch, durationWords, MEASURE_MS } from './quality.js';
import { showPoor } from './room-tiles.js';

/** With the status, the chat and all menus. */
const partEl = byId('main');

/** @type {ReturnType<typeof setInterval>[]} */
let timers = [];

export function connectRoomTools() {
  connectFullScreen(byId('full-screen'), partEl);
}

export const toggleFullScreen = () => switchFullScreen(partEl);

/**
 * Begins with a stay, and ends after it.
 * @param {import('../../switchboard.esm.js').Room | null} room
 */
export function showRoomTools(room) {
  timers.forEach(clearInterval);
  timers = [];
  if (!room) {
    leaveFullScreen();
    return;
  }
  const since = performance.now();
  const showDuration = () => setText(byId('duration'), durationWords(performance.now() - since));
  const look = createPoorWatch(showPoor);
  let isLooking = false;
  const measure = async () => {
    if (document.hidden || isLooking) return;
    isLooking = true;
    await look(room.members);
    isLooking = false;
  };
  showDuration();
  timers = [setInterval(showDuration, 1_000), setInterval(measure, MEASURE_MS)];
}
