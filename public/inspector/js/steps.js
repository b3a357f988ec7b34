// The course's steps of a call, ticked: the 23 of the calls, or the 16 of the data channel course. What the server or
// the probe has seen is done; what must have happened, since a later step is done, is inferred (`hollow`).

import { factsOf } from './step-facts.js';

/**
 * @typedef {object} Step
 * @property {string} number as in the course, `8`
 * @property {string} title
 * @property {'CLIENT1' | 'CLIENT2' | 'server' | 'both'} side
 * @property {'done' | 'waiting' | 'skipped' | 'out-of-order' | 'open'} state
 * @property {boolean} hollow inferred
 * @property {boolean} isAsync at any time after its cause: `~7` in the notes
 * @property {number | null} at milliseconds since the server's start
 * @property {number | null} n the record
 * @property {string | null} waitingFor a sentence
 * @property {string | null} note what is to be said of a done or skipped step
 */

/**
 * The fourth value says when the step comes, since 17 comes before 14 and 15 (docs/course.md). An `early` step may come
 * sooner: course pages add the answerer's tracks before they set the offer.
 */
const CALL_STEPS = [
  ['1', 'CLIENT1', 'CLIENT1 runs getUserMedia()', 1],
  ['2', 'CLIENT1', 'CLIENT1 creates an RTCPeerConnection', 2],
  ['3', 'CLIENT1', 'the peer connection needs STUN servers', 3],
  ['4', 'CLIENT1', 'CLIENT1 adds its tracks', 4],
  ['5', 'CLIENT1', 'CLIENT1 creates an offer', 5],
  ['6', 'CLIENT1', 'CLIENT1 hands the offer to setLocalDescription', 6],
  ['7', 'CLIENT1', 'ICE candidates start coming in', 8, 'async'],
  ['8', 'server', 'CLIENT1 emits the offer; the server holds it', 7],
  ['9', 'server', 'CLIENT1 emits its candidates; the server holds them, too', 9, 'async'],
  ['10', 'server', 'CLIENT2 loads the page: a new client is connected', 10],
  ['11', 'server', 'the server emits the offer to CLIENT2', 11],
  ['12', 'CLIENT2', 'CLIENT2 runs getUserMedia()', 12],
  ['13', 'CLIENT2', 'CLIENT2 creates a peer connection', 13],
  ['14', 'CLIENT2', 'CLIENT2 adds its tracks', 15, 'early'],
  ['15', 'CLIENT2', 'CLIENT2 creates an answer', 16],
  ['16', 'CLIENT2', 'CLIENT2 hands the answer to setLocalDescription', 17],
  ['17', 'CLIENT2', 'CLIENT2 hands the offer to setRemoteDescription', 14],
  ['18', 'CLIENT2', 'CLIENT2’s candidates start coming in', 18, 'async'],
  ['19', 'server', 'CLIENT2 emits the answer', 19],
  ['20', 'CLIENT2', 'CLIENT2 listens for tracks and candidates', 20, 'async'],
  ['21', 'server', 'the server emits the answer to CLIENT1', 21],
  ['22', 'CLIENT1', 'CLIENT1 hands the answer to setRemoteDescription', 22],
  ['23', 'CLIENT1', 'CLIENT1 waits for candidates and tracks', 23, 'async'],
];

const CHANNEL_STEPS = [
  ['1', 'CLIENT1', 'Peer1 creates a peer connection', 1],
  ['2', 'CLIENT1', 'Peer1 listens for candidates and changes of state', 2],
  ['3', 'CLIENT1', 'Peer1 opens a data channel', 3],
  ['4', 'CLIENT1', 'Peer1 creates an offer', 4],
  ['5', 'CLIENT1', 'Peer1 hands the offer to setLocalDescription', 5],
  ['6', 'server', 'Peer1 sends the offer to the server', 6],
  ['7', 'CLIENT2', 'Peer2 creates a peer connection', 8],
  ['8', 'CLIENT2', 'Peer2 listens for candidates and changes of state', 9],
  ['9', 'CLIENT2', 'Peer2 waits for the channel (ondatachannel)', 16, 'async'],
  ['10', 'server', 'Peer2 receives the offer', 7],
  ['11', 'CLIENT2', 'Peer2 hands the offer to setRemoteDescription', 10],
  ['12', 'CLIENT2', 'Peer2 creates an answer', 11],
  ['13', 'CLIENT2', 'Peer2 hands the answer to setLocalDescription', 12],
  ['14', 'server', 'Peer2 sends the answer to Peer1', 13],
  ['15', 'CLIENT1', 'Peer1 hands the answer to setRemoteDescription', 14],
  ['16', 'both', 'both add each other’s candidates', 15, 'async'],
];

/**
 * @param {import('./run.js').Run} run
 * @param {import('./call.js').Call} call
 * @returns {Step[]}
 */
export function stepsOf(run, call) {
  const facts = factsOf(run, call);
  const steps = (call.course === 16 ? CHANNEL_STEPS : CALL_STEPS).map(([number, side, title, order, when]) =>
    stepOf({ number, side, title, order, isAsync: when === 'async', isEarly: when === 'early' }, facts.get(number)),
  );
  const inOrder = [...steps].sort((one, other) => one.order - other.order);
  inferOrSkip(inOrder);
  if (!call.ended) findWaiting(inOrder);
  return steps.map(({ order, isSeen, isEarly, waits, ...step }) => step);
}

function stepOf(head, fact = {}) {
  const { mark = null, state = null, hollow = false, isSeen = false, waits = null, note = null } = fact;
  return {
    ...head,
    state: state ?? (mark ? 'done' : 'open'),
    hollow: hollow && mark !== null,
    at: mark?.at ?? null,
    n: mark?.n ?? null,
    waitingFor: null,
    note,
    isSeen,
    waits,
  };
}

/** A step before one that is done must have happened, or was left out where the probe would have seen it. */
function inferOrSkip(inOrder) {
  let last = inOrder.findLastIndex(({ state, isAsync, isEarly }) => state === 'done' && !isAsync && !isEarly);
  for (; last >= 0; last -= 1) {
    const step = inOrder[last];
    if (step.state !== 'open' || step.isAsync) continue;
    if (step.isSeen) step.state = 'skipped';
    else Object.assign(step, { state: 'done', hollow: true });
  }
}

/** The first step that is not done is waited for, and each asynchronous one before it. */
function findWaiting(inOrder) {
  for (const step of inOrder) {
    if (step.state !== 'open') continue;
    step.state = 'waiting';
    step.waitingFor = step.waits;
    if (!step.isAsync) return;
  }
}
