// Names of events: misspelled ones, and those to which a page does not listen.

import { nearestEvent, SERVER_EVENTS } from '../event-names.js';
import { addedCandidates, set } from '../methods.js';
import { contentOf, nameOf } from '../payload.js';
import { callsNow, isCallConnected, isLate, isReal, nameIn, newest, other, patienceOf, problem, stepIn } from './support.js';

const STEPS = { newOffer: '8', newAnswer: '19', 'sending-SDP-offer': '8', 'accepting-SDP-offer': '19', checkOffers: '11' };

function stepOfEvent(event, record) {
  if (event === 'sendIceCandidateToSignalingServer') return contentOf(record).didIOffer === true ? '9' : '18';
  return Object.hasOwn(STEPS, event) ? STEPS[event] : null;
}

/** @type {import('./support.js').Rule[]} */
export const events = [
  {
    id: 'misspelled-event',
    step: null,
    rank: 0,
    check: (run) =>
      newest(run.unknown, (record) => {
        const client = run.clients.get(nameOf(record.client));
        const meant = nearestEvent(record.event);
        if (!client || (!meant && !SERVER_EVENTS.includes(record.event))) return null;
        if (meant && client.sent.get(meant)?.n > record.n) return null;
        if (hasReloaded(run, client)) return null;
        const event = nameOf(record.event);
        const words = meant
          ? [`${client.userName}’s page sends \`${event}\`, which the server does not know. The event is called \`${meant}\`.`, `Write \`socket.emit('${meant}', …)\`: capital and small letters count.`]
          : [`${client.userName}’s page sends \`${event}\`, but that is an event of the server: pages listen to it.`, `Write \`socket.on('${event}', …)\` where the page is to receive it.`];
        return problem(record, { sentence: words[0], cure: words[1], step: stepOfEvent(meant, record), client: client.id, page: client.page });
      }),
  },
  {
    id: 'answer-not-taken',
    step: '22',
    rank: 0,
    check: (run, now) =>
      newest(callsNow(run), (call) => {
        const { offerer: pc } = call.pcs;
        const sent = call.answerSent;
        if (!pc || pc.closed || !sent || !isLate(sent, now, patienceOf(run, pc, sent)) || !run.clients.get(call.offerer)?.isConnected) return null;
        if (set(pc, 'setRemoteDescription', 'answer')) return null;
        const event = call.kind === 'call' ? 'answerResponse' : call.kind === 'room' ? 'accepting-SDP-offer' : 'ANSWER';
        const name = nameIn(call, 'offerer');
        return problem(sent, {
          sentence: `The server has sent the answer to ${name} (\`${event}\`), but ${name}’s page has not handed it to setRemoteDescription. Does it listen to \`${event}\`?`,
          cure:
            call.kind === 'call'
              ? "`socket.on('answerResponse', offerObj => peerConnection.setRemoteDescription(offerObj.answer))`: the name of the event has to be exactly this."
              : `Listen to \`${event}\`, and hand \`answer\` to setRemoteDescription.`,
          step: stepIn(call, '22', '15'),
          client: call.offerer,
          page: pc.page,
        });
      }),
  },
  {
    id: 'candidates-not-added',
    step: null,
    rank: 1,
    check: (run, now) => newest(callsNow(run), (call) => notAdded(run, call, 'offerer', now) ?? notAdded(run, call, 'answerer', now)),
  },
];

/** A misspelling of a page that is no longer there, while its successor has not made it. */
function hasReloaded(run, client) {
  if (client.isConnected) return false;
  const last = client.ends.at(-1)?.n ?? 0;
  return [...run.clients.values()].some(({ from, connects }) => from === client.from && connects.at(-1).n > last);
}

/** `side` has received the other side's candidates, and its page has added none. */
function notAdded(run, call, side, now) {
  const pc = call.pcs[side];
  if (!pc || pc.closed || isCallConnected(call) || addedCandidates(pc).length > 0) return null;
  const from = other(side);
  const delivered = call.candidates[from].find((candidate) => candidate.delivered && isReal(candidate))?.delivered;
  const described = set(pc, 'setRemoteDescription', from === 'offerer' ? 'offer' : 'answer');
  const patience = patienceOf(run, pc, delivered);
  if (!isLate(delivered, now, patience) || !described?.result?.ok || !isLate(described.result, now, patience)) return null;
  const [name, theirs] = [nameIn(call, side), nameIn(call, from)];
  const answer = run.record(call.answered?.n);
  const byAck = call.kind === 'call' && side === 'answerer';
  if (byAck && !Number.isFinite(answer?.ack)) {
    return problem(answer ?? delivered, {
      sentence: `${name}’s page has sent \`newAnswer\` without asking for an acknowledgement, and has added none of ${theirs}’s candidates.`,
      cure: "`const candidates = await socket.emitWithAck('newAnswer', offerObj)`, then `candidates.forEach(c => peerConnection.addIceCandidate(c))`.",
      step: '19',
      client: call[side],
      page: pc.page,
    });
  }
  const event = call.kind === 'call' ? 'receivedIceCandidateFromServer' : call.kind === 'room' ? 'receiving-ICE-candidate' : 'ICE_CANDIDATES';
  return problem(delivered, {
    sentence: `The server has sent ${theirs}’s candidates to ${name}, but ${name}’s page has added none of them.`,
    cure: byAck
      ? "The acknowledgement of `newAnswer` holds them: `candidates.forEach(c => peerConnection.addIceCandidate(c))`. Later ones come as `receivedIceCandidateFromServer`."
      : `Listen to \`${event}\`, and hand each candidate to \`peerConnection.addIceCandidate(candidate)\`.`,
    step: stepIn(call, side === 'offerer' ? '23' : '20', '16'),
    client: call[side],
    page: pc.page,
  });
}
