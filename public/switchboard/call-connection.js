// @ts-check
// The connection of a call between the two browsers, and how long it is kept when sound and picture fail. call.js has
// what goes through the server.

import { createChannels } from './channel.js';
import { lookAtWay } from './connection-way.js';
import { SwitchboardError } from './errors.js';
import { details } from './loaded.js';
import { MediaSender } from './media-sender.js';
import { ANOTHER_WAY_MS, CONNECT_MS, MOST_RENEWALS, REASON_MS, RETURN_MS } from './patience.js';
import { createPeerConnection } from './peer.js';
import { TALK_CHANNELS, createTalk } from './talk.js';

/**
 * @typedef {object} CallOptions
 * @property {boolean | MediaTrackConstraints} [audio]
 * @property {boolean | MediaTrackConstraints} [video]
 * @property {MediaStream} [stream] in place of both
 * @property {string[]} [channels] data channels that the caller opens
 * @property {boolean} [media] false: no sound and no picture in either direction
 * @property {boolean} [data] false: no data channels
 *
 * @typedef {object} Beginning
 * @property {boolean} isCaller
 * @property {string} [name] of the other side
 * @property {string} [to] the user to whom alone it is offered
 * @property {string} [offerId]
 * @property {import('./signaling.js').Offer} [offer] that is answered
 * @property {() => {offerId?: string}[]} [others] the client's other calls
 *
 * @typedef {'starting'|'waiting'|'connecting'|'connected'|'interrupted'|'ended'} CallState
 */

export class CallConnection extends MediaSender {
  /** @type {import('./peer.js').Peer | undefined} */
  _peer;
  /** The caller's. @type {RTCSessionDescription | undefined} */
  _offer;
  /** All that were found while it waits: a server that was started again needs both once more. @type {RTCIceCandidate[]} */
  _candidates = [];
  /** Once the call is answered: by it both sides join it again on such a server. */
  _key = '';
  _isRejoining = false;
  _isInterrupted = false;
  /** @type {'starting'|'waiting'|'connecting'|'connected'|'ended'} */
  _stage = 'starting';
  /** The timer that ends the call. @type {ReturnType<typeof setTimeout> | undefined} */
  _patience;
  /** When sound and picture failed, on the page's clock. @type {number | undefined} */
  _brokenAt;
  /** Connections made in place of a broken one, since one worked. */
  _renewals = 0;
  _hasStream = false;
  /** @type {(() => void) | undefined} */
  _stopListening;

  /** The server's id of the call; the caller's comes with the server's acknowledgement. @type {string | undefined} */
  offerId;
  /** Why it ended. */
  reason = '';
  /** The same as a sentence. */
  message = '';
  /** What made it fail, if it failed. @type {SwitchboardError | undefined} */
  error;
  /** The other side's connection to the server. @type {'here'|'away'|'gone'} */
  line = 'here';
  /** By which way sound and picture arrive. @type {import('./connection-way.js').Way} */
  way = null;

  /**
   * @param {import('./signaling.js').Signaling} signaling
   * @param {Beginning} beginning
   * @param {CallOptions} options
   */
  constructor(signaling, { isCaller, name = '', offerId, offer, others = () => [] }, options) {
    super();
    /** Whether this side called. */
    this.isCaller = isCaller;
    /** The other side's name; of an open call it is known once the call is answered. */
    this.name = name;
    this.offerId = offerId;
    this._others = others;
    this._options = options;
    this._signaling = signaling;
    if (options.stream && options.media !== false) this.useStream(options.stream, false);
    this._channels = createChannels((channel) => this.emit('channel', channel));
    this._talk = createTalk({
      onChange: () => this._changed(),
      onMessage: ({ text, at }) => this.emit('message', { text, at }),
      onDelivery: (message) => this.emit('delivery', message),
      onTyping: (isTyping) => this.emit('typing', isTyping),
      onTransfer: (transfer) => transfer.isOwn || this.emit('file', transfer),
    });
    /** Whether there are data channels: the first offer says so. */
    this._hasData = offer ? /^m=application /m.test(offer.offer.sdp) : options.data !== false;
  }

  /** @returns {CallState} */
  get state() {
    return this._stage === 'connected' && this._isInterrupted ? 'interrupted' : this._stage;
  }

  /** Whether the server has been sent the call, though it may not have replied. */
  get isOffered() {
    return this._offer !== undefined;
  }

  /** What the other side sends at present; empty before that. */
  get remoteStream() {
    return this._peer?.remoteStream ?? null;
  }

  // --- Sound and picture ---

  _sendCandidate(candidate) {
    this._signaling.sendIceCandidate(candidate, { didIOffer: this.isCaller, offerId: this.offerId });
  }

  _connect() {
    const isCurrent = () => this._stage !== 'ended' && this._peer === peer;
    this._hasStream = false;
    const peer = createPeerConnection(this.localStream, {
      iceServers: this._signaling.iceServers,
      isPolite: !this.isCaller,
      channels: this._hasData ? TALK_CHANNELS : {},
      onCandidate: (candidate) => {
        if (this.isCaller && !this._key) this._candidates.push(candidate);
        this._sendCandidate(candidate);
      },
      onDescription: (description) => this._signaling.sendRenegotiation(this.offerId, description),
      onStateChange: (connectionState) => isCurrent() && this._onConnectionState(connectionState),
      onTracksChange: () => isCurrent() && this._onTracksChange(),
      onClosed: () => isCurrent() && this._onClosed(),
      onUnanswered: () => isCurrent() && this._report(details().unansweredWords(this.name)),
      onBroken: () => isCurrent() && this._offerNewConnection(),
      onChannel: (channel) => isCurrent() && this._channels.take(channel),
      isReachable: () => this._signaling.connected && this.line === 'here',
    });
    if (this._hasData) {
      this._channels.connect(peer);
      this._talk.connect(peer.channels);
    }
    return peer;
  }

