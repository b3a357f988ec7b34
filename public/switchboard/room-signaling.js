// @ts-check
// The events of rooms, spelled as on the wire. Others call the functions and pass the listeners; the names of events
// stay here. line.js has the connection, signaling.js the events of calls.

import { SwitchboardError } from './errors.js';
import { extendLine, lost } from './line.js';

/**
 * @typedef {object} RoomListeners besides those of the line
 * @property {(joined: import('../../docs/protocol').PayloadOf<'joined-room'>) => void} onJoined this page is in the room
 * @property {(wanted: import('../../docs/protocol').PayloadOf<'requesting-SDP-offer'>) => void} onOfferWanted this page is to send offers to these
 * @property {(member: import('../../docs/protocol').PayloadOf<'user-joined'>) => void} onUserJoined
 * @property {(member: import('../../docs/protocol').PayloadOf<'user-left'>) => void} onUserLeft
 * @property {(member: import('../../docs/protocol').PayloadOf<'user-lost'>) => void} onUserLost their connection to the server broke
 * @property {(member: import('../../docs/protocol').PayloadOf<'user-back'>) => void} onUserBack
 * @property {(changed: import('../../docs/protocol').PayloadOf<'host-changed'>) => void} onHostChanged
 * @property {(changed: import('../../docs/protocol').PayloadOf<'access-changed'>) => void} onAccessChanged
 * @property {(place: import('../../docs/protocol').PayloadOf<'waiting-in-room'>) => void} onWaitingInRoom the host has to admit this page
 * @property {(changed: import('../../docs/protocol').PayloadOf<'waiting-changed'>) => void} onWaitingChanged this page is the host
 * @property {(refusal: import('../../docs/protocol').PayloadOf<'not-admitted'>) => void} onNotAdmitted
 * @property {(offer: import('../../docs/protocol').PayloadOf<'receiving-SDP-offer'>) => void} onMemberOffer
 * @property {(answer: import('../../docs/protocol').PayloadOf<'accepting-SDP-offer'>) => void} onMemberAnswer
 * @property {(candidate: import('../../docs/protocol').PayloadOf<'receiving-ICE-candidate'>) => void} onMemberCandidate
 */

/** @type {import('./line.js').Hears<RoomListeners>} */
const HEARS = {
  'joined-room': 'onJoined',
  'requesting-SDP-offer': 'onOfferWanted',
  'user-joined': 'onUserJoined',
  'user-left': 'onUserLeft',
  'user-lost': 'onUserLost',
  'user-back': 'onUserBack',
  'host-changed': 'onHostChanged',
  'access-changed': 'onAccessChanged',
  'waiting-in-room': 'onWaitingInRoom',
  'waiting-changed': 'onWaitingChanged',
  'not-admitted': 'onNotAdmitted',
  'receiving-SDP-offer': 'onMemberOffer',
  'accepting-SDP-offer': 'onMemberAnswer',
  'receiving-ICE-candidate': 'onMemberCandidate',
};

/** @typedef {ReturnType<typeof makeRoomSignaling>} RoomSignaling */

/** One for each line, however many rooms its client joins. @type {WeakMap<object, RoomSignaling>} */
const known = new WeakMap();

/**
 * A line with the events of rooms.
 * @param {object} line
 * @returns {RoomSignaling}
 */
export function roomSignaling(line) {
  const signaling = known.get(line) ?? makeRoomSignaling(/** @type {any} */ (line));
  known.set(line, signaling);
  return signaling;
}

/** @param {import('./line.js').Line<RoomListeners>} line */
function makeRoomSignaling(line) {
  line.hear(HEARS);
  /** The rooms that this client has asked to join and has not left. */
  const wanted = new Set();
  line.listen({
    onConnected({ isKnown }) {
      if (isKnown) return;
      // A server that has lost its newest state may have this client in a room that it has left since.
      const { rooms, waiting = [] } = line.restored;
      for (const { room } of [...rooms, ...waiting]) if (!wanted.has(room)) line.say('leaving-room', { room });
    },
  });
  return extendLine(line, {
    /**
     * Joins a room, or begins to wait. `onJoined` gets the members, or `onWaitingInRoom` comes: these events have numbers
     * and cannot get lost.
     * @param {string} room
     * @returns {Promise<import('../../docs/protocol').JoinReply | import('./line.js').Lost>}
     */
    joinRoom(room) {
      wanted.add(room);
      return line.ask('joining-room', { room }, () => {
        const { rooms, waiting = [] } = line.restored;
        const isIn = [...rooms, ...waiting].some((mine) => mine.room === room);
        return isIn ? { ok: true } : lost('The server did not let you into the room in time. Please join again.');
      });
    },

    /** @param {string} room */
    leaveRoom(room) {
      wanted.delete(room);
      line.say('leaving-room', { room });
    },

    /**
     * Sends what only the host may send.
     * @template {'setting-access' | 'admitting-peer' | 'rejecting-peer'} E
     * @param {E} event
     * @param {import('../../docs/protocol').PayloadTo<E>} payload
     */
    async host(event, payload) {
      // Without a reply it may have been done all the same: the list of waiting clients and the access say so.
      const reply = await line.ask(event, payload, () => /** @type {any} */ ({ ok: true }));
      if (!reply.ok) throw new SwitchboardError(reply.error.code, reply.error.message);
    },

    /**
     * @param {string} room
     * @param {string} to the member's peerId
     * @param {RTCSessionDescription} description an offer, or the answer to theirs
     */
    sendDescription(room, to, description) {
      // Pair step 6: the offer goes to the server, and on to the other peer.
      // Pair step 14: and so does the answer.
      if (description.type === 'offer') line.say('sending-SDP-offer', { room, to, offer: description });
      else line.say('accepting-SDP-offer', { room, to, answer: description });
    },

    /**
     * @param {string} room
     * @param {string} to the member's peerId
     * @param {RTCIceCandidate} candidate
     */
    sendCandidateTo(room, to, candidate) {
      line.say('sending-ICE-candidate', { room, to, candidate });
    },
  });
}
