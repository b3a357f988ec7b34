// What is said and heard of a room: its verbs and listeners, spelled as on the wire. The page calls
// verbs and is told of what happened; the names of events stay here. The line that it all goes over
// is line.js, the verbs of a call are in signaling.js.

import { connectLine } from './line.js';

/**
 * @typedef {{peerId: string, userName: string}} Member
 * @typedef {{room: string, from: string, userName: string}} Sender of something to us alone
 *
 * @typedef {object} RoomListeners besides those of the line
 * @property {(joined: {room: string, peerId: string, members: Member[]}) => void} onJoined we are in
 * @property {(wanted: {room: string, members: Member[]}) => void} onOfferWanted we are to offer to these
 * @property {(member: Member & {polite: boolean}) => void} onUserJoined
 * @property {(member: Member & {reason: 'left'|'closed'|'lost'}) => void} onUserLeft
 * @property {(member: Member) => void} onUserLost their connection to the server broke
 * @property {(member: Member) => void} onUserBack
 * @property {(offer: Sender & {offer: RTCSessionDescriptionInit}) => void} onOffer
 * @property {(answer: Sender & {answer: RTCSessionDescriptionInit}) => void} onAnswer
 * @property {(candidate: Sender & {candidate: RTCIceCandidateInit | null}) => void} onCandidate
 */

const HEARS = {
  'joined-room': 'onJoined',
  'requesting-SDP-offer': 'onOfferWanted',
  'user-joined': 'onUserJoined',
  'user-left': 'onUserLeft',
  'user-lost': 'onUserLost',
  'user-back': 'onUserBack',
  'receiving-SDP-offer': 'onOffer',
  'accepting-SDP-offer': 'onAnswer',
  'receiving-ICE-candidate': 'onCandidate',
};

/**
 * Connects to the server that this page came from.
 * @param {import('./line.js').Identity} identity
 */
export function connectRoomSignaling(identity) {
  const line = connectLine(identity, { hears: HEARS });

  return {
    __proto__: line, // with the line's own verbs

    /**
     * Asks to be let in. Who is there comes by `onJoined`: it has a number and cannot get lost.
     * @param {string} room
     * @returns {Promise<{ok: true} | {ok: false, error: {code: string, message: string}}>}
     */
    joinRoom(room) {
      const error = { code: 'lost', message: 'The server did not let you into the room in time. Please join again.' };
      return line.ask('joining-room', { room }, () => {
        const isIn = line.restored.rooms.some((mine) => mine.room === room);
        return isIn ? { ok: true } : { ok: false, error };
      });
    },

    /** @param {string} room */
    leaveRoom(room) {
      line.say('leaving-room', { room });
    },

    /**
     * @param {string} room
     * @param {string} to the member's peerId
     * @param {RTCSessionDescription} description an offer, or the answer to theirs
     */
    sendDescription(room, to, description) {
      // Pair step 6: the offer goes to the server, and on to the other one.
      // Pair step 14: and so does the answer.
      if (description.type === 'offer') line.say('sending-SDP-offer', { room, to, offer: description });
      else line.say('accepting-SDP-offer', { room, to, answer: description });
    },

    /**
     * @param {string} room
     * @param {string} to the member's peerId
     * @param {RTCIceCandidate} candidate
     */
    sendIceCandidate(room, to, candidate) {
      line.say('sending-ICE-candidate', { room, to, candidate });
    },
  };
}
