// What the rules have in common. A rule is a pure function over a run: `check(run, now)` gives a problem or null.

import { contentOf, kindOfCandidate, lineOf, nameOf } from '../payload.js';

/**
 * How long a page may take, in milliseconds, for what it does by itself: hand over a description that it has received,
 * say. What a person does may take any time.
 */
export const LATE = 2000;

/** How many of the newest calls, refusals and pages a rule looks at. */
const RECENT = 64;

/**
 * @typedef {object} Problem
 * @property {string} rule
 * @property {string} sentence
 * @property {string} cure
 * @property {string | null} step
 * @property {string | null} client
 * @property {string | null} page
 * @property {number | null} n the record
 * @property {number} at milliseconds since the server's start
 *
 * @typedef {object} Rule
 * @property {string} id
 * @property {string | null} step of the 23, where it is always the same
 * @property {0 | 1 | 2 | 3} rank 0 is a cause of others, 2 and 3 may be consequences
 * @property {(run: import('../run.js').Run, now: number) => Problem | null} check
 */

/** @returns {Problem} */
export function problem(mark, { sentence, cure, step = null, client = null, page = null }) {
  return { rule: '', sentence, cure, step, client, page, n: mark?.n ?? null, at: mark?.at ?? 0 };
}

/** The first problem that `find` has with the newest of the items. */
export function newest(items, find) {
  for (const item of items.slice(-RECENT).reverse()) {
    const found = find(item);
    if (found) return found;
  }
  return null;
}

/** Calls that have not ended. */
export const callsNow = (run) => run.calls.slice(-RECENT).filter(({ ended }) => !ended);

/** Pages with the probe that are open, newest last. */
export const pagesNow = (run) => [...run.pages.values()].slice(-RECENT).filter(({ gone }) => !gone);

/** The connections of open pages that are not closed. @returns {{page: import('../pages.js').Page, pc: import('../pc.js').Pc}[]} */
export function connectionsNow(run) {
  return pagesNow(run).flatMap((page) => [...page.pcs.values()].slice(-RECENT).map((pc) => ({ page, pc }))).filter(({ pc }) => !pc.closed);
}

/**
 * The connection's own state, not that of ICE: ICE is `connected` on the answerer's side although the caller has not taken the
 * answer, because its browser replies to checks all the same.
 */
export const isConnected = (pc) => pc?.states.connection === 'connected';

export const isCallConnected = ({ pcs }) => isConnected(pcs.offerer) || isConnected(pcs.answerer);

export const isLate = (mark, now, after = LATE) => Boolean(mark) && now - mark.at >= after;

/** A page that has reported nothing since may not have had the time: its machine may be busy. */
const LATE_IN_SILENCE = 6000;

/** The timers of a hidden page, with which its probe reports, run once a second. */
const HIDDEN = 1500;

/** How long the page of this connection may take; where `mark` is given, for what it is to do with that message. */
export function patienceOf(run, pc, mark = null) {
  const page = run.pages.get(pc?.page);
  if (page && mark && page.reportedAt <= mark.at) return LATE_IN_SILENCE;
  return page?.isHidden ? LATE + HIDDEN : LATE;
}

export const other = (side) => (side === 'offerer' ? 'answerer' : 'offerer');

/** The user name of one side of a call. */
export const nameIn = (call, side) => (side === 'offerer' ? call.offererName : call.answererName) || (side === 'offerer' ? 'the caller' : 'the other person');

/** Whose page it is: by user name where the client is known. */
export function ownerOf(run, page) {
  return run.userName(page.client) || page.title || page.path || 'a page';
}

/** The step's number in the course of this call: of the 23, and of the 16. */
export const stepIn = (call, of23, of16) => (call?.course === 16 ? of16 : of23);

/** Candidates with an address: not the ones that only end the list. */
export const isReal = ({ candidate }) => lineOf(candidate).length > 0;

/** `2 host, 1 srflx`. */
export function kindsIn(candidates) {
  const counts = new Map();
  for (const candidate of candidates.map(kindOfCandidate)) if (candidate) counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind === 'mdns' ? 'host (.local)' : kind}`).join(', ');
}

/** The name in an offer object that a page has sent. */
export const callerIn = (record) => nameOf(contentOf(record).offererUserName);

/** Whether a client has taken part in a call that was answered after this record. */
export function hasMovedOn(run, client, n) {
  const { offering, answering } = run.clients.get(client) ?? {};
  return [offering, answering].some((call) => call?.answered && call.answered.n > n);
}
