// What the page holds: one namespace on one server, with `emit` to send events and `on` to receive
// them. A socket outlives connections. While it has none, what the page emits waits in
// `sendBuffer`; each new connection is greeted with CONNECT (and `auth`), and when the server has
// answered it with an id, the page gets `connect` and what waited is sent.

import { isOwnServer } from './address.js';
import { debugFor } from './debug.js';
import { Emitter, callSafely, subscribe } from './emitter.js';
import { Hints } from './hints.js';
import { PacketType, RESERVED_EVENTS } from './packet.js';

const debugSocket = debugFor('socket.io-client:socket');

export class Socket extends Emitter {
  id;
  connected = false;
  /** Whether the server delivers what was missed since the last connection. */
  recovered = false;
  /** Packets that wait for the connection, and arguments of events that came before its id. */
  sendBuffer = [];
  receiveBuffer = [];
  /** What `volatile` and `timeout` say of the next `emit`. */
  flags = {};
  anyListeners = { Any: [], AnyOutgoing: [] };

  _opts;
  _leaveManager;
  _acks = new Map();
  _nextId = 0;
  _queue = [];
  /** For recovery: this session's private id, and its last event. */
  _privateId;
  _offset;

  constructor(manager, namespace, options = {}) {
    super();
    this.io = manager;
    this.nsp = namespace;
    this._opts = options;
    /** Sent with each CONNECT: an object, or a function that hands one to its callback. */
    this.auth = options.auth;
    /** Explains mistakes on the console; the events that it knows are those of the main namespace. */
    this._hints = namespace === '/' && isOwnServer(manager.origin) ? new Hints() : undefined;
  }

  get disconnected() {
    return !this.connected;
  }

  /** Whether this socket is connected or will try again by itself. */
  get active() {
    return this._leaveManager !== undefined;
  }

  connect() {
    if (this.active && this.io.readyState === 'open') return this;
    this._leaveManager ??= subscribe(this.io, {
      open: () => this.onopen(),
      packet: (packet) => this.onpacket(packet),
      error: (error) => this.connected || this._failed(error),
      close: (reason, details) => this.active && this.onclose(reason, details),
    });
    if (!this.io.reconnecting) this.io.open();
    if (this.io.readyState === 'open') this.onopen();
    return this;
  }

  disconnect() {
    const wasConnected = this.connected;
    if (wasConnected) this.packet({ type: PacketType.DISCONNECT });
    this._leave();
    if (wasConnected) this.onclose('io client disconnect');
    return this;
  }

  /** Sends an event. A function as last argument is called with the server's answer. */
  emit(event, ...args) {
    if (RESERVED_EVENTS.has(event)) throw new Error(`"${event}" is a reserved event name`);
    this._hints?.sent(event);
    const { flags } = this;
    this.flags = {};
    const data = [event, ...args];
    const callback = typeof data.at(-1) === 'function' ? data.pop() : undefined;
    if (this._opts.retries && !flags.volatile) {
      this._queue.push({ data, flags, callback, tries: 0, underWay: false });
      this._sendNextInQueue();
    } else {
      this._send(data, flags, callback);
    }
    return this;
  }

  /** As `emit`, with a promise for the answer. */
  emitWithAck(event, ...args) {
    return new Promise((resolve, reject) => {
      const callback = (error, answer) => (error ? reject(error) : resolve(answer));
      callback.wantsError = true;
      this.emit(event, ...args, callback);
    });
  }

  send(...args) {
    return this.emit('message', ...args);
  }

  /** The next event may be lost where it cannot leave at once. */
  get volatile() {
    this.flags.volatile = true;
    return this;
  }

  /** The answer to the next event is due in this time; its callback gets (error, ...answer). */
  timeout(milliseconds) {
    this.flags.timeout = milliseconds;
    return this;
  }

  /** Without effect: compressing is the browser's business. */
  compress() {
    return this;
  }

  _send(data, flags, callback) {
    const packet = { type: PacketType.EVENT, data };
    if (callback) {
      packet.id = this._nextId++;
      debugSocket('emitting packet with ack id %d', packet.id);
      this._expectAck(packet, callback, flags.timeout ?? this._opts.ackTimeout);
    }
    const canSend = this.connected && !this.io.engine.inDoubt && !this.io.engine.isPingOverdue();
    if (flags.volatile && !(canSend && this.io.engine.transport.writable)) return;
    if (canSend) this._writeEvent(packet);
    else this.sendBuffer.push(packet);
  }

  _expectAck(packet, callback, timeout) {
    const wantsError = callback.wantsError || timeout !== undefined;
    const giveUp = () => {
      this.sendBuffer = this.sendBuffer.filter((waiting) => waiting.id !== packet.id);
      this._settle(packet.id, new Error('operation has timed out'));
    };
    const timer = timeout === undefined ? 0 : setTimeout(giveUp, timeout);
    this._acks.set(packet.id, { callback, wantsError, timer });
  }

  /** The answer to an event is here, or will never come. */
  _settle(id, error, answer = []) {
    const ack = this._acks.get(id);
    if (!ack) return;
    this._acks.delete(id);
    clearTimeout(ack.timer);
    if (!error) debugSocket('calling ack %s with %j', id, answer);
    const args = ack.wantsError ? [error, ...answer] : answer;
    if (!error || ack.wantsError) callSafely(() => ack.callback.apply(this, args));
  }

