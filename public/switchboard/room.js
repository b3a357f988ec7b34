// @ts-check
// A room: its members, and what this client sends to them. mesh.js has the connections, talk.js texts and files.

import { SwitchboardError } from './errors.js';
import { details, refusal } from './loaded.js';
import { MediaSender } from './media-sender.js';
import { createMesh, pictureSizeFor } from './mesh.js';
import { RoomAccess } from './room-access.js';
import { RoomChannel } from './room-channel.js';
import { roomSignaling } from './room-signaling.js';
import { createRoomTalks } from './room-talks.js';

/**
 * @typedef {import('./member.js').Member} Member
 * @typedef {object} RoomOptions
 * @property {boolean | MediaTrackConstraints} [audio] the microphone; without this it is sent
 * @property {boolean | MediaTrackConstraints} [video] the camera; without this it is not sent
 * @property {MediaStream} [stream] what is sent in place of these, at most one track of a kind; it is not stopped at the end
 * @property {boolean} [media] false: no sound and no picture, only channels; then no track can be added later either
 * @property {number} [limit] how many members the room may have, this client included, where all members ask for that. In a
 *   room of two texts and files wait for the other member, who may have left or not be there yet
 * @property {string[]} [channels] labels of channels to all members that are opened at once
 * @property {import('./file-receiver.js').FileStore} [fileStore] keeps what has arrived of files over a reload
 * @property {boolean} [fitPictures] ask the camera for smaller pictures the more members there are
 * @property {(room: Room) => void} [onwaiting] this client waits until the host admits it
 */

/** The rooms of each client, by their names. @type {WeakMap<object, Set<string>>} */
const inRooms = new WeakMap();

/**
 * @param {import('./signaling.js').Signaling} line of the client
 * @param {string} name
 * @param {RoomOptions} [options]
 * @returns {Promise<Room>} once the server has let the client in
 */
export async function joinRoom(line, name, options = {}) {
  const names = inRooms.get(line) ?? new Set();
  inRooms.set(line, names);
  // The server knows a client once in a room: two objects would answer each offer twice.
  if (names.has(name)) throw refusal('busy', 'joined');
  names.add(name);
  try {
    const stream = options.media === false ? null : await details().openStream(options);
    const room = new Room(roomSignaling(line), name, options, stream);
    room._onOver = () => names.delete(name);
    await room.joined;
    return room;
  } catch (error) {
    names.delete(name);
    throw error;
  }
}

/**
 * Events: `state`, `end` with `{reason, message}`, `join`, `member` and `leave` with a member, `presence` with a member whose
 * connection to the server was lost or is back, `connection` with a member to whom one is made, `message` with `{member, text,
 * at}`, `delivery` with a message of this client, `typing` with `{member, isTyping}`, `file` with a transfer, `channel` with
 * `{member, channel}`, `problem` with a sentence, empty when it is over, `host` with the host's id, `access`, `waiting` with
 * those that wait for this client, the host.
 */
export class Room extends MediaSender {
  /**
   * `waiting`: until the host admits this client. `away`: the server is out of reach, and what there is to the members goes on.
   * @type {'joining'|'waiting'|'joined'|'away'|'left'}
   */
  state = 'joining';
  _signaling;
  _mesh;
  _options;
  _stopListening;
  /** The last request to be let in. */
  _entry;
  _wasJoined = false;
  _isWaiting = false;
  _access;
  /** Events that wait until the page has the room and has set its listeners. @type {[string, unknown][] | null} */
  _early = [];
  _settle;
  _onOver = () => {};
  /** Channels to all members, by label. @type {Map<string, RoomChannel>} */
  _channels = new Map();
  _talks;

  /**
   * Use `client.join`.
   * @param {import('./room-signaling.js').RoomSignaling} signaling
   * @param {string} name
   * @param {RoomOptions} options
   * @param {MediaStream | null} stream
   */
  constructor(signaling, name, options, stream) {
    super();
    this.name = name;
    this._signaling = signaling;
    this._options = options;
    this.useStream(stream, !options.stream);
    this._access = new RoomAccess(signaling, name, (type, detail) => this.emit(type, detail));
    this._talks = createRoomTalks(options.limit === 2, (type, detail) => this.state === 'left' || this.emit(type, detail), options.fileStore);
    this._mesh = createMesh(signaling, name, () => this.localStream, {
      onPeer: (member) => this._onPeer(member),
      onChange: (member) => this._onChange(member),
      onGone: (member) => this._onGone(member),
      onProblem: (problem) => this.emit('problem', problem),
    });
    /** Settled once the server has let the client in, or not. @type {Promise<void>} */
    this.joined = new Promise((resolve, reject) => {
      this._settle = { resolve, reject };
    });
    this.joined.catch(() => {});
    for (const label of options.channels ?? []) this.channel(label);
    this._listen();
    if (signaling.connected) this._enter();
    else if (!signaling.active) this._fail(refusal('closed')); // While the browser was asking for devices.
  }

  get members() {
    return this._mesh.members;
  }

