// @ts-check
// What the room page measures during a stay: whose connection is poor.

import { createPoorWatch, MEASURE_MS } from './quality.js';
import { showPoor } from './room-tiles.js';

/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/**
 * Begins with a stay, and ends after it.
 * @param {import('../../switchboard.esm.js').Room | null} room
 */
export function showRoomTools(room) {
  clearInterval(timer);
  if (!room) return;
  const look = createPoorWatch(showPoor);
  let isLooking = false;
  timer = setInterval(async () => {
    if (document.hidden || isLooking) return;
    isLooking = true;
    await look(room.members);
    isLooking = false;
  }, MEASURE_MS);
}
