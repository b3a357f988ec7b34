// Calls, from their records: who offered, who answered, what the server held, and what became of it. The events of
// calls over Socket.IO are read here, those of rooms and pairs in rooms.js.

import { newCall } from './call.js';
import { CallCandidates } from './call-candidates.js';
import { nearestEvent } from './event-names.js';
import { contentOf, descriptionIn, isObject, markOf, nameOf, ufragsOf } from './payload.js';

/** @typedef {import('./call.js').Call} Call */

export class Calls {
  #run;
  #byOfferId = new Map();
  /** Whose description of which call has the fragment. */
  #byUfrag = new Map();
  candidates = new CallCandidates(this);

  /** @param {import('./run.js').Run} run */
  constructor(run) {
    this.#run = run;
    /** @type {Call[]} */
    this.calls = [];
    /** The first call of each record. @type {Map<number, Call>} */
    this.byRecord = new Map();
  }

  /** Which end of which call has this fragment in its description. */
  endByUfrag(ufrag) {
    const { call, client } = this.#byUfrag.get(ufrag) ?? {};
    return call ? { call, side: client === call.offerer ? 'offerer' : 'answerer' } : null;
  }

  byOfferId(offerId) {
    return typeof offerId === 'string' ? (this.#byOfferId.get(offerId) ?? null) : null;
  }

  /** @returns {Call} */
  create(fields) {
    const call = newCall(`c${this.calls.length + 1}`, fields);
    this.calls.push(call);
    return call;
  }

  file(call, record) {
    if (!call || call.records.at(-1) === record.n) return;
    call.records.push(record.n);
    if (!this.byRecord.has(record.n)) this.byRecord.set(record.n, call);
  }

  /** The description of one side is known: candidates and connections with its fragments belong to the call. */
  describe(call, side, description) {
    for (const ufrag of ufragsOf(description)) {
      this.#byUfrag.set(ufrag, { call, client: call[side] });
      const pc = this.#run.pageBook.byLocalUfrag.get(ufrag);
      if (pc) this.#run.pageBook.link(pc, call, side);
      for (const receiver of this.#run.pageBook.byRemoteUfrag.get(ufrag) ?? []) {
        this.#run.pageBook.linkReceiver(receiver, call, side === 'offerer' ? 'answerer' : 'offerer');
      }
    }
    // A description without fragments was typed by hand: then the newest connection of the page is the likeliest.
    if (!call.pcs[side]) {
      const pc = this.#run.pageBook.newestPcOf(call[side]);
      if (pc && !pc.call && !pc.closed) Object.assign(pc, { call, side });
      if (pc?.call === call) call.pcs[side] = pc;
    }
  }

  add(record) {
    switch (record.kind) {
      case 'receive':
        return this.#receive(record);
      case 'outcome':
        return this.#outcome(record);
      case 'refuse':
        return this.#refuse(record);
      case 'reply':
        return this.#reply(record);
      case 'send':
        return this.#send(record);
      default:
        return undefined;
    }
  }

  #receive(record) {
    const client = this.#run.clients.get(nameOf(record.client));
    if (!client) return;
    const content = contentOf(record);
    switch (record.unknown === true ? nearestEvent(record.event) : record.event) {
      case 'newOffer':
        // The server's next record says what it is: an offer, a renegotiation, or refused.
        if (record.unknown === true) this.#broken(client, record);
        break;
      case 'newAnswer':
        this.file(this.byOfferId(content.offerId), record);
        break;
      case 'sendIceCandidateToSignalingServer':
        if (record.unknown !== true) this.candidates.add(client, content, record);
        else this.file(client.offering ?? client.answering, record);
        break;
      case 'hangup':
      case 'cancelOffer':
      case 'declineOffer':
      case 'rejoinCall':
      case 'callStage':
        this.file(this.byOfferId(content.offerId) ?? newest(client), record);
        break;
      default:
    }
  }

