// @ts-check
// A call, from its beginning to its end: what goes through the server. call-connection.js has the connection to the other
// side.

import { CallConnection } from './call-connection.js';
import { SwitchboardError } from './errors.js';
import { details, refusal } from './loaded.js';
import { callKey } from './sdp.js';

/**
 * Events: `state` with the new one, `change` when anything is another, `stream`, `end` with `{reason, message, error}`,
 * `problem` and `news` with a sentence, `channel`, `file` with a transfer, `message` with `{text, at}`.
 */
export class Call extends CallConnection {
  /**
   * For the library.
   * @param {import('./signaling.js').Signaling} signaling
   * @param {import('./call-connection.js').Beginning} beginning
   * @param {import('./call-connection.js').CallOptions} options
   */
  constructor(signaling, beginning, options) {
    super(signaling, beginning, options);
    this._to = beginning.to;
    this._stopListening = signaling.listen({
      onConnected: ({ isKnown, wasAway }) => isKnown || this._joinAgain(wasAway),
      onDisconnected: ({ retries, message }) => {
        if (!retries && this._stage !== 'connected') this._end('rejected', message);
      },
      onOffers: (offers) => this._onOffers(offers),
      onOfferWithdrawn: (gone) => this._onOfferWithdrawn(gone),
      onAnswer: (answered) => this._onAnswer(answered),
      onRenegotiation: (renewal) => this._onRenegotiation(renewal),
      onCandidate: (candidate) => this._peer?.addNewIceCandidate(candidate),
      onPeerHangup: (end) => this._onPeerHangup(end),
      onPeerLost: (party) => this._isMine(party) && this._setLine('away'),
      onPeerBack: (party) => this._onPeerBack(party),
      onRefused: ({ event, code, message }) => event === this._firstStep() && this._fail(new SwitchboardError(code, message)),
    });
  }

  // --- The beginning ---

  /** For the library: the caller's side, up to the offer that waits at the server. */
  async begin() {
    await this._orFail(async () => {
      await this._prepare();
      this._offer = await this._peer.createOffer();
      this._mustRun();
      await this._placeOffer();
    });
  }

  /** For the library: the answerer's side. @param {import('./signaling.js').Offer} offer */
  async answer(offer) {
    await this._orFail(async () => {
      await this._prepare();
      const answer = await this._peer.createAnswer(offer.offer);
      this._mustRun();
      this._key = callKey(answer);
      this._signaling.sendAnswer({ ...offer, answer });
      this._startConnecting(); // Where the page hangs up at this, the server has the answer already.
    });
  }

  /** What both sides need before there is an offer or an answer: devices and a connection. */
  async _prepare() {
    this._mustRun(); // The page may have hung up at once.
    const { media = true, stream } = this._options;
    const { iceServers } = this._signaling;
    const [local] = await Promise.all([media ? details().openStream(this._options) : null, iceServers.ready()]);
    this.useStream(local, !stream);
    if (this._stage === 'ended') this.releaseMedia(); // Hung up while the browser was asking.
    this._mustRun();
    const { state, hasRelay, isRelayOnly } = iceServers.state;
    if (isRelayOnly && state === 'known' && !hasRelay) this._report(details().NO_RELAY);
    this._peer = this._connect();
    for (const label of this._options.channels ?? []) this.channel(label);
    this._changed();
  }

  async _placeOffer() {
    this._changed();
    this._mustRun();
    const offerId = await this._signaling.sendOffer(this._offer, this._to);
    if (this._stage === 'ended') this._signaling.hangup(offerId); // Hung up before the server's reply.
    this._mustRun();
    this.offerId ??= offerId; // The answer may have been quicker than the acknowledgement.
    if (this._stage === 'starting') this._setStage('waiting');
  }

  /**
   * Ends the call where the task fails, and rejects either way; also where the call ends first, since what a connection was
   * asked for before it was closed never settles.
   */
  async _orFail(task) {
    try {
      const ended = new Promise((_, reject) => this.addEventListener('end', () => reject(this._endedError()), { once: true }));
      await Promise.race([task(), ended]);
    } catch (error) {
      this._fail(error);
      throw this.error ?? error;
    }
  }

  /** The event without which there is no call. Once the call runs, a refusal only means that something does not change. */
  _firstStep() {
    if (this.isCaller) return this._key || this.offerId ? null : 'newOffer';
    return this._stage === 'connected' ? null : 'newAnswer';
  }

  // --- Events from the server ---

  _isMine({ offerId }) {
    return this.offerId !== undefined && this.offerId === offerId;
  }

