// @ts-check
// Who may enter a room: its host, the access that the host sets, and the clients that wait for the host to admit them. room.js
// has the members; the rules are the server's.

/** How long after a restart of the server the members find the room open, in milliseconds. */
const REOPENED_MS = 30_000;

/**
 * @typedef {import('../../docs/protocol').RoomAccess} Access
 * @typedef {object} WaitingPeer
 * @property {string} id
 * @property {string} name
 * @property {() => Promise<void>} admit
 * @property {() => Promise<void>} reject
 */

export class RoomAccess {
  /** This client's own id in the room. @type {string | undefined} */
  id;
  /** @type {string | undefined} */
  hostId;
  /** @type {Access} */
  access = 'open';
  /** The clients that wait for this one, the host. @type {WaitingPeer[]} */
  waiting = [];
  _signaling;
  _emit;
  _reopened;

  /**
   * @param {import('./room-signaling.js').RoomSignaling} signaling
   * @param {string} room its name
   * @param {(type: 'host' | 'access' | 'waiting', detail: unknown) => void} emit
   */
  constructor(signaling, room, emit) {
    this.room = room;
    this._signaling = signaling;
    this._emit = emit;
  }

  get isHost() {
    return !!this.id && this.id === this.hostId;
  }

  /** @param {Access} access */
  set(access) {
    this.close();
    return this._signaling.host('setting-access', { room: this.room, access });
  }

  /** This client is in the room. @param {import('../../docs/protocol').Joined} joined */
  joined({ peerId, host, access }) {
    this.id = peerId;
    this.showHost(host);
    this.showAccess(access);
  }

  showHost(hostId) {
    if (this.hostId === hostId) return;
    this.hostId = hostId;
    this._emit('host', hostId);
    if (!this.isHost && this.waiting.length > 0) this.showWaiting([]);
  }

  showAccess(access) {
    if (this.access === access) return;
    this.access = access;
    this._emit('access', access);
  }

  /** @param {import('../../docs/protocol').Member[]} waiting */
  showWaiting(waiting) {
    const host = (event, to) => () => this._signaling.host(event, { room: this.room, to });
    this.waiting = waiting.map(({ peerId, userName }) => ({
      id: peerId, name: userName, admit: host('admitting-peer', peerId), reject: host('rejecting-peer', peerId),
    }));
    this._emit('waiting', this.waiting);
  }

  /**
   * The server does not know the room any more: a new one is open. Once the others have had time to return, its host
   * restores the access that the members know.
   */
  restore() {
    const { access } = this;
    if (access === 'open' || this._reopened) return;
    this._reopened = setTimeout(() => {
      this._reopened = undefined;
      if (this.isHost && this.access === 'open') this.set(access).catch(() => {});
    }, REOPENED_MS);
  }

  close() {
    clearTimeout(this._reopened);
    this._reopened = undefined;
  }
}