  /** How large a picture is useful with so many members. */
  get pictureSize() {
    return pictureSizeFor(this.members.length + 1);
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

  // --- What goes to the members ---

  async sendTrack(kind, track) {
    await Promise.all(this.members.map((member) => member.peer?.send(kind, track)
      .catch(({ message }) => this.emit('problem', `${member.name}: ${message}`))));
  }

  /**
   * A channel to all members, also to those who join later. They use the same label.
   * @param {string} label
   * @param {RTCDataChannelInit} [options]
   */
  channel(label, options) {
    this._mustBeIn();
    let channel = this._channels.get(label);
    if (!channel) {
      channel = new RoomChannel(label, options, () => this._channels.delete(label));
      this._channels.set(label, channel);
      for (const member of this.members) if (member.peer) channel.add(member);
    }
    return channel;
  }

  /** Sends a text to all members; in a room of two it waits for the other one. @param {string} text */
  async say(text) {
    this._mustBeIn();
    const said = this._talks.current(this.members).map(async (talk) => (await talk.load()).say(text));
    return (await Promise.all(said))[0];
  }

  /** @param {boolean} isTyping whether the user is writing a text */
  async typing(isTyping) {
    this._mustBeIn();
    for (const talk of this._talks.current(this.members)) (await talk.load()).sayTyping(isTyping);
  }

  /**
   * Offers a file to the other member of a room of two; otherwise use `member.sendFile`.
   * @param {File} file
   * @param {{key?: string, folder?: number}} [options]
   */
  async sendFile(file, options) {
    this._mustBeIn();
    const [talk, another] = this._talks.current(this.members);
    if (!talk || another) throw new SwitchboardError('no-such-peer', 'A file goes to one member: use member.sendFile(file).');
    return (await talk.load()).sendFile(file, options);
  }

  _mustBeIn() {
    if (this.state === 'left') throw refusal('ended');
  }

  /** Leaves the room, or waits no longer, and stops what this client sends. */
  leave() {
    if (this.state === 'left') return;
    this._signaling.leaveRoom(this.name);
    this._end('left', 'You left the room.');
  }

  // --- The server ---

  _listen() {
    const isOurs = ({ room }) => room === this.name;
    const mesh = this._mesh;
    const ours = (take) => (payload) => isOurs(payload) && take(payload);
    this._stopListening = this._signaling.listen({
      onConnected: (connection) => this._onConnected(connection),
      onDisconnected: (loss) => this._onDisconnected(loss),
      onClosed: () => this._end('closed', 'The client was closed.'),
      onJoined: ours((joined) => this._onJoined(joined)),
      onWaitingInRoom: ours(() => this._onWaiting()),
      onNotAdmitted: ours((refusal) => this._fail(refusal)),
      onHostChanged: ours(({ host }) => this._access.showHost(host)),
      onAccessChanged: ours(({ access }) => this._access.showAccess(access)),
      onWaitingChanged: ours(({ waiting }) => this._access.showWaiting(waiting)),
      onOfferWanted: ours(({ members }) => mesh.offerTo(members)),
      onUserJoined: ours((member) => this._onUserJoined(member)),
      onUserLeft: ours((member) => {
        mesh.userLeft(member);
        this._tellPresence(member.peerId);
      }),
      onUserLost: ours(({ peerId }) => this._showLine(peerId, 'away')),
      onUserBack: ours(({ peerId }) => this._showLine(peerId, 'here')),
      onMemberOffer: ours(mesh.addOffer),
      onMemberAnswer: ours(mesh.addAnswer),
      onMemberCandidate: ours(mesh.addCandidate),
    });
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
    this._mesh.join(members);
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

  _onUserJoined(other) {
    const others = this.members.filter(({ line, name }) => line !== 'gone' || name !== other.userName);
    if (others.length + 1 >= (this._options.limit ?? Infinity)) return; // A member that is about to find the room full.
    this._mesh.userJoined(other);
    this.emit('join', this._member(other.peerId));
  }

  _onConnected({ isKnown, wasAway }) {
    if (!isKnown) {
      // The server was restarted, or the client was away for long. All members join again under another id. Until then
      // members to whom there is a connection stay.
      this._mesh.loseAll();
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
    for (const channel of [...this._channels.values()]) channel.close();
    this._mesh.close();
    this._talks.close();
    this.releaseMedia();
    this.emit('state', 'left');
    this.emit('end', { reason, message });
  }

  // --- The members ---

  _member(id) {
    return this.members.find((member) => member.id === id);
  }

  _showLine(id, line) {
    this._mesh.showLine(id, line);
    this._tellPresence(id);
  }

  _tellPresence(id) {
    const member = this._member(id);
    if (member) this.emit('presence', member);
  }

  _onPeer(member) {
    if (!member.talk) {
      member.addEventListener('channel', ({ detail }) => this.emit('channel', { member, channel: detail }));
      member.talk = this._talks.add(member);
      for (const channel of this._channels.values()) channel.add(member);
    }
    member.talk.connect(member.peer.channels);
    member.channels.connect(member.peer);
    this.emit('connection', member);
  }

  _onChange(member) {
    this._fit();
    this.emit('member', member);
  }

  _onGone(member) {
    member.channels.close();
    if (this.state !== 'left') this._talks.remove(member);
    this._fit();
    this.emit('leave', member);
  }

  /** Makes the camera's pictures as large as is useful. */
  _fit() {
    if (!this._options.fitPictures || this.state === 'left') return;
    const { width, height } = this.pictureSize;
    for (const track of this.localStream?.getVideoTracks() ?? []) {
      // A screen stays readable. A camera that cannot do it goes on as it is.
      if (!track.getSettings().displaySurface) track.applyConstraints({ width: { ideal: width }, height: { ideal: height } }).catch(() => {});
    }
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
