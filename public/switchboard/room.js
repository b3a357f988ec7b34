// @ts-check
// A room: its members, and what this client sends to them. mesh.js has the connections, talk.js texts and files,
// room-membership.js how this client enters and leaves.

import { SwitchboardError } from './errors.js';
import { details, refusal } from './loaded.js';
import { createMesh, pictureSizeFor } from './mesh.js';
import { RoomChannel } from './room-channel.js';
import { RoomMembership } from './room-membership.js';
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
 * the clients that wait for this one, the host.
 */
export class Room extends RoomMembership {
  _mesh;
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
    super(signaling, name, options);
    this.useStream(stream, !options.stream);
    this._talks = createRoomTalks(options.limit === 2, (type, detail) => this.state === 'left' || this.emit(type, detail), options.fileStore);
    const mesh = createMesh(signaling, name, () => this.localStream, {
      onPeer: (member) => this._onPeer(member),
      onChange: (member) => this._onChange(member),
      onGone: (member) => this._onGone(member),
      onProblem: (problem) => this.emit('problem', problem),
    });
    this._mesh = mesh;
    for (const label of options.channels ?? []) this.channel(label);
    this._begin({
      onOfferWanted: ({ members }) => mesh.offerTo(members),
      onUserJoined: (member) => this._onUserJoined(member),
      onUserLeft: (member) => {
        mesh.userLeft(member);
        this._emitPresence(member.peerId);
      },
      onUserLost: ({ peerId }) => this._showLine(peerId, 'away'),
      onUserBack: ({ peerId }) => this._showLine(peerId, 'here'),
      onMemberOffer: mesh.addOffer,
      onMemberAnswer: mesh.addAnswer,
      onMemberCandidate: mesh.addCandidate,
    });
  }

  get members() {
    return this._mesh.members;
  }

  /** How large a picture is useful with so many members. */
  get pictureSize() {
    return pictureSizeFor(this.members.length + 1);
  }

  // --- What goes to the members ---

  async sendTrack(kind, track) {
    await Promise.all(this.members.map((member) => member.peer?.send(kind, track)
      .catch(({ message }) => this.emit('problem', `${member.name}: ${message}`))));
  }

  /**
   * A channel to all members, also to members that join later. They use the same label.
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

  // --- The members ---

  _meet(members) {
    this._mesh.join(members);
  }

  _loseAll() {
    this._mesh.loseAll();
  }

  _disconnect() {
    for (const channel of [...this._channels.values()]) channel.close();
    this._mesh.close();
    this._talks.close();
  }

  _onUserJoined(other) {
    const others = this.members.filter(({ line, name }) => line !== 'gone' || name !== other.userName);
    if (others.length + 1 >= (this._options.limit ?? Infinity)) return; // A member that is about to find the room full.
    this._mesh.userJoined(other);
    this.emit('join', this._member(other.peerId));
  }

  _member(id) {
    return this.members.find((member) => member.id === id);
  }

  _showLine(id, line) {
    this._mesh.showLine(id, line);
    this._emitPresence(id);
  }

  _emitPresence(id) {
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
