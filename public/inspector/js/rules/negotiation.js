// Offers and answers in the browser: made too early, set in the wrong state, never set, never sent.

import { added, called, descriptionOf, errorOf, hasFailed, hasWorked, set, typeOf } from '../methods.js';
import { sectionsOf, ufragsOf } from '../payload.js';
import { callsNow, connectionsNow, isCallConnected, isConnected, isLate, nameIn, newest, ownerOf, patienceOf, problem, stepIn } from './support.js';

const STEPS = {
  'setLocalDescription offer': ['6', '5'],
  'setLocalDescription answer': ['16', '13'],
  'setRemoteDescription offer': ['17', '11'],
  'setRemoteDescription answer': ['22', '15'],
};

const RIGHT_STATES = {
  'setLocalDescription offer': 'stable',
  'setLocalDescription answer': 'have-remote-offer',
  'setRemoteDescription offer': 'stable',
  'setRemoteDescription answer': 'have-local-offer',
};

const CURES = {
  'setLocalDescription offer': '`const offer = await peerConnection.createOffer(); await peerConnection.setLocalDescription(offer)`, once for each offer.',
  'setLocalDescription answer': 'First `await peerConnection.setRemoteDescription(offerObj.offer)`, then `createAnswer()`, then `setLocalDescription(answer)`.',
  'setRemoteDescription offer': 'Use a new RTCPeerConnection for a new call. One that has made an offer itself waits for an answer, not for an offer.',
  'setRemoteDescription answer': 'Hand over each answer once, on the page that has made the offer, and after `setLocalDescription(offer)`. Is the listener added twice?',
};

