// @ts-check
// A call of another user that waits for an answer.

import { SwitchboardError } from './errors.js';
import { Events } from './events.js';
import { details, refusal } from './loaded.js';

/** Events: `end` with `{reason, message}`, when it no longer waits. */
export class IncomingCall extends Events {
  /** Whether it still waits. */
  isWaiting = true;
  _isAnswering = false;
  /** Why it does not, if so. */
  reason = '';
  /** The same as a sentence. */
  message = '';

  /**
   * For the library.
   * @param {import('./signaling.js').Offer} offer
   * @param {object} client
   * @param {(incoming: IncomingCall, options: import('./call-connection.js').CallOptions) => Promise<import('./call.js').Call>} client.answer
   * @param {(incoming: IncomingCall) => Promise<any>} client.decline
   */
  constructor(offer, client) {
    super();
    this.name = offer.offererUserName;
    this.offerId = offer.offerId;
    /** Whether it is for this user alone. */
    this.isDirect = 'to' in offer;
    this._offer = offer;
    this._client = client;
  }

  /**
   * @param {import('./call-connection.js').CallOptions} [options]
   * @returns {Promise<import('./call.js').Call>} once the answer is on its way
   */
  async answer(options = {}) {
    this._mustWait();
    this._isAnswering = true;
    try {
      return await this._client.answer(this, options);
    } finally {
      this._isAnswering = false; // Where it failed, the call still waits.
    }
  }

  /** Declines a call that is for this user alone: it ends for the caller. */
  async decline() {
    this._mustWait();
    await this._client.decline(this);
  }

  _mustWait() {
    if (this._isAnswering) throw refusal('busy', 'answering');
    // Where only this client's connection was lost, the server knows whether the call waits.
    if (!this.isWaiting && this.reason !== 'away') throw new SwitchboardError('no-such-offer', this.message);
  }

  /** For the library. @param {string} reason as the server says it, `taken`: it was answered here, or `away` */
  end(reason) {
    if (!this.isWaiting) return;
    this.isWaiting = false;
    this.reason = reason;
    this.message = details().withdrawnWords(this.name, reason);
    this.emit('end', { reason, message: this.message });
  }
}
