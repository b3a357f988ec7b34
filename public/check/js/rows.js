// The rows of the check page: each has a state, in a word and a lamp, and a sentence.

import { byId, setText } from './ui.js';
import { t } from './words.js';

/** The states of a row, as the user reads them. */
const WORDS = { idle: t`not started`, waiting: t`waiting`, ok: t`ok`, failed: t`failed`, untried: t`not tried` };

/** @typedef {'idle'|'waiting'|'ok'|'failed'|'untried'} RowState */
/** @typedef {{state: RowState, words: string}} Result */

/** The ids of all rows, in their order. */
export const ROWS = ['secure', 'certificate', 'websocket', 'devices', 'host', 'srflx', 'relay', 'other'];

/** @param {string} words @returns {Result} */
export const ok = (words) => ({ state: 'ok', words });
/** @param {string} words what is wrong and what to do @returns {Result} */
export const failed = (words) => ({ state: 'failed', words });
/** @param {string} words why @returns {Result} */
export const untried = (words) => ({ state: 'untried', words });
/** @param {string} words for what @returns {Result} */
export const waiting = (words) => ({ state: 'waiting', words });

/**
 * @param {string} id
 * @param {Result} result
 */
export function show(id, { state, words }) {
  const row = byId(id);
  row.dataset.result = state;
  setText(row.querySelector('.state'), WORDS[state]);
  setText(row.querySelector('.words'), words);
}

/** Before the first start, and between one and the next. */
export function clear() {
  for (const id of ROWS) show(id, { state: 'idle', words: '' });
}

/** How many rows are in each state. @returns {Record<RowState, number>} */
export function count() {
  const counted = { idle: 0, waiting: 0, ok: 0, failed: 0, untried: 0 };
  for (const id of ROWS) counted[byId(id).dataset.result] += 1;
  return counted;
}