/** @type {import('./support.js').Rule[]} */
export const negotiation = [
  {
    id: 'answer-before-offer',
    step: '15',
    rank: 0,
    check: (run) =>
      newest(connectionsNow(run), ({ page, pc }) => {
        const answer = called(pc, 'createAnswer');
        if (!hasFailed(answer) || pc.methods.some((method) => method.method === 'setRemoteDescription' && !hasFailed(method) && method.n < answer.n)) return null;
        return problem(answer, {
          sentence: `${ownerOf(run, page)}’s page has called createAnswer before the offer was set: there is nothing to answer yet (${errorOf(answer)}).`,
          cure: '`await peerConnection.setRemoteDescription(offerObj.offer)` comes first, then `const answer = await peerConnection.createAnswer()`. Mind the `await`.',
          step: stepIn(pc.call, '15', '12'),
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'description-in-wrong-state',
    step: null,
    rank: 1,
    check: (run) =>
      newest(connectionsNow(run), ({ page, pc }) => {
        if (isConnected(pc)) return null;
        const failed = pc.methods.findLast((method) => /^set(?:Local|Remote)Description$/.test(method.method) && hasFailed(method));
        if (!failed || pc.methods.some((later) => later.n > failed.n && later.method === failed.method && hasWorked(later))) return null;
        const key = `${failed.method} ${typeOf(failed)}`;
        if (!Object.hasOwn(STEPS, key)) return null;
        const name = ownerOf(run, page);
        const theirs = failed.method === 'setLocalDescription' ? ownerOfDescription(run, pc, descriptionOf(failed)) : null;
        if (theirs) {
          return problem(failed, {
            sentence: `${name}’s page has handed ${theirs}’s ${typeOf(failed)} to setLocalDescription: that is for descriptions that the page has made itself (${errorOf(failed)}).`,
            cure: `Write \`setRemoteDescription\` there. What comes from the other side is the remote description.`,
            step: stepIn(pc.call, ...STEPS[`setRemoteDescription ${typeOf(failed)}`]),
            client: page.client,
            page: page.page,
          });
        }
        const state = failed.state && failed.state !== RIGHT_STATES[key] ? `: its state is \`${failed.state}\`, and should be \`${RIGHT_STATES[key]}\`` : '';
        return problem(failed, {
          sentence: `${name}’s page has handed an ${typeOf(failed)} to ${failed.method}, and the connection has refused it${state} (${errorOf(failed)}).`,
          cure: CURES[key],
          step: stepIn(pc.call, ...STEPS[key]),
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'offer-without-media',
    step: '4',
    rank: 0,
    check: (run) =>
      newest(callsNow(run), (call) => {
        if (!call.offer || sectionsOf(call.offer).length > 0 || call.renegotiations > 0 || !/^v=0\r?\n.*\n/s.test(call.offer.sdp)) return null;
        const name = nameIn(call, 'offerer');
        const late = call.pcs.offerer && added(call.pcs.offerer);
        return problem(call.offered ?? call, {
          sentence: `${name}’s offer has no \`m=\` line: ${late ? 'the tracks were added only after it' : 'it was made before any track or channel was added'}, so there is nothing to connect for.`,
          cure: 'First `stream.getTracks().forEach(track => peerConnection.addTrack(track, stream))` (or `createDataChannel`), then `createOffer()`. Is there an `await` before `getUserMedia`?',
          step: stepIn(call, '4', '3'),
          client: call.offerer,
          page: call.pcs.offerer?.page ?? null,
        });
      }),
  },
  {
    id: 'description-not-set',
    step: null,
    rank: 0,
    check: (run, now) => newest(callsNow(run), (call) => notSet(run, call, 'offerer', now) ?? notSet(run, call, 'answerer', now)),
  },
  {
    id: 'description-not-sent',
    step: null,
    rank: 1,
    check: (run, now) => newest(connectionsNow(run), ({ page, pc }) => notSent(run, page, pc, now)),
  },
  {
    id: 'offers-crossing',
    step: '8',
    rank: 1,
    check: (run, now) => crossingInLobby(run, now) ?? crossingInRoom(run, now),
  },
];

/** The user name of another page that has made this description. */
function ownerOfDescription(run, pc, description) {
  for (const ufrag of ufragsOf(description)) {
    const maker = run.pageBook.byLocalUfrag.get(ufrag);
    const end = run.callBook.endByUfrag(ufrag);
    if (maker && maker !== pc) return ownerOf(run, run.pages.get(maker.page));
    if (!maker && end && end.call.pcs[end.side] !== pc) return nameIn(end.call, end.side);
  }
  return null;
}

/** A description has been sent, but the page that made it has not set it: then it gathers no candidates. */
function notSet(run, call, side, now) {
  const pc = call.pcs[side];
  const [sent, type, make] = side === 'offerer' ? [call.offered, 'offer', 'createOffer'] : [call.answered, 'answer', 'createAnswer'];
  const made = pc && called(pc, make);
  if (!sent || !hasWorked(made) || !isLate(sent, now, patienceOf(run, pc)) || pc.closed || set(pc, 'setLocalDescription', type)) return null;
  const name = nameIn(call, side);
  return problem(made, {
    sentence: `${name}’s page has sent its ${type}, but has not handed it to setLocalDescription: the browser does not act on it, and finds no candidates.`,
    cure: `\`await peerConnection.setLocalDescription(${type})\` right after \`${make}()\`.`,
    step: side === 'offerer' ? stepIn(call, '6', '5') : stepIn(call, '16', '13'),
    client: call[side],
    page: pc.page,
  });
}

/** A description is set and its candidates are complete, but the server has not received it. */
function notSent(run, page, pc, now) {
  const client = run.clients.get(page.client);
  if (!client?.isConnected || page.isOwn || !isLate(pc.gathered, now, patienceOf(run, pc)) || isConnected(pc)) return null;
  const local = pc.methods.findLast((method) => method.method === 'setLocalDescription' && hasWorked(method));
  const ufrags = ufragsOf(descriptionOf(local));
  // Two connections of one page that are connected with each other need no server.
  const isExercise = ufrags.some((ufrag) => run.pageBook.byRemoteUfrag.get(ufrag)?.some((one) => one.page === page.page));
  const isKnown = ufrags.length === 0 || ufrags.some((ufrag) => run.callBook.endByUfrag(ufrag));
  if (!local || isExercise || isKnown || client.sent.size === 0) return null;
  const type = typeOf(local);
  const [event, step] = type === 'answer' ? ['newAnswer', '19'] : ['newOffer', '8'];
  if ([...run.refusals, ...run.unknown].some((record) => record.client === client.id && record.n > local.n)) return null;
  return problem(local, {
    sentence: `${client.userName}’s page has set its ${type}, but has not sent it: the server has received no \`${event}\`.`,
    cure: type === 'answer' ? "`offerObj.answer = answer; const candidates = await socket.emitWithAck('newAnswer', offerObj)`" : "`socket.emit('newOffer', offer)` after setLocalDescription.",
    step: stepIn(pc.call, step, type === 'answer' ? '14' : '6'),
    client: client.id,
    page: page.page,
  });
}

/** Two people have called each other, or are alone in a lobby and have both called: each waits for the other's answer. */
function crossingInLobby(run, now) {
  const open = callsNow(run).filter(({ kind, state, offered }) => kind === 'call' && state === 'offered' && offered);
  return newest(open, (call) => {
    const present = run.present.get(call.lobby);
    const theirs = open.find(
      ({ lobby, offerer, offererName, to }) =>
        lobby === call.lobby && offerer !== call.offerer && present?.has(offerer)
        && [offererName, ''].includes(call.to) && [call.offererName, ''].includes(to),
    );
    const isMutual = theirs && (present.size === 2 || (call.to && theirs.to));
    if (!isMutual || !present.has(call.offerer) || !isLate(call.offered, now) || !isLate(theirs.offered, now)) return null;
    return crossing(call, theirs.offererName, call.offererName, '`cancelOffer` takes back one’s own offer: answer the other one after it, with a new RTCPeerConnection.');
  });
}

/** Two members of a room have sent each other offers, and none was answered. */
function crossingInRoom(run, now) {
  return newest(callsNow(run), (call) => {
    if (call.kind === 'call' || call.state !== 'offered' || !isLate(call.crossed, now) || isCallConnected(call)) return null;
    return crossing(call, call.offererName, call.answererName, 'Perfect negotiation: the polite one takes its own offer back (`setLocalDescription({ type: "rollback" })`) and answers.');
  });
}

function crossing(call, one, two, cure) {
  return problem(call.crossed ?? call.offered, {
    sentence: `The offers of ${one} and ${two} have crossed: both have called, and each waits for the other’s answer.`,
    cure: `One of the two has to give way. ${cure}`,
    step: stepIn(call, '8', '6'),
    client: call.offerer,
  });
}
