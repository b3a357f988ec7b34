// @ts-check
// The events of calls, spelled as on the wire. Others call the functions and pass the listeners; the names of events stay here. line.js has the connection, room-signaling.js the events of rooms.

import { SwitchboardError } from './errors.js';
import { connectLine, extendLine, lost } from './line.js';

/**
 * @typedef {import('../../docs/protocol').Offer} Offer
 * @typedef {import('../../docs/protocol').Party} Party the other party of a call
 *
 * @typedef {object} CallListeners besides those of the line
 * @property {(offers: Offer[]) => void} onOffers waiting calls: a list, or a new one
 * @property {(gone: import('../../docs/protocol').PayloadOf<'offerWithdrawn'>) => void} onOfferWithdrawn
 * @property {(answered: import('../../docs/protocol').PayloadOf<'answerResponse'>) => void} onAnswer our call was answered, or our new offer within a call
 * @property {(renewal: import('../../docs/protocol').Renegotiation) => void} onRenegotiation
 * @property {(candidate: import('../../docs/protocol').Candidate) => void} onCandidate
 * @property {(end: import('../../docs/protocol').PayloadOf<'peerHangup'>) => void} onPeerHangup
 * @property {(party: Party) => void} onPeerLost their connection to the server broke
 * @property {(party: Party) => void} onPeerBack
 */

/** @type {import('./line.js').Hears<CallListeners>} */
const HEARS = {
  availableOffers: 'onOffers',
  newOfferAwaiting: 'onOffers',
  offerWithdrawn: 'onOfferWithdrawn',
  answerResponse: 'onAnswer',
  renegotiation: 'onRenegotiation',
  receivedIceCandidateFromServer: 'onCandidate',
  peerHangup: 'onPeerHangup',
  peerLost: 'onPeerLost',
  peerBack: 'onPeerBack',
};

// An answer asks for no reply. The reply would be the caller's candidates so far; without it they come as
// numbered events, which cannot get lost. Of a report nothing depends.
/** @type {(keyof import('./line.js').Sent)[]} */
const WITHOUT_REPLY = ['newAnswer', 'callStage'];

/** @typedef {ReturnType<typeof connectSignaling>} Signaling */

/**
 * A line to a server, for calls; `roomSignaling` uses it for rooms. `listen` connects it.
 * @param {import('./line.js').Identity} identity
 * @param {import('./line.js').LineOptions} options
 */
export function connectSignaling(identity, options) {
  /** @type {import('./line.js').Line<CallListeners>} */
  const line = connectLine(identity, options, { hears: HEARS, withoutReply: WITHOUT_REPLY });

  return extendLine(line, {
    /**
     * @param {RTCSessionDescriptionInit} description
     * @param {string} [to] the user to whom alone it is offered
     * @returns {Promise<string>} the id under which the server keeps the offer
     */
    async sendOffer(description, to) {
      // Course step 8: the offer goes to the server, which keeps it for the answerer.
      const reply = await line.ask('newOffer', to === undefined ? description : { offer: description, to }, () => {
        const offerId = line.restored.openOffer ?? line.restored.calls[0]?.offerId;
        return offerId ? { ok: true, offerId } : lost('The server does not have your call any more. Please call again.');
      });
      if (reply.ok === false) throw new SwitchboardError(reply.error.code, reply.error.message);
      return reply.offerId;
    },

    /** @param {Offer} offer the offer object, its answer filled in */
    sendAnswer(offer) {
      // Course step 19: the answer goes to the server, inside the offer object.
      line.say('newAnswer', offer);
    },

    /**
     * Declines an offer to this user.
     * @param {string} offerId
     */
    async declineOffer(offerId) {
      const reply = await line.ask('declineOffer', { offerId }, () => ({ ok: true }));
      if (reply.ok === false) throw new SwitchboardError(reply.error.code, reply.error.message);
    },

    /**
     * Sends a new offer within an answered call, or the answer to one.
     * @param {string} offerId of the call
     * @param {RTCSessionDescription} description
     */
    sendRenegotiation(offerId, description) {
      if (description.type === 'offer') line.say('newOffer', { offerId, offer: description });
      else line.say('newAnswer', { offerId, answer: description });
    },

    /**
     * @param {RTCIceCandidate} iceCandidate
     * @param {{didIOffer: boolean, offerId?: string}} call it belongs to
     */
    sendIceCandidate(iceCandidate, { didIOffer, offerId }) {
      // Course step 9: each candidate is sent as soon as it is found.
      line.say('sendIceCandidateToSignalingServer', {
        iceCandidate,
        iceUserName: line.identity.userName,
        didIOffer,
        offerId,
      });
    },

    /**
     * Joins this call again on a server that does not know it any more. When the other party has done the
     * same, `onPeerBack` is called on both sides.
     * @param {{offerId?: string, didIOffer: boolean, otherUserName?: string, key?: string}} call
     * @returns {Promise<boolean>} whether the server accepts the call
     */
    async rejoinCall({ offerId, didIOffer, otherUserName, key }) {
      const payload = { offerId, didIOffer, userName: otherUserName, key };
      const reply = await line.ask('rejoinCall', payload, () => {
        const isKnown = line.restored.calls.some((call) => call.offerId === offerId);
        return isKnown ? { ok: true } : lost('The server does not have this call any more.');
      });
      return reply.ok;
    },

    /**
     * Ends this call, answered or still waiting. One event for both, since an answer may be on its way
     * while the caller hangs up.
     * @param {string} [offerId] without it all calls of this page end
     */
    hangup(offerId) {
      line.say('hangup', offerId ? { offerId } : {});
    },
  });
}
