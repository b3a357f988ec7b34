// What the page holds: one namespace on one server, with `emit` to send events and `on` to hear
// them. A socket outlives connections. While it has none, what the page emits waits in
// `sendBuffer`; each new connection is greeted with CONNECT (and `auth`), and when the server has
// answered it with an id, the page hears `connect` and what waited goes out.

import { Emitter, callSafely, subscribe } from './emitter.js';
import { PacketType, RESERVED_EVENTS } from './packet.js';

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

  #options;
  #leaveManager;
  #acks = new Map();
  #nextId = 0;
  #queue = [];
  /** For recovery: this session's private id, and its last event. */
  #privateId;
  #offset;

  constructor(manager, namespace, options = {}) {
    super();
    this.io = manager;
    this.nsp = namespace;
    this.#options = options;
    /** Sent with each CONNECT: an object, or a function that hands one to its callback. */
    this.auth = options.auth;
  }

  get disconnected() {
    return !this.connected;
  }

  /** Whether this socket is connected or will try again by itself. */
  get active() {
    return this.#leaveManager !== undefined;
  }

  connect() {
    if (this.active && this.io.readyState === 'open') return this;
    this.#leaveManager ??= subscribe(this.io, {
      open: () => this.#greet(),
      packet: (packet) => this.#received(packet),
      error: (error) => this.connected || this.fire('connect_error', error),
      close: (reason, details) => this.active && this.#ended(reason, details),
    });
    if (!this.io.reconnecting) this.io.open();
    if (this.io.readyState === 'open') this.#greet();
    return this;
  }

  disconnect() {
    const wasConnected = this.connected;
    if (wasConnected) this.#write({ type: PacketType.DISCONNECT });
    this.#leave();
    if (wasConnected) this.#ended('io client disconnect');
    return this;
  }

  /** Sends an event. A function as last argument is called with the server's answer. */
  emit(event, ...args) {
    if (RESERVED_EVENTS.has(event)) throw new Error(`"${event}" is a reserved event name`);
    const { flags } = this;
    this.flags = {};
    const data = [event, ...args];
    const callback = typeof data.at(-1) === 'function' ? data.pop() : undefined;
    if (this.#options.retries && !flags.volatile) {
      this.#queue.push({ data, flags, callback, tries: 0, underWay: false });
      this.#sendNextInQueue();
    } else {
      this.#send(data, flags, callback);
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

  #send(data, flags, callback) {
    const packet = { type: PacketType.EVENT, data };
    if (callback) {
      packet.id = this.#nextId++;
      this.#expectAck(packet, callback, flags.timeout ?? this.#options.ackTimeout);
    }
    const canSend = this.connected && !this.io.engine.isPingOverdue();
    if (flags.volatile && !(canSend && this.io.engine.transport.writable)) return;
    if (canSend) this.#writeEvent(packet);
    else this.sendBuffer.push(packet);
  }

  #expectAck(packet, callback, timeout) {
    const wantsError = callback.wantsError || timeout !== undefined;
    const giveUp = () => {
      this.sendBuffer = this.sendBuffer.filter((waiting) => waiting !== packet);
      this.#settle(packet.id, new Error('operation has timed out'));
    };
    const timer = timeout === undefined ? 0 : setTimeout(giveUp, timeout);
    this.#acks.set(packet.id, { callback, wantsError, timer });
  }

  /** The answer to an event is here, or will never come. */
  #settle(id, error, answer = []) {
    const ack = this.#acks.get(id);
    if (!ack) return;
    this.#acks.delete(id);
    clearTimeout(ack.timer);
    const args = ack.wantsError ? [error, ...answer] : answer;
    if (!error || ack.wantsError) callSafely(() => ack.callback.apply(this, args));
  }

  /** With the option `retries`: events go out one at a time, each until the server answers it. */
  #sendNextInQueue() {
    const [entry] = this.#queue;
    if (!this.connected || !entry || entry.underWay) return;
    entry.underWay = true;
    entry.tries += 1;
    const answered = (error, ...answer) => {
      entry.underWay = false;
      if (!error || entry.tries > this.#options.retries) {
        this.#queue.shift();
        if (entry.callback) callSafely(() => entry.callback(error, ...answer));
      }
      this.#sendNextInQueue();
    };
    answered.wantsError = true;
    this.#send(entry.data, entry.flags, answered);
  }

  #write(packet) {
    this.io.write({ ...packet, nsp: this.nsp });
  }

  #writeEvent(packet) {
    this.#tellAny('AnyOutgoing', packet.data);
    this.#write(packet);
  }

  #greet() {
    const { engine } = this.io;
    const greet = (auth) => {
      if (this.io.engine !== engine) return;
      const recovery = this.#privateId && { pid: this.#privateId, offset: this.#offset };
      this.#write({ type: PacketType.CONNECT, data: recovery ? { ...recovery, ...auth } : auth });
    };
    if (typeof this.auth === 'function') this.auth(greet);
    else greet(this.auth);
  }

  #received(packet) {
    if (packet.nsp !== this.nsp) return;
    switch (packet.type) {
      case PacketType.CONNECT:
        this.#welcomed(packet.data);
        break;
      case PacketType.EVENT:
        this.#event(packet);
        break;
      case PacketType.ACK:
        this.#settle(packet.id, null, packet.data);
        break;
      case PacketType.DISCONNECT:
        this.#leave();
        this.#ended('io server disconnect');
        break;
      case PacketType.CONNECT_ERROR:
        this.#refused(packet.data);
        break;
    }
  }

  #welcomed(data) {
    if (!data?.sid) {
      this.#refused({ message: 'The server speaks Socket.IO 2, this client Socket.IO 3 and 4' });
      return;
    }
    this.id = data.sid;
    this.recovered = data.pid !== undefined && data.pid === this.#privateId;
    this.#privateId = data.pid;
    this.connected = true;
    this.receiveBuffer.splice(0).forEach((args) => this.#deliver(args));
    const waiting = this.sendBuffer.splice(0);
    waiting.forEach((packet) => callSafely(() => this.#writeEvent(packet)));
    this.fire('connect');
    this.#sendNextInQueue();
  }

  #refused(data) {
    this.#leave();
    const error = new Error(data.message ?? data);
    error.data = data.data;
    this.fire('connect_error', error);
  }

  #event({ data, id }) {
    const args = id === undefined ? data : [...data, this.#answerOnce(id)];
    if (this.connected) this.#deliver(args);
    else this.receiveBuffer.push(args);
  }

  #deliver(args) {
    this.#tellAny('Any', args);
    this.fire(...args);
    if (this.#privateId && typeof args.at(-1) === 'string') this.#offset = args.at(-1);
  }

  #tellAny(which, args) {
    const listeners = [...this.anyListeners[which]];
    listeners.forEach((listener) => callSafely(() => listener.apply(this, args)));
  }

  /** The function by which the page answers an event: once, and on the same connection. */
  #answerOnce(id) {
    const { engine } = this.io;
    let isDue = true;
    return (...data) => {
      if (isDue && this.connected && this.io.engine === engine) {
        this.#write({ type: PacketType.ACK, id, data });
      }
      isDue = false;
    };
  }

  #leave() {
    this.#leaveManager?.();
    this.#leaveManager = undefined;
    this.io.left();
  }

  #ended(reason, details) {
    this.connected = false;
    this.id = undefined;
    this.fire('disconnect', reason, details);
    // What still waits in the buffer may yet be answered; the rest will not.
    const buffered = new Set(this.sendBuffer.map((packet) => packet.id));
    for (const id of [...this.#acks.keys()]) {
      if (!buffered.has(id)) this.#settle(id, new Error('socket has been disconnected'));
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
