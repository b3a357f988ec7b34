// What the page holds: one namespace on one server, with `emit` to send events and `on` to hear
// them. A socket outlives connections. While it has none, what the page emits waits in
// `sendBuffer`; each new connection is greeted with CONNECT (and `auth`), and when the server has
// answered it with an id, the page hears `connect` and what waited goes out.

import { Emitter, callSafely, subscribe } from './emitter.js';
import { PacketType, RESERVED_EVENTS } from './packet.js';

export class Socket extends Emitter {
  id;
  connected = false;
  /** Whether the server gave back the state of the connection before (its choice; rarely on). */
  recovered = false;
  /** Packets that wait for the connection, and arguments of events that came before its id. */
  sendBuffer = [];
  receiveBuffer = [];
  /** What `volatile`, `compress` and `timeout` say of the next `emit`. */
  flags = {};
  anyListeners = { Any: [], AnyOutgoing: [] };

  #options;
  #leaveManager;
  #acks = new Map();
  #nextId = 0;
  #queue = [];
  /** For recovery: the private id of this session, and the last event that came in it. */
  #privateId;
  #offset;

  constructor(manager, namespace, options = {}) {
    super();
    this.io = manager;
    this.nsp = namespace;
    this.#options = options;
    /** Sent with each CONNECT: an object, or a function that hands one to its callback. */
    this.auth = options.auth;
    if (manager.opts.autoConnect) this.connect();
  }

  get disconnected() {
    return !this.connected;
  }

  /** Whether this socket is connected or will try again by itself. */
  get active() {
    return this.#leaveManager !== undefined;
  }

  connect() {
    if (this.connected) return this;
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
    const send = this.#options.retries && !flags.volatile ? this.#sendWithRetries : this.#send;
    send.call(this, data, flags, callback);
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

  /** The answer to the next event is due in so many milliseconds; its callback gets (error, ...). */
  timeout(milliseconds) {
    this.flags.timeout = milliseconds;
    return this;
  }

  /** Accepted, and without effect: compressing is the browser's business. */
  compress(compress) {
    this.flags.compress = compress;
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
    if (timeout === undefined) {
      this.#acks.set(packet.id, callback);
      return;
    }
    const timer = setTimeout(() => {
      this.#acks.delete(packet.id);
      this.sendBuffer = this.sendBuffer.filter((waiting) => waiting !== packet);
      callback.call(this, new Error('operation has timed out'));
    }, timeout);
    const answered = (...args) => {
      clearTimeout(timer);
      callback.apply(this, args);
    };
    answered.wantsError = true;
    this.#acks.set(packet.id, answered);
  }

  /** With the option `retries`, events go out one at a time, each until the server answered it. */
  #sendWithRetries(data, flags, callback) {
    this.#queue.push({ data, flags, callback, tries: 0, underWay: false });
    this.#sendNextInQueue();
  }

  #sendNextInQueue() {
    const [entry] = this.#queue;
    if (!this.connected || !entry || entry.underWay) return;
    entry.underWay = true;
    entry.tries += 1;
    this.#send(entry.data, entry.flags, (error, ...answer) => {
      entry.underWay = false;
      if (!error || entry.tries > this.#options.retries) {
        this.#queue.shift();
        if (entry.callback) callSafely(() => entry.callback(error, ...answer));
      }
      this.#sendNextInQueue();
    });
  }

  #write(packet) {
    this.io.write({ ...packet, nsp: this.nsp });
  }

  #writeEvent(packet) {
    this.#tellAny('AnyOutgoing', packet.data);
    this.#write(packet);
  }

  #greet() {
    const greet = (auth) => {
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
        this.#acknowledged(packet);
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
      this.#refused({ message: 'The server speaks Socket.IO 2, this client the protocol of Socket.IO 3 and 4' });
      return;
    }
    this.id = data.sid;
    this.recovered = data.pid !== undefined && data.pid === this.#privateId;
    this.#privateId = data.pid;
    this.connected = true;
    this.receiveBuffer.splice(0).forEach((args) => this.#deliver(args));
    this.sendBuffer.splice(0).forEach((packet) => callSafely(() => this.#writeEvent(packet)));
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
    for (const listener of [...this.anyListeners[which]]) callSafely(() => listener.apply(this, args));
  }

  /** The function by which the page answers an event of the server: once, and in that session. */
  #answerOnce(id) {
    const session = this.id;
    let answered = false;
    return (...data) => {
      if (answered || !this.connected || this.id !== session) return;
      answered = true;
      this.#write({ type: PacketType.ACK, id, data });
    };
  }

  #acknowledged({ id, data }) {
    const callback = this.#acks.get(id);
    if (!callback) return;
    this.#acks.delete(id);
    const args = callback.wantsError ? [null, ...data] : data;
    callSafely(() => callback.apply(this, args));
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
    // Answers to what was sent will not come. What still waits in the buffer may yet get one.
    for (const [id, callback] of [...this.#acks]) {
      if (this.sendBuffer.some((packet) => packet.id === id)) continue;
      this.#acks.delete(id);
      if (callback.wantsError) callSafely(() => callback.call(this, new Error('socket has been disconnected')));
    }
  }
}

Socket.prototype.open = Socket.prototype.connect;
Socket.prototype.close = Socket.prototype.disconnect;

// Listeners for whatever comes: onAny, prependAny, offAny, listenersAny; and for whatever goes out:
// onAnyOutgoing, prependAnyOutgoing, offAnyOutgoing, listenersAnyOutgoing.
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
      this.anyListeners[which] = this.anyListeners[which].filter((other) => listener && other !== listener);
      return this;
    },
    [`listeners${which}`]() {
      return this.anyListeners[which];
    },
  });
}
