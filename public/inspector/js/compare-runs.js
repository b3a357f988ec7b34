// Two calls side by side, by the course's steps. Times differ from run to run, and a step that one run only infers
// has happened as well: a difference is a step that only one of them has done, or has done in its place.

import { stepsOf } from './steps.js';

/**
 * @typedef {import('./steps.js').Step & {after: number | null, words: string}} Side `after`: milliseconds since the call began
 *
 * @typedef {object} Row
 * @property {string} number
 * @property {string} title
 * @property {Side | null} a null: the course of this call has no such step
 * @property {Side | null} b
 * @property {boolean} same
 */

/**
 * @param {import('./run.js').Run} runA
 * @param {import('./call.js').Call} callA
 * @param {import('./run.js').Run} runB
 * @param {import('./call.js').Call} callB
 * @returns {{rows: Row[], firstDifference: Row | null}}
 */
export function compareRuns(runA, callA, runB, callB) {
  const [a, b] = [sidesOf(runA, callA), sidesOf(runB, callB)];
  const numbers = [...new Set([...a.keys(), ...b.keys()])];
  const isSameCourse = callA?.course === callB?.course;
  const rows = numbers.map((number) => {
    const [one, other] = [a.get(number) ?? null, b.get(number) ?? null];
    const title = isSameCourse || !one || !other ? (one ?? other).title : `${one.title} / ${other.title}`;
    return { number, title, a: one, b: other, same: isSameCourse && outcomeOf(one) === outcomeOf(other) };
  });
  return { rows, firstDifference: firstOf(rows) };
}

/** @returns {Map<string, Side>} by the number of the step */
function sidesOf(run, call) {
  const steps = call ? stepsOf(run, call) : [];
  const times = steps.map(({ at }) => at).filter(Number.isFinite);
  const start = Math.min(...times);
  return new Map(steps.map((step) => {
    const after = Number.isFinite(step.at) ? step.at - start : null;
    return [step.number, { ...step, after, words: after === null ? '' : `after ${(after / 1000).toFixed(2)} s` }];
  }));
}

/** Whether a run waits for a step or has not come so far is the same. */
function outcomeOf(step) {
  if (!step) return 'none';
  return step.state === 'waiting' || step.state === 'open' ? 'not done' : step.state;
}

/** By the time at which the one run has done what the other has not: step 17 comes before step 15. */
function firstOf(rows) {
  const different = rows.filter(({ same }) => !same);
  const timeOf = ({ a, b }) => Math.min(a?.after ?? Infinity, b?.after ?? Infinity);
  return different.reduce((first, row) => (first && timeOf(first) <= timeOf(row) ? first : row), /** @type {Row | null} */ (null));
}
