// The rules by which the inspector names the likeliest problem of a run. No rule fires on a healthy run.

import { admission } from './admission.js';
import { answers } from './answers.js';
import { candidates } from './candidates.js';
import { events } from './events.js';
import { iceServers } from './ice-servers.js';
import { lifecycle } from './lifecycle.js';
import { media } from './media.js';
import { negotiation } from './negotiation.js';

/** @typedef {import('./support.js').Problem} Problem */

/** @type {import('./support.js').Rule[]} */
export const rules = [...admission, ...events, ...answers, ...negotiation, ...iceServers, ...candidates, ...media, ...lifecycle];

/**
 * @param {import('../run.js').Run} run
 * @param {number} now milliseconds since the server's start
 * @returns {Problem[]} the likeliest one first
 */
export function diagnose(run, now) {
  const found = [];
  for (const [index, rule] of rules.entries()) {
    const problem = rule.check(run, now);
    if (problem) found.push({ index, rank: rule.rank, problem: { ...problem, rule: rule.id } });
  }
  found.sort((one, other) => one.rank - other.rank || other.problem.at - one.problem.at || one.index - other.index);
  return found.map(({ problem }) => problem);
}
