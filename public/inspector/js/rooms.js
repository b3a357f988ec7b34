// Rooms, and the pairs of the data channel course: one call for each two members. Reads the events of rooms on both
// transports, and the frames of pairs.

import { hold } from './call.js';
import { contentOf, descriptionIn, markOf, nameOf, sectionsOf } from './payload.js';

/** A peer that joins gets a call with each of this many members at once; with others once they exchange messages. */
const MOST_AT_ONCE = 32;

const RELAYED = new Map(Object.entries({
  'sending-SDP-offer': 'offer',
  'receiving-SDP-offer': 'offer',
  'accepting-SDP-offer': 'answer',
  'sending-ICE-candidate': 'candidate',
  'receiving-ICE-candidate': 'candidate',
}));

const PAIR_RELAYED = new Map([
  ['OFFER', 'offer'],
  ['ANSWER', 'answer'],
  ['ICE_CANDIDATES', 'candidate'],
]);

/**
 * @typedef {object} Room
 * @property {string} key
 * @property {string} name
 * @property {string} lobby
 * @property {'room' | 'pair'} kind
 * @property {Map<string, string>} members peer id to client, in the order in which they joined
 * @property {number} at
 */

export class Rooms {
  #run;
  /** The call of two peers, by their ids in the room. */
  #calls = new Map();
  /** The client of each peer id, also of clients that left. */
  #clientOfPeer = new Map();
  /** By their `userId`, the newest. */
  #pairUsers = new Map();
  /** The peer ids of clients that wait to enter a room. */
  #waiting = new Set();
  /** Which rooms a client is in, with its peer id. @type {Map<string, Map<string, string>>} */
  #roomsOf = new Map();

  /** @param {import('./run.js').Run} run */
  constructor(run) {
    this.#run = run;
    /** @type {Map<string, Room>} */
    this.rooms = new Map();
  }

  connected(client) {
    if (client.as === 'pairs') this.#pairUsers.set(client.userName, client.id);
  }

  disconnected(client, record) {
    if (record.end !== 'closed' && client.as !== 'pairs') return; // It may return.
    for (const [key, peerId] of this.#roomsOf.get(client.id) ?? []) this.#leave(this.rooms.get(key), peerId, record, 'closed');
  }

  /** @returns {boolean} whether the record is one of rooms or pairs */
  add(record) {
    const client = this.#run.clients.get(nameOf(record.client));
    if (record.kind === 'outcome' && 'joined' in record) {
      this.#joined(client, record.joined, record.peerId, record);
      return true;
    }
    if (record.kind === 'outcome' && 'waiting' in record) {
      this.#waiting.add(nameOf(record.peerId));
      return true;
    }
    const event = nameOf(record.event);
    const isPair = event.includes('/');
    if (!isPair && !isRoomEvent(event)) return false;
    if (record.kind === 'receive') {
      if (isPair) this.#receivePair(client, event.split('/')[1], record);
      else this.#receive(client, event, record);
    } else if (record.kind === 'send') {
      if (isPair) this.#sendPair(event.split('/')[1], record);
      else this.#send(event, record);
    } else {
      this.#about(client, record);
    }
    return true;
  }

  /** Replies and refusals belong where their message belongs. */
  #about(client, record) {
    const call = this.#run.callBook.byRecord.get(record.to);
    if (!call) return;
    this.#run.callBook.file(call, record);
    if (record.kind !== 'refuse') return;
    const { code, event, message } = record;
    call.refusals.push({ ...markOf(record), to: record.to, code: nameOf(code), client: client?.id ?? '', event: nameOf(event), message: nameOf(message) });
  }