  /**
   * The offer came back with an answer: the caller's first offer, or a new one of either side.
   * @param {{offerId: string, answererUserName?: string, answer: RTCSessionDescriptionInit}} answered
   */
  async _onAnswer({ offerId, answererUserName, answer }) {
    const isFirst = this.isCaller && !this._key;
    // If the user hung up while the answer was on its way, the server has notified the other side.
    if (!this._peer || (this.offerId ?? offerId) !== offerId) return;
    if (!this.offerId && this._others().some((other) => other.offerId === offerId)) return;
    if (isFirst) {
      this.offerId = offerId;
      this.name = answererUserName;
      this._key = callKey(answer);
      this._candidates = [];
      this._startConnecting();
    }
    try {
      await this._peer.addAnswer(answer);
    } catch (error) {
      if (isFirst) this._fail(error);
    }
  }

  /** Within the call, the other side has changed something, or looks for another way to us. */
  _onRenegotiation({ offerId, offer }) {
    if (!this._isMine({ offerId }) || !this._peer) return;
    if (this._peer.isReplacedBy(offer)) this._renew((peer) => peer.createAnswer(offer));
    else this._peer.addNewOffer(offer);
  }

  _onOffers(offers) {
    // If the server was restarted before the answer had arrived, the caller offers the call again.
    if (!this._isRejoining || this._stage !== 'connecting') return;
    if (!offers.some(({ offererUserName }) => offererUserName === this.name)) return;
    this._signaling.hangup(this.offerId);
    this._end('not-received', details().endWords(this.name, 'not-received'));
  }

  _onOfferWithdrawn({ offerId, offererUserName, reason }) {
    if (!this._isMine({ offerId })) return;
    this._end(reason, this.isCaller ? details().unansweredCallWords(this._to, reason) : details().withdrawnWords(offererUserName, reason));
  }

  _onPeerHangup({ userName, offerId, reason }) {
    if (!this._isMine({ offerId })) return;
    if (reason !== 'lost' || this.state !== 'connected') {
      this._end(reason, details().endWords(userName, reason));
      return;
    }
    // Only the party's connection to the server is known to be lost. If the party has left, the picture will stop.
    // If the party does return, it finds this end of the call.
    this._isRejoining = true;
    this._rejoin();
    this._setLine('gone');
  }

  _onPeerBack({ userName, offerId }) {
    if (!this._isMine({ offerId })) return;
    const wasAway = this.line !== 'here';
    this._setLine('here');
    if (wasAway) this.emit('news', `${userName} is back.`);
    if (this._isRejoining) this._peer.catchUp();
    this._isRejoining = false;
  }

  /** The server does not know this page any more: it was restarted, the page was away for long, or has another name. */
  async _joinAgain(wasAway) {
    if (this._key) {
      this._isRejoining = true;
      this.line = 'here';
      if (!(await this._rejoin())) this.line = 'gone';
      this._changed();
    } else if (this._offer) {
      this.offerId = undefined;
      const offered = this._placeOffer();
      for (const candidate of this._candidates) this._sendCandidate(candidate);
      await offered.catch((error) => this._fail(error));
      if (wasAway && this._stage !== 'ended' && !this._key) this.emit('news', details().OFFERED_AGAIN);
    }
  }

  _rejoin() {
    const { offerId, isCaller, name, _key } = this;
    return this._signaling.rejoinCall({ offerId, didIOffer: isCaller, otherUserName: name, key: _key });
  }

  // --- What the page does with it ---

  /**
   * A data channel to the other side, which gets it by `onchannel`.
   * @param {string} label
   * @param {RTCDataChannelInit} [options]
   */
  channel(label, options) {
    this._mustHaveData();
    return this._channels.open(label, options);
  }

  /**
   * Offers a file to the other side.
   * @param {File} file
   */
  async sendFile(file) {
    this._mustHaveData();
    return (await this._talk.load()).sendFile(file);
  }

  /** Sends a text to the other side. @param {string} text */
  async say(text) {
    this._mustHaveData();
    return (await this._talk.load()).say(text);
  }

  _mustHaveData() {
    this._mustRun();
    if (!this._hasData) throw refusal('no-channels');
  }

  /** Looks for another way to the other side, as the call does by itself where one fails. */
  async restartIce() {
    this._mustRun();
    await this._peer?.restartIce();
  }

  /** By which way, how fast, how much. */
  async stats() {
    this._mustRun();
    return this._peer?.stats();
  }
}
