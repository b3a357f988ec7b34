// Ends that the other side does not learn of, channels on the wrong side, a restarted server, errors of the page.

import { sectionsOf } from '../payload.js';
import { callsNow, isCallConnected, isConnected, isLate, nameIn, newest, other, ownerOf, pagesNow, problem, stepIn } from './support.js';

/** How long a loss that only a person can repair stays on the banner. */
const SHOWN_FOR = 60_000;

/** @type {import('./support.js').Rule[]} */
export const lifecycle = [
  {
    id: 'server-restarted',
    step: null,
    rank: 0,
    check: (run, now) => {
      const [lost] = run.restart?.calls ?? [];
      const isOver = run.calls.length > 0 || [...run.clients.values()].some(({ sent }) => sent.has('rejoinCall'));
      if (!lost || isOver || now > SHOWN_FOR) return null;
      const names = lost.filter(Boolean).join(' and ');
      return problem(null, {
        sentence: `The server was restarted: it has forgotten all offers and calls${names ? `, also that of ${names}` : ''}.`,
        cure: 'A call that is connected goes on without the server. For a new one reload the pages and call again.',
        step: '8',
      });
    },
  },
  {
    id: 'caller-reloaded',
    step: '8',
    rank: 1,
    check: (run, now) =>
      newest(run.calls, (call) => {
        if (call.kind !== 'call' || call.answered || call.ended?.reason !== 'closed' || !call.shown || isLate(call.ended, now, SHOWN_FOR)) return null;
        const isOver = run.calls.at(-1) !== call || (run.present.get(call.lobby)?.size ?? 0) === 0;
        if (isOver) return null;
        const name = nameIn(call, 'offerer');
        return problem(call.ended, {
          sentence: `${name}’s page was reloaded or closed while its offer was open, so the server has withdrawn the offer.`,
          cure: `${name} has to call again. The other pages may remove the button: \`socket.on('offerWithdrawn', ({ offerId }) => …)\`.`,
          step: '8',
          client: call.offerer,
        });
      }),
  },
  {
    id: 'closed-without-telling',
    step: '23',
    rank: 1,
    check: (run, now) => newest(callsNow(run), (call) => closed(run, call, 'offerer', now) ?? closed(run, call, 'answerer', now)),
  },
  {
    id: 'channel-on-wrong-side',
    step: '3',
    rank: 0,
    check: (run, now) =>
      newest(callsNow(run), (call) => {
        const pc = call.pcs.answerer;
        const made = pc?.methods.findLast(({ method }) => method === 'createDataChannel');
        const isOffered = sectionsOf(call.offer).includes('application') || call.renegotiations > 0;
        if (!made || !call.answered || isOffered || !isLate(call.answered, now) || !isLate(made, now)) return null;
        if (pc.closed || pc.channels.some(({ state }) => state === 'open')) return null;
        const [caller, name] = [nameIn(call, 'offerer'), nameIn(call, 'answerer')];
        return problem(made, {
          sentence: `${name}’s page has opened a data channel, but ${caller} has made the offer, and the offer has none: the channel never opens.`,
          cure: `Open it on the page that makes the offer, before \`createOffer()\`: \`peerConnection.createDataChannel('chat')\`. The other page waits: \`peerConnection.ondatachannel = e => …\`.`,
          step: '3',
          client: call.answerer,
          page: pc.page,
        });
      }),
  },
  {
    id: 'page-error',
    step: null,
    rank: 3,
    check: (run, now) =>
      newest(pagesNow(run), (page) => {
        const error = page.isOwn ? null : page.errors.findLast(({ message }) => /\b(?:Type|Reference|Syntax|InvalidState)Error\b|is not defined|is not a function/.test(message));
        // The other rules have the first word: they say more.
        if (!error || !isLate(error, now) || isLate(error, now, SHOWN_FOR)) return null;
        if ([...page.pcs.values()].some((pc) => isConnected(pc))) return null;
        const where = error.line === null ? '' : ` (line ${error.line}${error.source ? ` of ${error.source.split('/').at(-1)}` : ''})`;
        return problem(error, {
          sentence: `${ownerOf(run, page)}’s page has an error: ${error.message}${where}.`,
          cure: 'The rest of that function does not run. The browser’s console shows the line.',
          client: page.client,
          page: page.page,
        });
      }),
  },
];

/** `side` has closed its connection; the server and the other side believe that the call goes on. */
function closed(run, call, side, now) {
  const pc = call.pcs[side];
  const page = run.pages.get(pc?.page);
  if (!pc?.closed || !page || page.gone || !call.answered || !isLate(pc.closed, now) || !isLate(call.answered, now)) return null;
  if (call.pcs[other(side)]?.closed || !run.clients.get(call[other(side)])?.isConnected) return null;
  // A new connection for the same call, or for another one, has taken its place.
  if ([...page.pcs.values()].some((one) => one.n > pc.n && !one.closed)) return null;
  const [name, theirs] = [nameIn(call, side), nameIn(call, other(side))];
  return problem(pc.closed, {
    sentence: `${name}’s page has closed its connection without telling the server: ${theirs}’s page does not learn that the call is over.`,
    cure:
      call.kind === 'call'
        ? `Tell it, too: \`peerConnection.close(); socket.emit('hangup')\`. ${theirs}’s page gets \`peerHangup\`.`
        : 'Leave the room as well, and the others get a message.',
    step: stepIn(call, '23', '16'),
    client: call[side],
    page: page.page,
  });
}
