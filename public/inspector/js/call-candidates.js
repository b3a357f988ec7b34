// Candidates of calls over Socket.IO: which call each belongs to, and which of them the other side has received.

import { hold } from './call.js';
import { EarlyCandidates } from './early-candidates.js';
import { markOf, ufragOfCandidate, ufragsOf } from './payload.js';

/** @typedef {import('./call.js').HeldCandidate} HeldCandidate */

export class CallCandidates {
  #book;
  early = new EarlyCandidates();
  /** The first candidate of each side that was not delivered yet. @type {Map<HeldCandidate[], number>} */
  #next = new Map();

  /** @param {import('./calls.js').Calls} book */
  constructor(book) {
    this.#book = book;
  }

  /** A candidate of a client: filed with its call, or held until there is one. */
  add(client, content, record) {
    const found = this.#endOf(client, content);
    const entry = { ...markOf(record), candidate: content.iceCandidate, delivered: null, refused: false };
    if (!found) {
      this.early.hold(client.id, { entry, record, ufrag: ufragOfCandidate(content.iceCandidate), isOfferer: content.didIOffer === true });
      return;
    }
    hold(found.call, found.side, entry);
    this.#book.file(found.call, record);
  }

  /** Which side of which call a candidate belongs to, as the server decides (protocol 1.4.2). */
  #endOf(client, content) {
    const role = content.didIOffer === true ? 'offering' : 'answering';
    const named = this.#book.byOfferId(content.offerId);
    if (named) return this.#sideIn(named, client);
    const ufrag = ufragOfCandidate(content.iceCandidate);
    const end = ufrag && this.#book.endByUfrag(ufrag);
    if (end && end.call[end.side] === client.id) return end;
    const call = client[role];
    if (!call || call.ended || call.state === 'withdrawn') return null;
    const side = role === 'offering' ? 'offerer' : 'answerer';
    const description = side === 'offerer' ? call.offer : call.answer;
    if (ufrag && ufragsOf(description).length > 0) return null; // It belongs to a description still to come.
    return { call, side };
  }

  #sideIn(call, client) {
    if (call.offerer === client.id) return { call, side: 'offerer' };
    return call.answerer === client.id ? { call, side: 'answerer' } : null;
  }

  /** The next candidates of a side that are still held have reached the other one. */
  deliver(call, side, mark, atMost = 1) {
    const list = call.candidates[side];
    let next = this.#next.get(list) ?? 0;
    for (let left = atMost; left > 0 && next < list.length; next += 1) {
      if (list[next].delivered) continue;
      list[next].delivered = mark;
      left -= 1;
    }
    this.#next.set(list, next);
  }

  /** Candidates that came before this description belong to it. */
  claim(call, side, client, description) {
    for (const { entry, record } of this.early.claim(client.id, side, description)) {
      hold(call, side, entry);
      this.#book.file(call, record);
    }
  }
}
