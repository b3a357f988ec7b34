// @ts-check
// Another member of a room, as mesh.js keeps it and as the page sees it.

import { Events } from './events.js';
import { createChannels } from './channel.js';

/** Events: `channel`, with the Channel that the member has opened; the room has one with the member, too. */
export class Member extends Events {
  /** The connection to the member; undefined if the browser makes no more. @type {import('./peer.js').Peer | undefined} */
  peer;
  /** The state of sound, picture and channels. @type {'connecting'|'connected'|'interrupted'|'failed'} */
  state = 'connecting';
  /**
   * The member's connection to the server; once it is `gone` the server no longer waits for the member, which stays as long
   * as the connection to it does.
   * @type {'here'|'away'|'gone'}
   */
  line = 'here';
  /** By which way the connection goes. @type {import('./connection-way.js').Way | undefined} */
  way;
  /** Why the connection failed, and what to do. @type {string | undefined} */
  problem;
  /** How the member left. @type {'left'|'closed'|'lost' | undefined} */
  reason;

  // --- For mesh.js ---

  /** The first offer or answer of the member has arrived. */
  isDescribed = false;
  /** The timer. @type {ReturnType<typeof setTimeout> | undefined} */
  patience;
  /** Connections made in place of a broken one, since one worked. */
  renewals = 0;
  /** The member does not take part in changes. */
  isUnchanging = false;
  /** The member's texts and files. @type {import('./talk.js').Talk | undefined} */
  talk;

  channels = createChannels((channel) => this.emit('channel', channel));

  /**
   * @param {{peerId: string, userName: string}} member
   * @param {boolean} isPolite whether this page is the polite side towards the member
   */
  constructor({ peerId, userName }, isPolite) {
    super();
    this.id = peerId;
    this.name = userName;
    this.isPolite = isPolite;
  }

  /** What the member sends. */
  get stream() {
    return this.peer?.remoteStream;
  }

  /** Whether texts reach the member at once. */
  get isOpen() {
    return this.talk?.isOpen === true;
  }

  /** How loud the member is just now, from 0 to 1. */
  get audioLevel() {
    return (this.state === 'connected' && this.peer?.audioLevel) || 0;
  }

  /** The connection, for pages that show its life. */
  get connection() {
    return this.peer;
  }

  /**
   * Opens a channel to the member, or gives the one of that label that is open.
   * @param {string} label
   * @param {RTCDataChannelInit} [options]
   */
  channel(label, options) {
    return this.channels.open(label, options);
  }

  /** Sends a text: resolves to the message, whose `state` says whether it arrived. @param {string} text */
  async say(text) {
    return (await this.talk.load()).say(text);
  }

  /** @param {boolean} isTyping */
  async typing(isTyping) {
    (await this.talk.load()).sayTyping(isTyping);
  }

  /** Offers a file. @param {File} file @param {{key?: string, folder?: number}} [options] */
  async sendFile(file, options) {
    return (await this.talk.load()).sendFile(file, options);
  }

  /** What the connection does at present. */
  async stats() {
    return this.peer?.stats();
  }

  /** Looks for another way to the member. */
  async restartIce() {
    await this.peer?.restartIce();
  }
}
