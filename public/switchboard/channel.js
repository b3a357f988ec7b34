// @ts-check
// Data channels with back-pressure, by their label. A channel outlives its connections: a new connection in
// place of a broken one opens it again. What was on its way then may be lost.
//
// Either side may open a channel, the other gets it by `onchannel`. If both open one of the same label, each
// sends by its own, and both are the same object here: no side has to wait for the other.

import { SwitchboardError } from './errors.js';
import { Events } from './events.js';
import { refusal } from './loaded.js';

/** How many bytes wait in a channel before `send` waits, and when there is room again. */
const HIGH = 1024 * 1024;
const LOW = 256 * 1024;

/** What every browser takes, where the connection does not say (RFC 8841, section 6.1). */
const USUAL_SIZE = 65_536;

/** How long after a channel's end its connection may report its own, in ms. */
const REPORT_MS = 100;

/**
 * A channel to one peer. Events: `open`, `close`, `message` with what came: a text or an ArrayBuffer.
 */
export class Channel extends Events {
  /** What sends. @type {RTCDataChannel | null} */
  _sending = null;
  _isOver = false;
  /** Resolves when all that was given to `send` before is in the channel. @type {Promise<unknown>} */
  _before = Promise.resolve();
  /** Calls of `send` that wait for room, or for the channel to open. */
  _waiting = new Set();
  /** @type {import('./peer.js').Peer | null} */
  _peer = null;

  /**
   * @param {string} label
   * @param {RTCDataChannelInit} [options]
   */
  constructor(label, options = {}) {
    super();
    this.label = label;
    this.options = options;
  }

  /** @returns {'connecting'|'open'|'closed'} connecting: also while the connection is replaced */
  get state() {
    if (this._isOver) return 'closed';
    return this._sending?.readyState === 'open' ? 'open' : 'connecting';
  }

  /** How many bytes wait here to be sent. */
  get waiting() {
    return this._sending?.bufferedAmount ?? 0;
  }

  /** The largest message that passes, in bytes. */
  get maxSize() {
    return this._peer?.maxMessageSize || USUAL_SIZE;
  }

  /**
   * Sends, and resolves once there is room for more. All is sent in the order of the calls. Before the channel is open,
   * this waits for that.
   * @param {string | ArrayBuffer | ArrayBufferView | Blob} data
   * @returns {Promise<void>} rejects when the channel is closed, and for what does not fit
   */
  send(data) {
    const sent = this._before.then(() => this._put(data));
    this._before = sent.catch(() => {});
    return sent;
  }

  async _put(data) {
    const message = data instanceof Blob ? await data.arrayBuffer() : data;
    await this._until(() => this.state === 'open');
    const size = sizeOf(message);
    if (size > this.maxSize) {
      throw new SwitchboardError('bad-options', `This message has ${size} bytes, and at most ${this.maxSize} pass at once: send it in parts.`);
    }
    const mine = this._sending;
    mine.send(message);
    // On a later connection there is room.
    if (mine.bufferedAmount > HIGH) await this._until(() => this._sending !== mine || mine.bufferedAmount <= LOW);
  }

  /** Waits until something holds. */
  async _until(holds) {
    while (!this._isOver && !holds()) await new Promise((resolve) => this._waiting.add(resolve));
    if (this._isOver) throw new SwitchboardError('closed', `The channel “${this.label}” is closed.`);
  }

  _wake() {
    for (const resolve of this._waiting) resolve();
    this._waiting.clear();
  }

  /**
   * For the library: uses this from now on.
   * @param {RTCDataChannel} below
   * @param {import('./peer.js').Peer} peer its connection
   * @param {boolean} isForSending false where this side sends by a channel of its own
   */
  attach(below, peer, isForSending) {
    this._peer = peer;
    const isCurrent = () => this._peer === peer && !this._isOver;
    below.binaryType = 'arraybuffer';
    below.addEventListener('message', ({ data }) => isCurrent() && this.emit('message', data));
    // Closed by the other side, or with the connection, which a new one may replace.
    below.addEventListener('close', () => setTimeout(() => isCurrent() && (peer.hasChannels ? this.close() : this.detach()), REPORT_MS));
    if (!isForSending) return;
    this._sending = below;
    const opened = () => {
      if (!isCurrent()) return;
      this._wake();
      this.emit('open');
    };
    below.bufferedAmountLowThreshold = LOW;
    below.addEventListener('bufferedamountlow', () => this._wake());
    if (below.readyState === 'open') queueMicrotask(opened); // The page still has to set `onopen`.
    else below.addEventListener('open', opened);
  }

  /** For the library: the connection is lost, and this waits for the next one. */
  detach() {
    [this._sending, this._peer] = [null, null];
    this._wake();
  }

  /** Closes it on both sides, for good. */
  close() {
    if (this._isOver) return;
    this._isOver = true;
    this._sending?.close();
    this._wake();
    this.emit('close');
  }
}

function sizeOf(data) {
  if (typeof data === 'string') return new TextEncoder().encode(data).length;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength;
  throw refusal('bad-options', 'data');
}

/**
 * The channels to one peer.
 * @param {(channel: Channel) => void} onChannel the other side has opened one
 */
export function createChannels(onChannel) {
  /** @type {Map<string, {channel: Channel, isOwn: boolean}>} */
  const known = new Map();
  /** @type {import('./peer.js').Peer | undefined} */
  let peer;

  function add(channel, isOwn) {
    const { label } = channel;
    known.set(label, { channel, isOwn });
    channel.addEventListener('close', () => known.get(label)?.channel === channel && known.delete(label));
  }

  function openOn({ channel }) {
    if (peer) channel.attach(peer.openChannel(channel.label, channel.options), peer, true);
  }

  return {
    /**
     * @param {string} label
     * @param {RTCDataChannelInit} [options]
     * @returns {Channel} the one that is open, or a new one
     */
    open(label, options) {
      if (!known.has(label)) {
        const channel = new Channel(label, options);
        openOn({ channel }); // Throws where the browser refuses the options.
        add(channel, true);
      }
      return known.get(label).channel;
    },

    /** The other side has opened one, perhaps not for the first time. @param {RTCDataChannel} theirs */
    take(theirs) {
      const entry = known.get(theirs.label);
      const channel = entry?.channel ?? new Channel(theirs.label);
      if (!entry) add(channel, false);
      channel.attach(theirs, peer, !entry?.isOwn);
      if (!entry) onChannel(channel);
    },

    /** A connection is there, in place of the last one. @param {import('./peer.js').Peer} newPeer */
    connect(newPeer) {
      peer = newPeer;
      for (const entry of known.values()) {
        entry.channel.detach();
        if (entry.isOwn) openOn(entry);
      }
    },

    close() {
      peer = undefined;
      for (const { channel } of [...known.values()]) channel.close();
    },
  };
}
