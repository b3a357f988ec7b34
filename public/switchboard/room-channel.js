// @ts-check
// A channel to all members of a room: one Channel to each.

import { SwitchboardError } from './errors.js';
import { Events } from './events.js';

/**
 * Events: `open` and `close` with the member, `message` with `{member, data}`.
 */
export class RoomChannel extends Events {
  /** @type {Map<import('./member.js').Member, import('./channel.js').Channel>} */
  _channels = new Map();
  _onClosed;
  _isOver = false;

  /**
   * Use `room.channel`.
   * @param {string} label
   * @param {RTCDataChannelInit | undefined} options
   * @param {() => void} onClosed
   */
  constructor(label, options, onClosed) {
    super();
    this.label = label;
    this.options = options;
    this._onClosed = onClosed;
  }

  /** The members to whom it is open. */
  get members() {
    return [...this._channels].filter(([, { state }]) => state === 'open').map(([member]) => member);
  }

  /**
   * Sends to all members to whom it is open, or only to one. Resolves once there is room for more; rejects once it is closed.
   * @param {string | ArrayBuffer | ArrayBufferView | Blob} data
   * @param {import('./member.js').Member} [member]
   */
  async send(data, member) {
    if (this._isOver) throw new SwitchboardError('closed', `The channel “${this.label}” is closed.`);
    const to = member ? [member] : this.members;
    await Promise.all(to.map(async (one) => {
      const channel = this._channels.get(one);
      if (!channel) throw new SwitchboardError('closed', `${one.name} is no longer there.`);
      try {
        await channel.send(data);
      } catch (error) {
        // The others get it although one has left.
        if (member || channel?.state === 'open') throw error;
      }
    }));
  }

  /** For the library: a member is new. @param {import('./member.js').Member} member */
  add(member) {
    if (this._channels.has(member)) return;
    const channel = member.channel(this.label, this.options);
    this._channels.set(member, channel);
    channel.addEventListener('open', () => this.emit('open', member));
    channel.addEventListener('message', ({ detail }) => this.emit('message', { member, data: detail }));
    channel.addEventListener('close', () => {
      this._channels.delete(member);
      this.emit('close', member);
    });
  }

  close() {
    this._isOver = true;
    this._onClosed();
    for (const channel of [...this._channels.values()]) channel.close();
  }
}
