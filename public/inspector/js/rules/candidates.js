// Candidates: not sent, sent to no peer, added too early, and a connection that has failed with them.

import { addedCandidates, descriptionOf, errorOf, firstOf, hasFailed, set, sideOf } from '../methods.js';
import { contentOf, kindOfCandidate, sectionsOf } from '../payload.js';
import { callsNow, connectionsNow, isCallConnected, isConnected, isLate, isReal, kindsIn, nameIn, newest, other, ownerOf, patienceOf, problem, stepIn } from './support.js';

const SEND = "`peerConnection.addEventListener('icecandidate', e => { if (e.candidate) socket.emit('sendIceCandidateToSignalingServer', { iceCandidate: e.candidate, iceUserName: userName, didIOffer }) })`";

/** Without the probe the time at which a browser found its candidates is unknown: give it longer. */
const LATE_UNSEEN = 4000;

const hasCandidates = (description) => /^a=candidate:/m.test(description?.sdp ?? '');

/** The page of `side` has not sent any candidate. */
function notSent(run, call, side, now) {
  const pc = call.pcs[side];
  const description = side === 'offerer' ? call.offer : call.answer;
  if (call.candidates[side].some(isReal) || hasCandidates(description) || isCallConnected(call)) return null;
  const patience = patienceOf(run, pc);
  const [found] = pc?.candidates.filter(isReal) ?? [];
  const began = side === 'offerer' ? call.offered : call.answered;
  const isVisible = pc ? isLate(found, now, patience) && isLate(began, now, patience) : call.answered && isLate(call.answered, now, LATE_UNSEEN);
  // Sections without any media need no candidates: that is another rule's.
  if (!isVisible || !began || sectionsOf(description).length === 0) return null;
  const name = nameIn(call, side);
  return problem(found ?? began, {
    sentence: found
      ? `${name}’s browser has found ${pc.candidates.filter(isReal).length} candidates, but ${name}’s page has sent none of them.`
      : `${name}’s page has sent no candidate, so the other browser cannot find a way to it.`,
    cure: `Listen before setLocalDescription, and send each one: ${SEND}.`,
    step: stepIn(call, side === 'offerer' ? '9' : '18', '16'),
    client: call[side],
    page: pc?.page ?? null,
  });
}

