// Offers and answers that the server has refused, or that say less than they should.

import { contentOf, descriptionIn, isObject, nameOf } from '../payload.js';
import { callsNow, callerIn, hasMovedOn, isLate, nameIn, newest, problem } from './support.js';

const EMIT_ANSWER = "`offerObj.answer = answer`, then `socket.emitWithAck('newAnswer', offerObj)`";

/** What a refused answer looks like, by what the page has sent. */
function answerWords(run, record, cause, name) {
  const content = contentOf(cause);
  const caller = callerIn(cause) || 'the caller';
  if (typeof content.sdp === 'string' || (content.answer === undefined && content.offerId === undefined)) {
    return [
      'answer-alone',
      `${name}’s page has sent \`newAnswer\` with the answer alone, so the server cannot tell which offer it answers.`,
      `Put the answer into the offer object that has arrived: ${EMIT_ANSWER}.`,
    ];
  }
  if (!descriptionIn(content, 'answer') || !isObject(content.answer)) {
    return [
      'answer-missing',
      `${name}’s page has sent \`newAnswer\` with an offer object in which \`answer\` is empty.`,
      `Fill it in first: ${EMIT_ANSWER}. Is there an \`await\` before \`createAnswer()\`?`,
    ];
  }
  const call = run.callBook.byOfferId(content.offerId);
  switch (record.code) {
    case 'own-offer':
      return [
        'answer-to-own-offer',
        `${name} has answered their own offer.`,
        'The answer has to come from another page. Does your page keep an old offer object, or show its own offers?',
      ];
    case 'already-answered':
      return call?.answerer === record.client
        ? [
            'answered-twice',
            `${name}’s page has sent \`newAnswer\` twice for the offer of ${caller}. The first one counts.`,
            'Send it once: is the listener added twice, or the button pressed twice? `{ once: true }` and a disabled button help.',
          ]
        : [
            'answered-by-another',
            `${name} has answered the offer of ${caller}, but ${call?.answererName || 'another person'} was faster.`,
            `Remove the button of an offer once it is taken: \`socket.on('offerWithdrawn', ({ offerId }) => …)\`. ${caller} can call again.`,
          ];
    case 'no-such-offer':
      return [
        'answer-to-stale-offer',
        `${name} has answered an offer of ${caller} that is no longer there${endWords(call, caller)}.`,
        `${caller} has to call again, and ${name} has to answer the new offer. \`socket.on('offerWithdrawn', …)\` tells a page which buttons to remove.`,
      ];
    default:
      return null;
  }
}

function endWords(call, caller) {
  const reasons = { closed: `: ${caller}’s page was closed or reloaded`, replaced: `: ${caller} has called again since`, expired: ': it has expired', cancelled: ': it was cancelled', declined: ': it was declined', hangup: ': it was withdrawn', lost: `: ${caller}’s connection was lost` };
  const reason = call?.ended?.reason;
  return reason && Object.hasOwn(reasons, reason) ? reasons[reason] : '';
}

/** A promise arrives as an empty object: the server relays descriptions as they are, whatever they hold. */
function isEmptyObject(record) {
  const content = contentOf(record);
  const value = 'offer' in content ? content.offer : content;
  return Array.isArray(record.payload) && isObject(record.payload[0]) && isObject(value) && Object.keys(value).length === 0;
}

function withoutDescription(record, client, why) {
  return problem(record, {
    sentence: `${client.userName}’s page has sent \`newOffer\` without a description: ${why}`,
    cure: "`const offer = await peerConnection.createOffer()`, then `socket.emit('newOffer', offer)`. Without `await`, `offer` is a promise, and arrives empty.",
    step: '8',
    client: client.id,
    page: client.page,
  });
}

const ANSWER_RULES = ['answer-alone', 'answer-missing', 'answer-to-own-offer', 'answered-twice', 'answered-by-another', 'answer-to-stale-offer'];

function refusedAnswer(id) {
  return {
    id,
    step: '19',
    rank: 0,
    check: (run) =>
      newest(run.refusals, (record) => {
        const client = run.clients.get(nameOf(record.client));
        const cause = run.record(record.to);
        if (record.event !== 'newAnswer' || !client?.isConnected || !cause || hasMovedOn(run, client.id, record.n)) return null;
        const [found, sentence, cure] = answerWords(run, record, cause, client.userName) ?? [];
        return found === id ? problem(record, { sentence, cure, step: '19', client: client.id, page: client.page }) : null;
      }),
  };
}

/** @type {import('./support.js').Rule[]} */
export const answers = [
  ...ANSWER_RULES.map(refusedAnswer),
  {
    id: 'offer-without-description',
    step: '8',
    rank: 0,
    check: (run) =>
      newest(run.refusals, (record) => {
        const client = run.clients.get(nameOf(record.client));
        if (record.event !== 'newOffer' || record.code !== 'bad-payload' || !client?.isConnected) return null;
        return client.offering?.offered?.n > record.n ? null : withoutDescription(record, client, nameOf(record.message));
      }) ??
      newest(callsNow(run), (call) => {
        const client = run.clients.get(call.offerer);
        const record = run.record(call.offered?.n);
        const isEmpty = client?.isConnected && client.offering === call && record?.event === 'newOffer' && isEmptyObject(record);
        return isEmpty ? withoutDescription(record, client, 'an empty object has arrived.') : null;
      }),
  },
  {
    id: 'answer-without-ack',
    step: '19',
    rank: 1,
    check: (run) =>
      newest(callsNow(run), (call) => {
        const answer = run.record(call.answered?.n);
        const page = run.pages.get(call.pcs.answerer?.page);
        if (call.kind !== 'call' || !answer || Number.isFinite(answer.ack) || !page) return null;
        // The line after it takes the candidates out of what `emit` has returned. The report may overtake the event.
        const error = page.errors.find(({ at, message }) => Math.abs(at - answer.at) < 5000 && /forEach|iterable|map is not/.test(message));
        if (!error) return null;
        return problem(error, {
          sentence: `${nameIn(call, 'answerer')}’s page has sent \`newAnswer\` without asking for an acknowledgement: what it takes for ${nameIn(call, 'offerer')}’s candidates is none (${error.message}).`,
          cure: "`const offerIceCandidates = await socket.emitWithAck('newAnswer', offerObj)`: `emit` returns no candidates.",
          step: '19',
          client: call.answerer,
          page: page.page,
        });
      }),
  },
  {
    id: 'refused',
    step: null,
    rank: 2,
    check: (run, now) =>
      newest(run.refusals, (record) => {
        const client = run.clients.get(nameOf(record.client));
        const codes = ['bad-payload', 'too-large', 'too-many', 'rate-limited', 'room-full', 'room-locked', 'not-host'];
        if (record.event === 'newOffer') codes.push('no-such-peer');
        if (!client?.isConnected || record.event === 'newAnswer' || !codes.includes(record.code)) return null;
        const again = client.sent.get(nameOf(record.event));
        const isOver = again && again.n > record.n && !run.refusals.some(({ to }) => to === again.n);
        if (isOver || isLate(record, now, 60_000)) return null;
        return problem(record, {
          sentence: `The server has refused \`${nameOf(record.event)}\` of ${client.userName}: ${nameOf(record.message)}`,
          cure: 'The sentence says what the event takes; docs/protocol.md has all of them.',
          client: client.id,
          page: client.page,
        });
      }),
  },
];
