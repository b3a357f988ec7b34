// @ts-check
// This client's membership in a room: it is requested, may wait for the host, is interrupted and restored with the
// connection to the server, and ends. room.js has the other members, and what is sent to them.

import { SwitchboardError } from './errors.js';
import { details, refusal } from './loaded.js';
import { MediaSender } from './media-sender.js';
import { RoomAccess } from './room-access.js';

export class RoomMembership extends MediaSender {
  /**
   * `waiting`: until the host admits this client. `away`: the server is out of reach, and the connections to the members go on.
   * @type {'joining'|'waiting'|'joined'|'away'|'left'}
   */
  state = 'joining';
  _signaling;
  _options;
  _stopListening;
  /** The last request to enter. */
  _entry;
  _wasJoined = false;
  _isWaiting = false;
  _access;
  /** Events that wait until the page has the room and has set its listeners. @type {[string, unknown][] | null} */
  _early = [];
  _settle;
  _onOver = () => {};

  /**
   * @param {import('./room-signaling.js').RoomSignaling} signaling
   * @param {string} name
   * @param {import('./room.js').RoomOptions} options
   */
  constructor(signaling, name, options) {
    super();
    this.name = name;
    this._signaling = signaling;
    this._options = options;
    this._access = new RoomAccess(signaling, name, (type, detail) => this.emit(type, detail));
    /** Settled once the server has let the client in, or not. @type {Promise<void>} */
    this.joined = new Promise((resolve, reject) => {
      this._settle = { resolve, reject };
    });
    this.joined.catch(() => {});
  }

  get id() {
    return this._access.id;
  }

  get hostId() {
    return this._access.hostId;
  }

  get isHost() {
    return this._access.isHost;
  }

  get access() {
    return this._access.access;
  }

  get waiting() {
    return this._access.waiting;
  }

  /** Who may enter from now on. Only for the host. @param {import('./room-access.js').Access} access */
  setAccess(access) {
    return this._access.set(access);
  }

  /** Leaves the room, or waits no longer, and stops what this client sends. */
  leave() {
    if (this.state === 'left') return;
    this._signaling.leaveRoom(this.name);
    this._end('left', 'You left the room.');
  }

  // --- What a room with members does ---

  /** This client has joined, for the first time or again. @param {import('../../docs/protocol').Member[]} members that were there before */
  _meet(members) {
    throw new Error(`${members.length} members are not met`);
  }

  /** The server knows no member any more. */
  _loseAll() {}

  /** Closes all that there is to the members. */
  _disconnect() {}

  // --- The server ---

  /**
   * Requests to enter as soon as the server can be reached.
   * @param {Partial<import('./room-signaling.js').RoomListeners>} ofMembers the events of the members
   */
  _begin(ofMembers) {
    const ofRoom = {
      onJoined: (joined) => this._onJoined(joined),
      onWaitingInRoom: () => this._onWaiting(),
      onNotAdmitted: (refused) => this._fail(refused),
      onHostChanged: ({ host }) => this._access.showHost(host),
      onAccessChanged: ({ access }) => this._access.showAccess(access),
      onWaitingChanged: ({ waiting }) => this._access.showWaiting(waiting),
      ...ofMembers,
    };
    const inThisRoom = (listener) => (payload) => payload.room === this.name && listener(payload);
    this._stopListening = this._signaling.listen({
      onConnected: (connection) => this._onConnected(connection),
      onDisconnected: (loss) => this._onDisconnected(loss),
      onClosed: () => this._end('closed', 'The client was closed.'),
      ...Object.fromEntries(Object.entries(ofRoom).map(([event, listener]) => [event, inThisRoom(listener)])),
    });
    if (this._signaling.connected) this._enter();
    else if (!this._signaling.active) this._fail(refusal('closed')); // While the browser was asking for devices.
  }

  /** Joins, for the first time or again. */
  async _enter() {
    const entry = (this._entry = {});
    const { iceServers } = this._signaling;
    await iceServers.ready(); // The connections to the members begin with the join.
    if (this.state === 'left' || this._entry !== entry) return;
    const { state, hasRelay, isRelayOnly } = iceServers.state;
    if (isRelayOnly && state === 'known' && !hasRelay) this.emit('problem', details().NO_RELAY);
    const reply = await this._signaling.joinRoom(this.name);
    if (!reply.ok) this._fail(reply.error);
  }

  _onWaiting() {
    if (this._isWaiting) return;
    this._isWaiting = true;
    this._show('waiting');
    if (!this._wasJoined) this._options.onwaiting?.(this);
  }

  _onJoined(joined) {
    const { members } = joined;
    if (members.length >= (this._options.limit ?? Infinity)) {
      this._signaling.leaveRoom(this.name);
      this._fail({ code: 'room-full', message: 'The room is full.' });
      return;
    }
    this._wasJoined = true;
    this._isWaiting = false;
    this._access.joined(joined);
    this._show('joined');
    this._meet(members);
    this._settle.resolve();
    if (this._early) soon(() => this._emitEarly());
  }

  /** What happened before the page had the room. */
  _emitEarly() {
    const early = this._early ?? [];
    this._early = null;
    for (const [type, detail] of early) this.emit(type, detail);
  }

  emit(type, detail) {
    // A page that waits has the room already.
    if (this._early && !(this._isWaiting && type === 'state')) this._early.push([type, detail]);
    else super.emit(type, detail);
  }

  _onConnected({ isKnown, wasAway }) {
    if (!isKnown) {
      // The server was restarted, or the client was away for long. All members join again under another id. Until then
      // members to whom there is a connection stay.
      this._loseAll();
      this._isWaiting = false;
      this._access.restore();
      if (this.state !== 'joining') this._show('joining');
      this._enter();
    } else if (!this._entry) {
      this._enter();
    } else if (wasAway && this.state === 'away') {
      this._show(this._isWaiting ? 'waiting' : 'joined'); // A request without a reply is sent again by the line.
    }
  }

  _onDisconnected({ retries, message }) {
    if (this._wasJoined || (this._isWaiting && retries)) this._show('away');
    else if (!retries) this._fail({ code: 'rejected', message });
  }

  _show(state) {
    this.state = state;
    this.emit('state', state);
  }

  _mustBeIn() {
    if (this.state === 'left') throw refusal('ended');
  }

  _fail({ code, message }) {
    this._settle.reject(new SwitchboardError(code, message));
    this._end(code, message);
  }

  _end(reason, message) {
    if (this.state === 'left') return;
    this._stopListening();
    this._access.close();
    this.state = 'left';
    this._onOver();
    this._settle.reject(new SwitchboardError('ended', message));
    this._disconnect();
    this.releaseMedia();
    this.emit('state', 'left');
    this.emit('end', { reason, message });
  }
}

/** After all that waits for a promise, also on a page in the background, whose timers are slow. */
function soon(act) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    act();
  };
  port2.postMessage(null);
}