/** @type {import('./support.js').Rule[]} */
export const candidates = [
  {
    id: 'candidates-without-role',
    step: '9',
    rank: 1,
    check: (run) =>
      newest(callsNow(run), (call) => {
        for (const side of call.kind === 'call' ? ['offerer', 'answerer'] : []) {
          const last = call.candidates[side].at(-1);
          const record = last && run.record(last.n);
          if (!record || record.event !== 'sendIceCandidateToSignalingServer') continue;
          const content = contentOf(record);
          if (content.didIOffer !== undefined || content.offerId !== undefined) continue;
          const name = nameIn(call, side);
          return problem(record, {
            sentence: `${name}’s page sends candidates without \`didIOffer\`: the server cannot be sure whether they are the caller’s.`,
            cure: `Send the role, too: \`socket.emit('sendIceCandidateToSignalingServer', { iceCandidate, iceUserName, didIOffer })\`; \`didIOffer\` is \`true\` on the page that has made the offer.`,
            step: side === 'offerer' ? '9' : '18',
            client: call[side],
            page: call.pcs[side]?.page ?? null,
          });
        }
        return null;
      }),
  },
  {
    id: 'candidates-to-nobody',
    step: '9',
    rank: 2,
    check: (run, now) =>
      newest(run.callBook.candidates.early.all, ([id, early]) => {
        const client = run.clients.get(id);
        const first = early.find(({ entry }) => isReal(entry));
        if (!client?.isConnected || !first || !isLate(first.entry, now)) return null;
        const since = Math.max(client.offering?.at ?? -1, client.answering?.at ?? -1);
        if (since >= (client.connects.at(-1)?.at ?? 0)) return null;
        return problem(first.entry, {
          sentence: `${client.userName}’s page has sent candidates, but neither \`newOffer\` nor \`newAnswer\`: they belong to no call, and the server drops them.`,
          cure: "Emit the description as well: `socket.emit('newOffer', offer)` on the caller’s page, `socket.emitWithAck('newAnswer', offerObj)` on the other one.",
          step: first.isOfferer ? '9' : '18',
          client: id,
          page: client.page,
        });
      }),
  },
  {
    id: 'candidate-too-early',
    step: null,
    rank: 2,
    check: (run, now) =>
      newest(connectionsNow(run), ({ page, pc }) => {
        if (isConnected(pc)) return null;
        const early = addedCandidates(pc).findLast((method) => hasFailed(method) && method.result.error?.name === 'InvalidStateError');
        const described = pc.methods.filter((method) => method.method === 'setRemoteDescription');
        if (!early || described.some((method) => !hasFailed(method) && method.n < early.n)) return null;
        // Where the caller's page takes no answer at all, the candidate is not what is wrong.
        if (sideOf(pc) === 'offerer' && !described.some((method) => method.n > early.n) && !isLate(early, now)) return null;
        const name = ownerOf(run, page);
        return problem(early, {
          sentence: `${name}’s page has called addIceCandidate before setRemoteDescription: the browser has refused the candidate (${errorOf(early)}).`,
          cure: 'Keep early candidates in an array, and add them after `await peerConnection.setRemoteDescription(…)`: `waiting.forEach(c => peerConnection.addIceCandidate(c))`.',
          step: stepIn(pc.call, sideOf(pc) === 'answerer' ? '20' : '23', '16'),
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'candidates-not-sent',
    step: null,
    rank: 1,
    check: (run, now) => newest(callsNow(run), (call) => notSent(run, call, 'offerer', now) ?? notSent(run, call, 'answerer', now)),
  },
  {
    id: 'no-candidates-found',
    step: '7',
    rank: 1,
    check: (run, now) =>
      newest(connectionsNow(run), ({ page, pc }) => {
        if (!pc.gathered || !isLate(pc.gathered, now, 500) || pc.candidates.some(isReal) || isConnected(pc)) return null;
        const described = set(pc, 'setLocalDescription', sideOf(pc) === 'answerer' ? 'answer' : 'offer');
        if (!described || sectionsOf(descriptionOf(described)).length === 0) return null;
        const isRelayOnly = pc.config.iceTransportPolicy === 'relay';
        return problem(pc.gathered, {
          sentence: `${ownerOf(run, page)}’s browser has found no candidate at all${isRelayOnly ? ': `iceTransportPolicy` is `relay`, and no TURN server gave it one' : ''}.`,
          cure: pc.config.forced === true
            ? 'The inspector forces the relay: switch that off under “More”, or give the page a TURN server; this server is one with `--turn`.'
            : isRelayOnly
            ? 'Leave `iceTransportPolicy` out, or name a TURN server that works in `iceServers`.'
            : 'Is this machine in a network, and does the browser (or an extension) allow WebRTC there?',
          step: stepIn(pc.call, sideOf(pc) === 'answerer' ? '18' : '7', '2'),
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'ice-failed',
    step: '23',
    rank: 2,
    check: (run, now) => newest(callsNow(run), (call) => failed(run, call, now)),
  },
];

/**
 * Where no `.local` name can be looked up, there is nothing to check: ICE stays `new` for ever (Chromium 156). Those that can
 * be, are within a second.
 */
const LATE_NAME = 4000;

function hasNoAddress(pc, now) {
  if (pc?.states.ice !== 'new' || !pc.methods.some((method) => method.method === 'setLocalDescription')) return false;
  const given = addedCandidates(pc).filter((method) => kindOfCandidate(firstOf(method.args)));
  return given.length > 0 && given.every((method) => kindOfCandidate(firstOf(method.args)) === 'mdns') && isLate(given.at(-1), now, LATE_NAME);
}

/**
 * A call whose two browsers have found no way to each other, with all the candidates that there were.
 * @returns {null | {pc: import('../pc.js').Pc, side: 'offerer' | 'answerer', mark: object, all: any[], words: string, isTwoMachines: boolean}}
 */
export function iceFailure(run, call, now) {
  const hasFailedIn = (pc) => pc?.states.connection === 'failed' || pc?.states.ice === 'failed' || hasNoAddress(pc, now);
  const side = /** @type {const} */ (['offerer', 'answerer']).find((one) => hasFailedIn(call.pcs[one]));
  const pc = call.pcs[side];
  if (!pc || pc.closed || run.pages.get(pc.page)?.gone || call.pcs[other(side)]?.closed || isCallConnected(call)) return null;
  const lists = { offerer: call.candidates.offerer.filter(isReal), answerer: call.candidates.answerer.filter(isReal) };
  const words = ['offerer', 'answerer'].map((one) => `${nameIn(call, one)} had ${kindsIn(lists[one].map(({ candidate }) => candidate)) || 'no candidates'}`).join(', ');
  return {
    pc,
    side,
    mark: pc.history.findLast(({ ice, connection }) => ice === 'failed' || connection === 'failed') ?? pc,
    all: [...lists.offerer, ...lists.answerer].map(({ candidate }) => candidate),
    words,
    isTwoMachines: run.clients.get(call.offerer)?.from !== run.clients.get(call.answerer)?.from,
  };
}

function failed(run, call, now) {
  const failure = iceFailure(run, call, now);
  if (!failure) return null;
  const { pc, side, mark, all, words, isTwoMachines } = failure;
  const onlyLocal = all.length > 0 && all.every((candidate) => kindOfCandidate(candidate) === 'mdns');
  return problem(mark, {
    sentence: onlyLocal
      ? `The connection between ${nameIn(call, 'offerer')} and ${nameIn(call, 'answerer')} does not come about: all candidates hide their address behind a \`.local\` name, which the other machine has to look up in its own network.`
      : `The two browsers have not found a way to each other (ICE has failed): ${words}.`,
    cure: onlyLocal
      ? 'Allow camera or microphone before the offer is made: then browsers give their addresses. Names that end in `.local` work within one network only, and only where it lets mDNS through.'
      : isTwoMachines
        ? 'Are both machines in the same network, and does a firewall block UDP between them? `host` candidates reach only as far as the network.'
        : 'Both are on one machine: look for a firewall, a VPN or an extension that blocks UDP, and for candidates that were never added.',
    step: stepIn(call, '23', '16'),
    client: call[side],
    page: pc.page,
  });
}