  /** With the option `retries`: events go out one at a time, each until the server answers it. */
  _sendNextInQueue() {
    const [entry] = this._queue;
    if (!this.connected || !entry || entry.underWay) return;
    entry.underWay = true;
    entry.tries += 1;
    const answered = (error, ...answer) => {
      entry.underWay = false;
      if (!error || entry.tries > this._opts.retries) {
        this._queue.shift();
        if (entry.callback) callSafely(() => entry.callback(error, ...answer));
      }
      this._sendNextInQueue();
    };
    answered.wantsError = true;
    this._send(entry.data, entry.flags, answered);
  }

  packet(packet) {
    this.io.write({ ...packet, nsp: this.nsp });
  }

  _writeEvent(packet) {
    this._tellAny('AnyOutgoing', packet.data);
    this.packet(packet);
  }

  onopen() {
    const { engine } = this.io;
    const greet = (auth) => {
      if (this.io.engine !== engine) return;
      const recovery = this._privateId && { pid: this._privateId, offset: this._offset };
      this.packet({ type: PacketType.CONNECT, data: recovery ? { ...recovery, ...auth } : auth });
    };
    if (typeof this.auth === 'function') this.auth(greet);
    else greet(this.auth);
  }

  onpacket(packet) {
    if (packet.nsp !== this.nsp) return;
    switch (packet.type) {
      case PacketType.CONNECT:
        this.onconnect(packet.data);
        break;
      case PacketType.EVENT:
        this.onevent(packet);
        break;
      case PacketType.ACK:
        this._settle(packet.id, null, packet.data);
        break;
      case PacketType.DISCONNECT:
        this._leave();
        this.onclose('io server disconnect');
        break;
      case PacketType.CONNECT_ERROR:
        this._refused(packet.data);
        break;
    }
  }

  onconnect(data) {
    if (!data?.sid) {
      this._refused({ message: 'The server speaks Socket.IO 2, this client Socket.IO 3 and 4' });
      return;
    }
    this.id = data.sid;
    this.recovered = data.pid !== undefined && data.pid === this._privateId;
    this._privateId = data.pid;
    this.connected = true;
    debugSocket('socket connected with id %s', this.id);
    this.emitBuffered();
    this.fire('connect');
    this._sendNextInQueue();
  }

  /** Delivers and sends what had to wait. */
  emitBuffered() {
    if (!this.connected) return;
    this.receiveBuffer.splice(0).forEach((args) => this.emitEvent(args));
    const waiting = this.sendBuffer.splice(0);
    waiting.forEach((packet) => callSafely(() => this._writeEvent(packet)));
  }

  /** Sends an event that the server always answers: the answer itself is not needed, only that one comes. */
  askForLife() {
    if (this.connected) this.packet({ type: PacketType.EVENT, id: this._nextId++, data: ['test'] });
  }

  _refused(data) {
    this._leave();
    const error = new Error(data.message ?? data);
    error.data = data.data;
    this._failed(error, error.message);
  }

  /** `sentence` is the server's reason, if it gives one. */
  _failed(error, sentence = error.data?.message) {
    if (sentence && !this.hasListeners('connect_error')) this._hints?.refused(sentence);
    this.fire('connect_error', error);
  }

  onevent({ data, id }) {
    const args = id === undefined ? data : [...data, this.ack(id)];
    if (this.connected) this.emitEvent(args);
    else this.receiveBuffer.push(args);
  }

  emitEvent(args) {
    debugSocket('emitting event %j', args);
    this._hintAt(args);
    this._tellAny('Any', args);
    this.fire(...args);
    if (this._privateId && typeof args.at(-1) === 'string') this._offset = args.at(-1);
  }

  /** A page that listens to any event, or has replaced `onevent`, receives everything. */
  _hintAt(args) {
    if (!this._hints || this.anyListeners.Any.length > 0 || Object.hasOwn(this, 'onevent')) return;
    this._hints.received(args, [...this._listeners.keys()].filter((event) => this.hasListeners(event)));
  }

  _tellAny(which, args) {
    const listeners = [...this.anyListeners[which]];
    listeners.forEach((listener) => callSafely(() => listener.apply(this, args)));
  }

  /** The function by which the page answers an event: once, and on the same connection. */
  ack(id) {
    const { engine } = this.io;
    let isDue = true;
    return (...data) => {
      if (isDue && this.connected && this.io.engine === engine) {
        debugSocket('sending ack %j', data);
        this.packet({ type: PacketType.ACK, id, data });
      }
      isDue = false;
    };
  }

  _leave() {
    this._leaveManager?.();
    this._leaveManager = undefined;
    this.io.left();
  }

  onclose(reason, details) {
    debugSocket('close (%s)', reason);
    this.connected = false;
    this.id = undefined;
    this.fire('disconnect', reason, details);
    // What still waits in the buffer may yet be answered; the rest will not.
    const buffered = new Set(this.sendBuffer.map((packet) => packet.id));
    for (const id of [...this._acks.keys()]) {
      if (!buffered.has(id)) this._settle(id, new Error('socket has been disconnected'));
    }
  }
}

Socket.prototype.open = Socket.prototype.connect;
Socket.prototype.close = Socket.prototype.disconnect;

// onAny, prependAny, offAny, listenersAny: for whatever comes; onAnyOutgoing, prependAnyOutgoing,
// offAnyOutgoing, listenersAnyOutgoing: for whatever goes out.
for (const which of ['Any', 'AnyOutgoing']) {
  Object.assign(Socket.prototype, {
    [`on${which}`](listener) {
      this.anyListeners[which].push(listener);
      return this;
    },
    [`prepend${which}`](listener) {
      this.anyListeners[which].unshift(listener);
      return this;
    },
    [`off${which}`](listener) {
      const others = this.anyListeners[which].filter((other) => other !== listener);
      this.anyListeners[which] = listener ? others : [];
      return this;
    },
    [`listeners${which}`]() {
      return this.anyListeners[which];
    },
  });
}
