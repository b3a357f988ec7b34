// @ts-check
// How fast a file comes or goes, and how long it will still take. Plain functions that need no page.

import { t } from '../words.js';

/** Over about how long the rate is smoothed, and how long it is measured before it is shown, in ms. */
const SMOOTH_MS = 4_000;
const FIRST_MS = 1_500;

/** How far apart two looks are at least, in ms: chunks come in bursts. */
const STEP_MS = 250;

export function createRate() {
  /** @type {{moved: number, at: number} | undefined} */
  let last;
  let began = 0;
  let rate = 0;

  return {
    /**
     * So many bytes have passed at this time. After a break the measurement begins again.
     * @param {number} moved
     * @param {number} at in ms
     */
    add(moved, at) {
      if (!last || moved < last.moved) {
        [last, began, rate] = [{ moved, at }, at, 0];
        return;
      }
      const ms = at - last.at;
      if (ms < STEP_MS) return;
      const now = ((moved - last.moved) * 1000) / ms;
      // In the beginning all that was seen counts alike.
      const share = Math.max(1 - Math.exp(-ms / SMOOTH_MS), ms / (at - began));
      rate += share * (now - rate);
      last = { moved, at };
    },

    /** The transfer pauses. */
    stop() {
      last = undefined;
      rate = 0;
    },

    /** Bytes a second; 0 as long as too little is known. */
    get bytesPerSecond() {
      return last && last.at - began >= FIRST_MS ? rate : 0;
    },
  };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * How long it will still take, roughly; empty where nobody can tell.
 * @param {number} bytes that are missing
 * @param {number} bytesPerSecond
 */
export function timeLeftWords(bytes, bytesPerSecond) {
  const seconds = bytes / bytesPerSecond;
  if (!(seconds < 48 * HOUR)) return '';
  if (seconds < 10) return t`A few seconds left`;
  if (seconds <= 50) return t`About ${Math.ceil(seconds / 10) * 10} seconds left`;
  if (seconds < 1.5 * MINUTE) return t`About a minute left`;
  if (seconds < 59.5 * MINUTE) return t`About ${Math.round(seconds / MINUTE)} minutes left`;
  if (seconds < 1.5 * HOUR) return t`About an hour left`;
  return t`About ${Math.round(seconds / HOUR)} hours left`;
}
