// The conversation with the server: the only file that knows the names of its events. The page
// calls verbs and is told of what happened; how that is spelled on the wire stays here.

import { io } from '/socket.io/socket.io.esm.min.js';
import { createDelivery } from './delivery.js';

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
 * @typedef {{userName: string, offerId: string}} Party the other one of a call
 *
 * @typedef {object} Listeners
 * @property {(connection: {isKnown: boolean}) => void} onConnected also after each reconnect; then
 *   `isKnown` says whether the server still has what the page had
 * @property {(loss: {retries: boolean, message: string}) => void} onDisconnected
 * @property {(offers: Offer[]) => void} onOffers calls that wait, some or one at a time
 * @property {(gone: {offerId: string, offererUserName: string, reason: string}) => void} onOfferWithdrawn
 * @property {(offer: Offer) => void} onAnswer our call was answered, or our new offer within a call
 * @property {(renewal: {offerId: string, offer: RTCSessionDescriptionInit}) => void} onRenegotiation
 * @property {(candidate: RTCIceCandidateInit | null) => void} onCandidate
 * @property {(end: Party & {reason: string}) => void} onPeerHangup
 * @property {(party: Party) => void} onPeerLost their connection to the server broke
 * @property {(party: Party) => void} onPeerBack
 * @property {(refusal: Refusal) => void} onRefused
 */

/**
 * Connects to the server that this page came from.
 * @param {Identity} identity
 */
export function connectSignaling(identity) {
  /** @type {Listeners} */
  let listeners;
  let wasConnected = false;
  /** What the server still had of ours when we last came back. */
  let restored = { openOffer: null, calls: [] };

  // Course step 10: the page connects to the signaling server. What is said because of a call
  // bears a number; whoever has been here before says how far it was told.
  const socket = io({
    auth: (greet) => greet({ ...identity, numbers: true, received: wasConnected ? delivery.received : undefined }),
  });

  // An answer is sent without asking for a reply: the caller's candidates so far, which would be
  // that reply, then come as numbered events and cannot get lost.
  const delivery = createDelivery(({ event, payload, number }, onReply) => {
    if (event === 'newAnswer') socket.emit(event, payload, number);
    else socket.emit(event, payload, number, onReply);
  });

  socket.on('connect', () => {
    if (wasConnected) return; // Not before `restored` says from where on to speak.
    wasConnected = true;
    delivery.open();
    listeners.onConnected({ isKnown: true });
  });
  socket.on('restored', ({ heard, openOffer, calls }) => {
    restored = { openOffer, calls };
    listeners.onConnected({ isKnown: delivery.resume(heard) });
  });
  socket.on('disconnect', (reason) => {
    delivery.pause();
    // What the socket itself would say on the next connection comes from `delivery`, in its order.
    socket.sendBuffer.length = 0;
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

  /** Only what is told to us alone, because of a call, bears a number. */
  function hear(event, listener) {
    socket.on(event, (payload, number) => {
      // On long-polling a browser may ask again, by itself, for an answer that broke off, and then
      // gets the next one. What is missing comes with a new connection.
      if (delivery.isGap(number)) socket.io.engine.close();
      else if (delivery.isNews(number)) listeners[listener](payload);
    });
  }
  hear('availableOffers', 'onOffers');
  hear('newOfferAwaiting', 'onOffers');
  hear('offerWithdrawn', 'onOfferWithdrawn');
  hear('answerResponse', 'onAnswer');
  hear('renegotiation', 'onRenegotiation');
  hear('receivedIceCandidateFromServer', 'onCandidate');
  hear('peerHangup', 'onPeerHangup');
  hear('peerLost', 'onPeerLost');
  hear('peerBack', 'onPeerBack');
  hear('signalingError', 'onRefused');

  /** Says something and waits for the reply. Where that got lost, `restored` tells what it was. */
  function ask(event, payload, recallReply) {
    return new Promise((resolve) => delivery.say(event, payload, (reply = recallReply()) => resolve(reply)));
  }

  return {
    /**
     * Whom to tell. To be called before the page waits for anything.
     * @param {Listeners} wanted
     */
    listen(wanted) {
      listeners = wanted;
    },

    /** Whether the server hears us just now. */
    get connected() {
      return delivery.isOpen;
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
      identity = newIdentity;
      socket.disconnect().connect();
    },

    /** Leaves for good: the server tells the others at once. */
    close() {
      socket.disconnect();
    },

    /**
     * @param {RTCSessionDescriptionInit} description
     * @returns {Promise<string>} the id under which the server keeps the offer
     */
    async sendOffer(description) {
      // Course step 8: the offer goes to the server, which holds it for whoever answers.
      const reply = await ask('newOffer', description, () => {
        const offerId = restored.openOffer ?? restored.calls[0]?.offerId;
        const error = { message: 'The server does not have your call any more. Please call again.' };
        return offerId ? { ok: true, offerId } : { ok: false, error };
      });
      if (!reply.ok) throw new Error(reply.error.message);
      return reply.offerId;
    },

    /** @param {Offer} offer the offer object, its answer filled in */
    sendAnswer(offer) {
      // Course step 19: the answer goes to the server, inside the offer object.
      delivery.say('newAnswer', offer);
    },

    /**
     * Within an answered call: a new offer, or the answer to one.
     * @param {string} offerId the call's
     * @param {RTCSessionDescription} description
     */
    sendRenegotiation(offerId, description) {
      if (description.type === 'offer') delivery.say('newOffer', { offerId, offer: description });
      else delivery.say('newAnswer', { offerId, answer: description });
    },

    /**
     * @param {RTCIceCandidate} iceCandidate
     * @param {{didIOffer: boolean, offerId?: string}} call it belongs to
     */
    sendIceCandidate(iceCandidate, { didIOffer, offerId }) {
      // Course step 9: each candidate goes up as it is found.
      delivery.say('sendIceCandidateToSignalingServer', {
        iceCandidate,
        iceUserName: identity.userName,
        didIOffer,
        offerId,
      });
    },

    /**
     * Tells a server that does not know this call any more who is in it. When the other side has
     * done the same, both hear `onPeerBack`.
     * @param {{offerId: string, didIOffer: boolean, otherUserName: string, key: string}} call
     * @returns {Promise<boolean>} whether the server takes the call
     */
    async rejoinCall({ offerId, didIOffer, otherUserName, key }) {
      const payload = { offerId, didIOffer, userName: otherUserName, key };
      const reply = await ask('rejoinCall', payload, () => ({
        ok: restored.calls.some((call) => call.offerId === offerId),
      }));
      return reply.ok;
    },

    /**
     * Ends this call, answered or still waiting. One message for both, since an answer may be on
     * its way while the caller gives up.
     * @param {string} [offerId] without it: whatever of ours there is
     */
    hangup(offerId) {
      delivery.say('hangup', offerId ? { offerId } : {});
    },
  };
}