  _onTracksChange() {
    this._showStream();
    this._changed();
  }

  /** Not before the connection is there: until then `answer` has not given the call to the page, and it would miss this. */
  _showStream() {
    if (this._hasStream || this._stage !== 'connected' || !this.remoteStream.getTracks().length) return;
    this._hasStream = true;
    this.emit('stream', this.remoteStream);
  }

  /** From here on the two browsers connect to each other. */
  _startConnecting() {
    this._setStage('connecting');
    this._beginPatience(CONNECT_MS);
  }

  _onConnectionState(connectionState) {
    if (connectionState === 'connected') {
      this._endPatience();
      this._renewals = 0;
      this._isInterrupted = false;
      details().callConnected(this);
      this._setStage('connected');
      this._showStream();
      lookAtWay(this._peer, (way) => {
        if (this._stage === 'ended') return;
        this.way = way;
        this._changed();
      });
    } else if (['disconnected', 'failed'].includes(connectionState) && this._stage === 'connected') {
      this._isInterrupted = true;
      this._changed();
      if (connectionState === 'failed') this._seekPatiently();
    }
  }

  /** Waits for an ICE restart; with a party that the server has lost there can be none. */
  _seekPatiently() {
    if (this.line === 'gone') this._losePatience();
    else this._beginPatience(ANOTHER_WAY_MS);
  }

  _beginPatience(ms) {
    this._brokenAt ??= performance.now();
    this._patience ??= setTimeout(() => this._losePatience(), ms);
  }

  _endPatience() {
    clearTimeout(this._patience);
    [this._patience, this._brokenAt] = [undefined, undefined];
  }

  /** ICE cannot be restarted while the server or the other side is away: then it takes longer. */
  _losePatience() {
    const { active, connected } = this._signaling;
    const mayComeBack = active && performance.now() - this._brokenAt < RETURN_MS;
    if (mayComeBack && (!connected || this.line === 'away')) {
      this._patience = setTimeout(() => this._losePatience(), ANOTHER_WAY_MS);
    } else if (this._stage === 'connected') {
      this._signaling.hangup(this.offerId);
      this._end('connection-lost', details().endWords(this.name, 'connection-lost'));
    } else {
      this._fail(details().callFailed(this));
    }
  }

  /**
   * The other side has closed the connection. The server says why, or the other side offers a new connection; a server
   * that is away from either side cannot.
   */
  _onClosed() {
    const peer = this._peer;
    const isTold = this._signaling.connected && this.line === 'here';
    setTimeout(() => {
      if (this._stage === 'ended' || this._peer !== peer) return;
      this._signaling.hangup(this.offerId);
      this._end('closed-connection', details().endWords(this.name));
    }, isTold ? REASON_MS : 0);
  }

  // --- A new connection in place of one that ICE cannot restore ---

  _offerNewConnection() {
    this._renewals += 1;
    if (this._renewals > MOST_RENEWALS) return; // What still works goes on; otherwise the timer ends the call.
    this._renew((peer) => peer.createOffer());
  }

  /** @param {(peer: import('./peer.js').Peer) => Promise<RTCSessionDescription>} describe */
  async _renew(describe) {
    try {
      const old = this._peer;
      this._peer = this._connect();
      old.close();
      this._isInterrupted = true;
      this._changed();
      this._beginPatience(CONNECT_MS);
      this._signaling.sendRenegotiation(this.offerId, await describe(this._peer));
    } catch (error) {
      this._fail(error);
    }
  }

  // --- What the page does with it ---

  /** Gives up the call in any stage. */
  hangUp() {
    if (this._stage === 'ended') return;
    this._withdraw();
    this._end('self', this._stage === 'connected' ? 'You hung up.' : 'Call cancelled.');
  }

  /** Before the server's reply there is no id: `_placeOffer` does it then. */
  _withdraw() {
    if (this.offerId) this._signaling.hangup(this.offerId);
  }

  async sendTrack(kind, track) {
    await this._peer?.send(kind, track);
    this._changed();
  }

  /**
   * Sends nothing of this kind, or again: the other side is not asked, so it works while the server is away.
   * @param {'audio'|'video'} kind
   * @param {boolean} [isMuted]
   */
  async mute(kind, isMuted) {
    await details().mute(this, kind, isMuted);
  }

  // --- What the page is notified of ---

  _mustRun() {
    if (this._stage === 'ended') throw this._endedError();
  }

  _endedError() {
    return new SwitchboardError('ended', this.message);
  }

  _setStage(stage) {
    this._stage = stage;
    this._changed();
  }

  _setLine(line) {
    this.line = line;
    this._changed();
  }

  _report(message) {
    this.emit('problem', message);
  }

  /** Something about the call has changed: `state` if that has, and `change` in any case. */
  _changed() {
    if (this._stage === 'ended') return;
    const { state } = this;
    if (this._shown !== state) this.emit('state', state);
    this._shown = state;
    this.emit('change');
  }

  _fail(error) {
    if (this._stage === 'ended') return;
    this._withdraw();
    this.error = error instanceof SwitchboardError ? error : new SwitchboardError('failed', error.message);
    this._end(this.error.code, error.message);
  }

  _end(reason, message) {
    if (this._stage === 'ended') return;
    this._stopListening?.();
    clearTimeout(this._patience);
    [this._stage, this.reason, this.message] = ['ended', reason, message];
    this._channels.close();
    this._talk.close();
    this._peer?.close();
    this.releaseMedia();
    this.emit('state', 'ended');
    this.emit('end', { reason, message, error: this.error });
  }
}
