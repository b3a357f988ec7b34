// The calls in a browser's dump. No server tells of them, so each RTCPeerConnection that has a description is one,
// and two of them that have set each other's descriptions are the two ends of one.

import { newCall } from './call.js';
import { descriptionOf, hasWorked, set } from './methods.js';
import { markOf, sectionsOf, ufragsOf } from './payload.js';

/** What was read before, as long as no record has been added. @type {WeakMap<object, {count: number, calls: object[]}>} */
const known = new WeakMap();

/**
 * @param {import('./run.js').Run} run
 * @returns {import('./call.js').Call[]}
 */
export function callsOfDump(run) {
  const before = known.get(run);
  if (before?.count === run.records.length) return before.calls;
  const ends = [...run.pages.values()].flatMap(({ pcs }) => [...pcs.values()]).map(endOf).filter(Boolean);
  const offers = ends.filter(({ side }) => side === 'offerer');
  const answers = new Set(ends.filter(({ side }) => side === 'answerer'));
  const calls = offers.map((offerer) => {
    const answerer = [...answers].find((end) => end.offer && ufragsOf(end.offer).some((ufrag) => ufragsOf(offerer.offer).includes(ufrag))) ?? null;
    answers.delete(answerer);
    return callOf(offerer, answerer);
  });
  calls.push(...[...answers].map((answerer) => callOf(null, answerer)));
  calls.sort((one, other) => one.at - other.at);
  known.set(run, { count: run.records.length, calls });
  return calls;
}

/** @param {import('./pc.js').Pc} pc */
function endOf(pc) {
  const [own, theirs] = [set(pc, 'setLocalDescription', 'offer'), set(pc, 'setRemoteDescription', 'offer')];
  if (!own && !theirs) return null;
  const side = !theirs || (own && own.n < theirs.n) ? 'offerer' : 'answerer';
  const answer = side === 'offerer' ? set(pc, 'setRemoteDescription', 'answer') : set(pc, 'setLocalDescription', 'answer');
  return { pc, side, offer: descriptionOf(side === 'offerer' ? own : theirs), answer: descriptionOf(answer), isAnswered: hasWorked(answer) };
}

function callOf(offerer, answerer) {
  const one = offerer ?? answerer;
  const kinds = sectionsOf(one.offer);
  const closed = offerer?.pc.closed ?? answerer?.pc.closed ?? null;
  return newCall(`${one.pc.page} ${one.pc.pc}`, {
    course: kinds.length > 0 && kinds.every((kind) => kind === 'application') ? 16 : 23,
    state: closed ? 'ended' : one.isAnswered ? 'answered' : 'offered',
    offererName: 'the offerer',
    answererName: 'the answerer',
    at: one.pc.at,
    offer: one.offer,
    answer: offerer?.answer ?? answerer?.answer ?? null,
    pcs: { offerer: offerer?.pc ?? null, answerer: answerer?.pc ?? null },
    ended: closed ? { ...markOf(closed), reason: 'closed', by: null } : null,
    isFromDump: true,
  });
}
