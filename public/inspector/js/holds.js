// What the server holds, drawn as bars in its lane: an open offer with the candidates that came for it, until a client
// answers it or it is withdrawn; and the way from a message to its acknowledgement.

import { textOf } from './run-words.js';

/** Bars stand side by side in this many columns; more share the last one. */
const COLUMNS = 5;

/**
 * @typedef {{client: string, offerId: string, from: number, to: number, column: number, ticks: number[]}} Hold from one
 *   record to another; `ticks` are the candidates that were held with it
 */
export class Holds {
  /** Oldest first. @type {Hold[]} */
  list = [];
  /** From a message to its acknowledgement. @type {{from: number, to: number, client: string}[]} */
  replies = [];
  #open = new Map();

  begin(offerId, client, n) {
    this.end(offerId, n);
    const taken = new Set([...this.#open.values()].map(({ column }) => column));
    let column = 0;
    while (taken.has(column) && column < COLUMNS - 1) column += 1;
    const hold = { client, offerId, from: n, to: Infinity, column, ticks: [] };
    this.list.push(hold);
    this.#open.set(offerId, hold);
  }

  end(offerId, n) {
    const hold = this.#open.get(offerId);
    if (!hold) return;
    hold.to = n;
    this.#open.delete(offerId);
  }

  endAllOf(client, n) {
    for (const hold of [...this.#open.values()]) if (hold.client === client) this.end(hold.offerId, n);
  }

  keepCandidate(client, n) {
    for (const hold of this.#open.values()) if (hold.client === client) hold.ticks.push(n);
  }

  endAll(n) {
    for (const offerId of [...this.#open.keys()]) this.end(offerId, n);
  }
}

/** @param {Holds} holds @param {object} record @param {object | undefined} row that shows the record */
export function holdChange(holds, record, row) {
  const n = row?.n ?? record.n;
  const client = textOf(record.client);
  switch (record.kind) {
    case 'outcome':
      if (record.offered) {
        holds.endAllOf(client, n); // A second offer replaces the first.
        holds.begin(textOf(record.offered), client, n);
      }
      if (record.answered) holds.end(textOf(record.answered), n);
      if (record.declined) holds.end(textOf(record.declined), n);
      for (const offerId of Array.isArray(record.ended) ? record.ended : []) holds.end(textOf(offerId), n);
      break;
    case 'receive':
      if (record.event === 'sendIceCandidateToSignalingServer') holds.keepCandidate(client, n);
      break;
    case 'reply':
      if (Number.isSafeInteger(record.to) && row?.n === record.n) holds.replies.push({ from: record.to, to: record.n, client });
      break;
    case 'send':
      if (record.event === 'offerWithdrawn' && record.payload?.[0]?.reason !== 'lost') holds.end(textOf(record.payload?.[0]?.offerId), n);
      break;
    case 'disconnect':
      for (const offerId of record.end === 'closed' && Array.isArray(record.offers) ? record.offers : []) holds.end(textOf(offerId), n);
      break;
    case 'stop':
      holds.endAll(n);
      break;
    default:
  }
}
