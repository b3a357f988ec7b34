// One call of two peers, as the records tell it.

/**
 * @typedef {import('./run.js').Mark} Mark
 * @typedef {Mark & {candidate: any, delivered: Mark | null, refused: boolean}} HeldCandidate
 *
 * @typedef {object} Call
 * @property {string} id
 * @property {'call' | 'room' | 'pair'} kind
 * @property {23 | 16} course whose steps it has
 * @property {'offered' | 'answered' | 'ended' | 'withdrawn' | 'refused' | 'waiting'} state `refused`: the server
 *   did not take the offer; `waiting`: two members of a room, and no offer yet
 * @property {string | null} offerer a client
 * @property {string | null} answerer
 * @property {string} offererName
 * @property {string} answererName
 * @property {string | null} offerId
 * @property {string} to the user name of the only clients that are offered it; empty for all of the lobby
 * @property {string | null} room
 * @property {string} lobby
 * @property {number} at when it began
 * @property {Mark | null} offered the client's message with the offer
 * @property {object | null} offer the description
 * @property {Mark | null} shown when the offer was first sent to the answerer; before there is one, to any client
 * @property {Map<string, Mark>} shownTo by client; a message to a whole lobby stands under `*`
 * @property {Mark | null} answered the client's message with the answer
 * @property {object | null} answer
 * @property {Mark | null} answerReply the acknowledgement with the candidates
 * @property {Mark | null} answerSent when the answer was sent to the offerer
 * @property {{offerer: HeldCandidate[], answerer: HeldCandidate[]}} candidates by who sent them
 * @property {{offer: {since: number, until: number | null} | null, candidates: HeldCandidate[]}} held by the server
 * @property {(Mark & {to: number, code: string, client: string, event: string, message: string})[]} refusals
 * @property {number} renegotiations
 * @property {(Mark & {offer: object | null}) | null} crossed when the other member of a room offered, too, before either has answered
 * @property {(Mark & {reason: string, by: string | null}) | null} ended
 * @property {{offerer: import('./pages.js').Pc | null, answerer: import('./pages.js').Pc | null}} pcs
 * @property {number[]} records
 * @property {boolean} isFromDump of a browser: what went over the server is not in it
 */

/** @returns {Call} */
export function newCall(id, fields) {
  return {
    id,
    kind: 'call',
    course: 23,
    state: 'offered',
    offerer: null,
    answerer: null,
    offererName: '',
    answererName: '',
    offerId: null,
    to: '',
    room: null,
    lobby: '',
    at: 0,
    offered: null,
    offer: null,
    shown: null,
    shownTo: new Map(),
    answered: null,
    answer: null,
    answerReply: null,
    answerSent: null,
    candidates: { offerer: [], answerer: [] },
    held: { offer: null, candidates: [] },
    refusals: [],
    renegotiations: 0,
    crossed: null,
    ended: null,
    pcs: { offerer: null, answerer: null },
    records: [],
    isFromDump: false,
    ...fields,
  };
}

/** A candidate of one side: the server has it until it is delivered to the other. */
export function hold(call, side, entry) {
  call.candidates[side].push(entry);
  call.held.candidates.push(entry);
}