  /** An offer that the server did not take, so that what is wrong with it has a place. */
  #broken(client, record) {
    const offer = descriptionIn(contentOf(record));
    const known = ufragsOf(offer).map((ufrag) => this.endByUfrag(ufrag)?.call)[0];
    const call = known?.state === 'refused' ? known : this.create({ state: 'refused', at: record.at, lobby: client.lobby });
    Object.assign(call, { offerer: client.id, offererName: client.userName, offer });
    client.offering = call;
    this.describe(call, 'offerer', offer);
    this.file(call, record);
    return call;
  }

  #outcome(record) {
    const cause = this.#run.record(record.to);
    const client = this.#run.clients.get(nameOf(record.client));
    if (!client) return;
    if (typeof record.offered === 'string') this.#offered(client, record, cause);
    else if (typeof record.answered === 'string') this.#answered(client, record, cause);
    else if (typeof record.renegotiated === 'string') this.#renegotiated(client, record, cause);
    else if (typeof record.declined === 'string') {
      const call = this.byOfferId(record.declined);
      if (call && cause) this.file(call, cause);
      this.end(call, record, 'declined', client.id);
    } else if (Array.isArray(record.ended)) {
      for (const offerId of record.ended.slice(0, 64)) this.end(this.byOfferId(offerId), record, 'hangup', client.id);
    }
  }

  #offered(client, record, cause) {
    if (this.#byOfferId.has(record.offered)) return; // Sent again after a return.
    const at = cause ? markOf(cause) : markOf(record);
    const content = cause ? contentOf(cause) : {};
    const offer = cause ? descriptionIn(content) : null;
    const call = this.create({
      to: nameOf(content.to),
      offerer: client.id,
      offererName: client.userName,
      offerId: record.offered,
      lobby: client.lobby,
      at: at.at,
      offered: at,
      offer,
    });
    call.held.offer = { since: record.at, until: null };
    this.#byOfferId.set(record.offered, call);
    client.offering = call;
    if (cause) this.file(call, cause);
    this.file(call, record);
    this.describe(call, 'offerer', offer);
    this.candidates.claim(call, 'offerer', client, offer);
  }

  #answered(client, record, cause) {
    const call = this.byOfferId(record.answered) ?? this.#unseen(record.answered, record);
    if (cause) this.file(call, cause);
    this.file(call, record);
    const answer = cause ? descriptionIn(contentOf(cause), 'answer') : null;
    if (call.answered) {
      this.describe(call, call.offerer === client.id ? 'offerer' : 'answerer', answer); // To a renegotiation.
      return;
    }
    call.answerer = client.id;
    call.answererName = client.userName;
    call.offererName ||= nameOf(record.offerer);
    call.answered = cause ? markOf(cause) : markOf(record);
    call.answer = answer;
    call.state = 'answered';
    call.shown = call.shownTo.get(client.id) ?? call.shownTo.get('*') ?? call.shown;
    if (call.held.offer) call.held.offer.until = record.at;
    client.answering = call;
    this.describe(call, 'answerer', answer);
    this.candidates.claim(call, 'answerer', client, answer);
    if (cause && Number.isFinite(cause.ack)) {
      this.candidates.deliver(call, 'offerer', markOf(record), Number.isSafeInteger(record.candidates) ? record.candidates : 0);
    }
  }

  /** A call that began before the recording did. */
  #unseen(offerId, record) {
    const call = this.create({ offerId, at: record.at, state: 'answered' });
    this.#byOfferId.set(offerId, call);
    return call;
  }

  #renegotiated(client, record, cause) {
    const call = this.byOfferId(record.renegotiated);
    if (!call) return;
    call.renegotiations += 1;
    if (cause) {
      this.file(call, cause);
      this.describe(call, call.offerer === client.id ? 'offerer' : 'answerer', descriptionIn(contentOf(cause)));
    }
    this.file(call, record);
  }

  #refuse(record) {
    const client = this.#run.clients.get(nameOf(record.client));
    const cause = this.#run.record(record.to);
    if (!client || !cause) return;
    const content = contentOf(cause);
    let call = this.callOfMessage(cause, content, client);
    if (!call && record.event === 'newOffer') call = this.#broken(client, cause);
    if (!call) return;
    call.refusals.push({
      ...markOf(record),
      to: cause.n,
      code: nameOf(record.code),
      client: client.id,
      event: nameOf(record.event),
      message: nameOf(record.message),
    });
    this.file(call, record);
  }

  callOfMessage(cause, content, client) {
    const known = this.byRecord.get(cause.n) ?? this.byOfferId(content.offerId);
    if (known) return known;
    return cause.event === 'sendIceCandidateToSignalingServer' ? newest(client) : null;
  }

  #reply(record) {
    const call = this.byRecord.get(record.to);
    if (!call) return;
    this.file(call, record);
    if (record.event === 'newAnswer' && call.answered?.n === record.to) call.answerReply ??= markOf(record);
  }

  #send(record) {
    const offers = record.event === 'newOfferAwaiting' || record.event === 'availableOffers' || record.event === 'newOfferWaiting';
    if (offers) return this.#sentOffers(record);
    const content = contentOf(record);
    const call = this.byOfferId(content.offerId) ?? this.byRecord.get(record.cause);
    if (!call) return undefined;
    this.file(call, record);
    const receiver = Array.isArray(record.to) ? nameOf(record.to[0]) : null;
    switch (record.event) {
      case 'answerResponse':
        if (receiver === call.offerer) call.answerSent ??= markOf(record);
        break;
      case 'receivedIceCandidateFromServer':
        this.candidates.deliver(call, receiver === call.offerer ? 'answerer' : 'offerer', markOf(record));
        break;
      case 'offerWithdrawn':
        this.#withdrawn(call, record, nameOf(content.reason));
        break;
      case 'peerHangup':
        this.end(call, record, nameOf(content.reason), receiver === call.offerer ? call.answerer : call.offerer);
        break;
      case 'peerBack':
        // After a restart of the server both ends have named the call again.
        call.ended = null;
        call.state = 'answered';
        break;
      default:
    }
    return undefined;
  }

  #sentOffers(record) {
    const payload = Array.isArray(record.payload) ? record.payload[0] : null;
    const receivers = Array.isArray(record.to) ? record.to.slice(0, 64).map((to) => nameOf(to)) : ['*'];
    for (const offer of Array.isArray(payload) ? payload.slice(0, 500) : []) {
      const call = isObject(offer) ? this.byOfferId(offer.offerId) : null;
      if (!call) continue;
      this.file(call, record);
      if (!Array.isArray(record.to) && !this.#run.isReached(record)) continue;
      call.shown ??= markOf(record);
      for (const receiver of receivers) if (!call.shownTo.has(receiver)) call.shownTo.set(receiver, markOf(record));
      if (call.state === 'withdrawn' && !call.answered) Object.assign(call, { state: 'offered', ended: null });
    }
  }

  #withdrawn(call, record, reason) {
    if (reason === 'answered' || call.answered || call.ended) return;
    call.state = 'withdrawn';
    call.ended = { ...markOf(record), reason, by: call.offerer };
    if (call.held.offer) call.held.offer.until = record.at;
  }

  end(call, record, reason, by) {
    if (!call) return;
    this.file(call, record);
    if (call.held.offer) call.held.offer.until ??= record.at;
    if (call.ended) return;
    call.state = call.answered ? 'ended' : 'withdrawn';
    call.ended = { ...markOf(record), reason, by };
  }

  /** What a client closed on purpose ends at once; the rest may return. */
  disconnected(client, record) {
    const offers = Array.isArray(record.offers) ? record.offers.slice(0, 64) : [];
    for (const offerId of offers) {
      const call = this.byOfferId(offerId);
      if (record.end === 'closed') this.end(call, record, 'closed', client.id);
      else if (call) this.file(call, record);
    }
  }
}

/** The call that a client has taken part in last. */
function newest({ offering, answering }) {
  if (!offering || !answering) return offering ?? answering;
  return offering.at > answering.at ? offering : answering;
}
