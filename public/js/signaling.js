// The conversation with the server: the only file that knows the names of its events. The page
// calls verbs and is told of what happened; how that is spelled on the wire stays here.

import { io } from '/socket.io/socket.io.esm.min.js';

/** How long the server may take over an answer before the call is given up. */
const ACK_TIMEOUT_MS = 10_000;

/**
 * @typedef {object} Offer the course's offer object, and an id
 * @property {string} offerId
 * @property {string} offererUserName
 * @property {RTCSessionDescriptionInit} offer
 * @property {RTCIceCandidateInit[]} offerIceCandidates
 * @property {string|null} answererUserName
 * @property {RTCSessionDescriptionInit|null} answer
 * @property {RTCIceCandidateInit[]} answererIceCandidates
 *
 * @typedef {{userName: string, password: string, lobby?: string, session: string}} Identity
 * @typedef {{event: string, code: string, message: string}} Refusal
 *
 * @typedef {object} Listeners
 * @property {() => void} onConnected also after each reconnect
 * @property {(loss: {retries: boolean, message: string}) => void} onDisconnected
 * @property {(offers: Offer[]) => void} onOffers calls that wait, some or one at a time
 * @property {(gone: {offerId: string, offererUserName: string, reason: string}) => void} onOfferWithdrawn
 * @property {(offer: Offer) => void} onAnswer our call was answered
 * @property {(candidate: RTCIceCandidateInit | null) => void} onCandidate
 * @property {(end: {userName: string, offerId: string, reason: string}) => void} onPeerHangup
 * @property {(refusal: Refusal) => void} onRefused
 */

/**
 * Connects to the server that this page came from.
 * @param {Identity} identity
 * @param {Listeners} listeners
 */
export function connectSignaling(identity, listeners) {
  // Course step 10: the page connects to the signaling server.
  const socket = io({ auth: identity });

  socket.on('connect', listeners.onConnected);
  socket.on('disconnect', (reason) => {
    // By ourselves: the next connection is on its way.
    if (reason === 'io client disconnect') return;
    listeners.onDisconnected({ retries: socket.active, message: '' });
  });
  // `active` says whether the client goes on trying by itself; if not, the server refused us and
  // the message says why.
  socket.on('connect_error', (error) => {
    const retries = socket.active;
    listeners.onDisconnected({ retries, message: retries ? '' : error.message });
  });

  socket.on('availableOffers', listeners.onOffers);
  socket.on('newOfferAwaiting', listeners.onOffers);
  socket.on('offerWithdrawn', listeners.onOfferWithdrawn);
  socket.on('answerResponse', listeners.onAnswer);
  socket.on('receivedIceCandidateFromServer', listeners.onCandidate);
  socket.on('peerHangup', listeners.onPeerHangup);
  socket.on('signalingError', listeners.onRefused);

  /** Sends an event that the server must acknowledge, and waits for what it says. */
  function ask(event, payload, onReply = () => {}) {
    return new Promise((resolve, reject) => {
      socket.timeout(ACK_TIMEOUT_MS).emit(event, payload, (late, reply) => {
        if (late) {
          reject(new Error('The server did not reply in time. Please try again.'));
          return;
        }
        onReply(reply);
        resolve(reply);
      });
    });
  }

  return {
    /** Whether the server hears us just now. */
    get connected() {
      return socket.connected;
    },

    /** Whether it does or the client is trying; false once the server has refused us. */
    get active() {
      return socket.active;
    },

    /**
     * Comes back under another name, lobby or password.
     * @param {Identity} newIdentity
     */
    reconnect(newIdentity) {
      socket.auth = newIdentity;
      socket.disconnect().connect();
    },

    /**
     * @param {RTCSessionDescription} description
     * @returns {Promise<string>} the id under which the server keeps the offer
     */
    async sendOffer(description) {
      // Course step 8: the offer goes to the server, which holds it for whoever answers.
      const ack = await ask('newOffer', description);
      if (!ack.ok) throw new Error(ack.error.message);
      return ack.offerId;
    },

    /**
     * @param {Offer} offer the offer object, its answer filled in
     * @param {(candidates: RTCIceCandidateInit[]) => void} onCandidates gets the caller's so far.
     *   A callback and not the promise's value, which would come after a candidate that arrives
     *   in the same breath.
     * @returns {Promise<unknown>}
     */
    sendAnswer(offer, onCandidates) {
      // Course step 19: the answer goes to the server, inside the offer object.
      return ask('newAnswer', offer, onCandidates);
    },

    /**
     * @param {RTCIceCandidate} iceCandidate
     * @param {{userName: string, didIOffer: boolean, offerId?: string}} call it belongs to
     */
    sendIceCandidate(iceCandidate, { userName, didIOffer, offerId }) {
      // Course step 9: each candidate goes up as it is found.
      socket.emit('sendIceCandidateToSignalingServer', {
        iceCandidate,
        iceUserName: userName,
        didIOffer,
        offerId,
      });
    },

    /**
     * Ends this call, answered or still waiting. One message for both, since an answer may be on
     * its way while the caller gives up.
     * @param {string} [offerId] without it: whatever of ours there is
     */
    hangup(offerId) {
      socket.emit('hangup', offerId ? { offerId } : {});
    },
  };
}