  #room(kind, lobby, name, at) {
    const key = JSON.stringify([kind, lobby, name]);
    const room = this.rooms.get(key) ?? { key, name, lobby, kind, members: new Map(), at };
    this.rooms.set(key, room);
    return room;
  }

  #enter(room, client, peerId) {
    room.members.set(peerId, client.id);
    this.#clientOfPeer.set(peerId, client.id);
    const rooms = this.#roomsOf.get(client.id) ?? new Map();
    rooms.set(room.key, peerId);
    this.#roomsOf.set(client.id, rooms);
  }

  #joined(client, name, id, record) {
    if (!client) return;
    const room = this.#room('room', client.lobby, nameOf(name), record.at);
    const peerId = nameOf(id, client.id);
    if (room.members.has(peerId)) return;
    const others = [...room.members.keys()].slice(0, MOST_AT_ONCE);
    this.#enter(room, client, peerId);
    for (const other of others) {
      const call = this.#callBetween(room, peerId, other, record);
      this.#run.callBook.file(call, record);
    }
  }

  /** `peerId` is the one that is to offer, if the two have no call yet. */
  #callBetween(room, peerId, other, record) {
    const key = JSON.stringify([room.key, ...[peerId, other].sort()]);
    const known = this.#calls.get(key);
    if (known) return known;
    const [offerer, answerer] = [this.#clientOfPeer.get(peerId), this.#clientOfPeer.get(other)];
    const call = this.#run.callBook.create({
      kind: room.kind,
      course: room.kind === 'pair' ? 16 : 23,
      state: 'waiting',
      offerer: offerer ?? null,
      answerer: answerer ?? null,
      offererName: this.#run.userName(offerer),
      answererName: this.#run.userName(answerer),
      room: room.name,
      lobby: room.lobby,
      at: record.at,
    });
    call.peers = { offerer: peerId, answerer: other };
    this.#calls.set(key, call);
    return call;
  }

  #leave(room, peerId, record, reason) {
    const client = room?.members.get(peerId);
    if (!client) return;
    room.members.delete(peerId);
    this.#roomsOf.get(client)?.delete(room.key);
    for (const other of room.members.keys()) {
      const call = this.#calls.get(JSON.stringify([room.key, ...[peerId, other].sort()]));
      if (call) this.#end(call, record, reason, client);
    }
  }

  #end(call, record, reason, by) {
    this.#run.callBook.file(call, record);
    if (call.ended) return;
    call.state = 'ended';
    call.ended = { ...markOf(record), reason, by };
  }

  #receive(client, event, record) {
    if (!client) return;
    const content = contentOf(record);
    const room = this.#room('room', client.lobby, nameOf(content.room), record.at);
    const own = this.#roomsOf.get(client.id)?.get(room.key);
    if (event === 'leaving-room') this.#leave(room, own, record, 'left');
    const what = RELAYED.get(event);
    if (!what || own === undefined) return;
    const to = nameOf(content.to);
    const others = to ? [to] : [...room.members.keys()].filter((peerId) => peerId !== own).slice(0, MOST_AT_ONCE);
    for (const other of others) {
      if (!this.#clientOfPeer.has(other)) continue;
      this.#relayed(this.#callBetween(room, own, other, record), client.id, what, content, record);
    }
  }

  /** One member's message to another one, on its way through the server. */
  #relayed(call, client, what, content, record) {
    const book = this.#run.callBook;
    book.file(call, record);
    const mark = markOf(record);
    if (what === 'offer') {
      const offer = descriptionIn(content);
      if (call.offered) {
        if (call.answered) call.renegotiations += 1;
        else if (client === call.answerer) call.crossed = { ...mark, offer: descriptionIn(content) };
      } else {
        if (client === call.answerer) swap(call);
        Object.assign(call, { offered: mark, offer, state: 'offered' });
        // Channels alone: the steps are those of the data channel course.
        const sections = sectionsOf(offer);
        if (sections.length > 0 && sections.every((kind) => kind === 'application')) call.course = 16;
      }
      book.describe(call, sideOf(call, client), offer);
    } else if (what === 'answer') {
      const answer = descriptionIn(content, 'answer');
      // Of two offers that have crossed, the second one is answered: its sender is the offerer.
      if (!call.answered && client === call.offerer && call.crossed) {
        const { offer, ...offered } = call.crossed;
        swap(call);
        Object.assign(call, { offer, offered, shown: offered });
      }
      if (!call.answered && client !== call.offerer) Object.assign(call, { answered: mark, answer, state: 'answered' });
      book.describe(call, sideOf(call, client), answer);
    } else {
      const all = Array.isArray(content.candidatesArray) ? content.candidatesArray : [content.candidate];
      for (const candidate of all.slice(0, 512)) {
        hold(call, sideOf(call, client), { ...mark, candidate, delivered: null, refused: false });
      }
    }
  }

  #send(event, record) {
    const content = contentOf(record);
    if (event === 'user-left') {
      const peerId = nameOf(content.peerId);
      const lobby = this.#run.clients.get(this.#clientOfPeer.get(peerId))?.lobby ?? '';
      this.#leave(this.#room('room', lobby, nameOf(content.room), record.at), peerId, record, nameOf(content.reason));
    }
    // The host has admitted a client, whose own message was long before.
    if (event === 'joined-room' && this.#waiting.delete(nameOf(content.peerId)) && Array.isArray(record.to)) {
      this.#joined(this.#run.clients.get(nameOf(record.to[0])), content.room, content.peerId, record);
    }
    this.#delivered(RELAYED.get(event), content, record);
  }

  /** What the cause was relayed as has been sent to the other member. */
  #delivered(what, content, record) {
    const book = this.#run.callBook;
    const receivers = Array.isArray(record.to) ? record.to.slice(0, 64).map((to) => nameOf(to)) : [];
    const cause = this.#run.record(record.cause);
    for (const receiver of receivers) {
      const call = this.#callOfSend(cause, receiver, content);
      if (!call) continue;
      book.file(call, record);
      if (what === 'offer' && receiver === call.answerer) {
        call.shown ??= markOf(record);
        call.shownTo.set(receiver, call.shown);
      } else if (what === 'answer' && receiver === call.offerer) {
        call.answerSent ??= markOf(record);
      } else if (what === 'candidate') {
        const count = Array.isArray(content.candidatesArray) ? content.candidatesArray.length : 1;
        book.candidates.deliver(call, receiver === call.offerer ? 'answerer' : 'offerer', markOf(record), count);
      }
    }
  }

  #callOfSend(cause, receiver, content) {
    const call = cause ? this.#run.callBook.byRecord.get(cause.n) : null;
    if (call && (call.offerer === receiver || call.answerer === receiver)) return call;
    // One offer went to every member, or the message waited for a peer that was away.
    const client = this.#run.clients.get(receiver);
    const key = client && JSON.stringify(['room', client.lobby, nameOf(content.room)]);
    const own = this.#roomsOf.get(receiver)?.get(key);
    const other = nameOf(content.from) || (cause && this.#roomsOf.get(nameOf(cause.client))?.get(key));
    return (own && other && this.#calls.get(JSON.stringify([key, ...[own, other].sort()]))) || null;
  }

  // --- Pairs ---

  #receivePair(client, type, record) {
    if (!client) return;
    const content = contentOf(record);
    if (type === 'EXIT_ROOM_REQUEST') {
      for (const [key, peerId] of this.#roomsOf.get(client.id) ?? []) this.#leave(this.rooms.get(key), peerId, record, 'left');
    }
    const other = this.#pairUsers.get(nameOf(content.otherUserId));
    const what = PAIR_RELAYED.get(type);
    if (!what || !other || other === client.id) return;
    const [key] = [...(this.#roomsOf.get(client.id)?.keys() ?? [])];
    const room = this.rooms.get(key) ?? this.#room('pair', client.lobby, '', record.at);
    this.#clientOfPeer.set(client.id, client.id);
    this.#clientOfPeer.set(other, other);
    this.#relayed(this.#callBetween(room, client.id, other, record), client.id, what, content, record);
  }

  #sendPair(type, record) {
    const content = contentOf(record);
    const receiver = this.#run.clients.get(Array.isArray(record.to) ? nameOf(record.to[0]) : '');
    if (!receiver) return;
    if (type === 'JOIN_ROOM_RESPONSE_SUCCESS') {
      const creator = this.#run.clients.get(this.#pairUsers.get(nameOf(content.creatorId)));
      const room = this.#room('pair', receiver.lobby, nameOf(content.roomName), record.at);
      if (creator && creator !== receiver) this.#enter(room, creator, creator.id);
      this.#enter(room, receiver, receiver.id);
      if (creator && creator !== receiver) this.#run.callBook.file(this.#callBetween(room, receiver.id, creator.id, record), record);
    }
    this.#delivered(PAIR_RELAYED.get(type), content, record);
  }
}

const isRoomEvent = (event) =>
  RELAYED.has(event) || /^(?:joining|leaving|joined)-room$|^user-(?:joined|left|lost|back)$|^requesting-SDP-offer$|^signaling-error$/.test(event)
  || /^(?:setting-access|(?:admitting|rejecting)-peer|(?:host|access|waiting)-changed|waiting-in-room|not-admitted)$/.test(event);

const sideOf = (call, client) => (client === call.offerer ? 'offerer' : 'answerer');

/** The other one is the offerer. */
function swap(call) {
  const { offerer, answerer, offererName, answererName, pcs, candidates, peers } = call;
  Object.assign(call, { offerer: answerer, answerer: offerer, offererName: answererName, answererName: offererName });
  call.pcs = { offerer: pcs.answerer, answerer: pcs.offerer };
  call.candidates = { offerer: candidates.answerer, answerer: candidates.offerer };
  call.peers = { offerer: peers.answerer, answerer: peers.offerer };
  for (const side of ['offerer', 'answerer']) if (call.pcs[side]) call.pcs[side].side = side;
}
