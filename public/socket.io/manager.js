// The manager keeps one connection to one server alive and lets all namespaces share it: opens it,
// brings packets in and out, and when it breaks opens another one, patiently. Every page that lost
// the same server would otherwise reconnect in the same instant, again and again; so each waits
// longer after each failure, and each a little differently.

import { readAddress, serverFor } from './address.js';
import { debugFor } from './debug.js';
import { Emitter, subscribe } from './emitter.js';
import { Engine, PAGE_SET_ASIDE } from './engine.js';
import { Decoder, encodePacket } from './packet.js';
import { Socket } from './socket.js';

const DEFAULTS = {
  path: '/socket.io',
  timeout: 20_000,
  autoConnect: true,
  reconnection: true,
  reconnectionAttempts: Infinity,
  reconnectionDelay: 1000,
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5,
};

const debugManager = debugFor('socket.io-client:manager');

/** Milliseconds to wait before the attempt after `failures` failed ones. */
export function backOff(failures, options) {
  const jitter = 1 + options.randomizationFactor * (2 * Math.random() - 1);
  const wait = Math.floor(options.reconnectionDelay * 2 ** failures * jitter);
  return Math.min(wait, options.reconnectionDelayMax);
}

export class Manager extends Emitter {
  /** The sockets, by namespace. */
  nsps = {};
  engine;
  readyState = 'closed';
  /** Whether it is on its own way to the next connection. */
  reconnecting = false;

  _release = () => {};
  _closedOnPurpose = false;
  _attempts = 0;
  _stopWaiting = () => {};

  constructor(origin, options) {
    super();
    if (typeof origin === 'object') [origin, options] = [undefined, origin];
    const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
    this.uri = origin ?? globalThis.location?.origin;
    /** Read afresh for each connection: a page may change them between two attempts. */
    this.opts = { ...DEFAULTS, ...Object.fromEntries(given) };
    if (this.opts.parser) throw new Error('This client has one packet format and no "parser".');
    if (this.opts.autoConnect) this.open();
  }

  /** The server's origin: what `uri` names, or where the page comes from if that is meant. */
  get origin() {
    return serverFor(readAddress(this.uri ?? '').origin);
  }

  /** The socket of a namespace: always the same one. */
  socket(namespace, options) {
    this.nsps[namespace] ??= new Socket(this, namespace, options);
    const socket = this.nsps[namespace];
    if (this.opts.autoConnect && !socket.active) socket.connect();
    return socket;
  }

  /** Opens the connection, unless there is one; the callback gets the outcome. */
  open(callback) {
    if (this.readyState !== 'closed') return this;
    this._closedOnPurpose = false;
    debugManager('opening %s', this.origin);
    const engine = new Engine(this.origin, this.opts);
    this.engine = engine;
    this.readyState = 'opening';

    const decoder = new Decoder();
    const failed = (error) => {
      this._letGo();
      this.fire('error', error);
      if (callback) callback(error);
      else if (this._attempts === 0) this._reconnect();
    };
    const { timeout } = this.opts;
    const timer = timeout === false ? 0 : setTimeout(() => failed(new Error('timeout')), timeout);
    const release = subscribe(engine, {
      open: () => {
        clearTimeout(timer);
        this.readyState = 'open';
        debugManager('open');
        this.fire('open');
        callback?.();
      },
      message: (data) => this._received(decoder, data),
      ping: () => this.fire('ping'),
      doubt: () => this.nsps['/']?.askForLife(),
      proven: () => Object.values(this.nsps).forEach((socket) => socket.emitBuffered()),
      error: (error) => (this.readyState === 'opening' ? failed(error) : this.fire('error', error)),
      close: (reason, details) => this._closed(reason, details),
    });
    this._release = () => {
      clearTimeout(timer);
      release();
    };
    return this;
  }

  /** Closes the connection, for good: until someone opens it again. */
  close() {
    this._closedOnPurpose = true;
    this.reconnecting = false;
    this._stopWaiting();
    this._closed('forced close');
  }

  /** For sockets: sends a packet, if there is a connection. */
  write(packet) {
    debugManager('writing packet %j', packet);
    for (const message of encodePacket(packet)) this.engine.send(message);
  }

  /** For sockets: one has disconnected. The last one closes the connection. */
  left() {
    if (!Object.values(this.nsps).some((socket) => socket.active)) this.close();
  }

  _received(decoder, message) {
    let packet;
    try {
      packet = decoder.add(message);
    } catch (error) {
      this._closed('parse error', error);
      return;
    }
    if (packet) this.fire('packet', packet);
  }

  /** Parts with the engine, which may still have things to send before it closes. */
  _letGo() {
    this._release();
    this.readyState = 'closed';
    this.engine?.close();
  }

  _closed(reason, details) {
    debugManager('closed due to %s', reason);
    this._letGo();
    this._attempts = 0;
    this.fire('close', reason, details);
    if (!this._closedOnPurpose) this._reconnect(details?.description === PAGE_SET_ASIDE);
  }

  /**
   * Tries again after a while; at once when the browser says that the network is back. Set aside by the browser, the
   * page waits until it is shown again, and no longer: a new connection would go to sleep with it.
   */
  _reconnect(isSetAside = false) {
    if (this.reconnecting || this._closedOnPurpose || !this.opts.reconnection) return;
    if (this._attempts >= this.opts.reconnectionAttempts) {
      debugManager('reconnect failed');
      this._attempts = 0;
      this.fire('reconnect_failed');
      return;
    }
    this.reconnecting = true;
    const wait = backOff(this._attempts, this.opts);
    const attempt = () => {
      this._stopWaiting();
      this._attempt();
    };
    if (!isSetAside) debugManager('will wait %dms before reconnect attempt', wait);
    const timer = isSetAside ? 0 : setTimeout(attempt, wait);
    const event = isSetAside ? 'pageshow' : 'online';
    globalThis.addEventListener?.(event, attempt);
    this._stopWaiting = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.(event, attempt);
    };
    this._attempts += 1;
  }

  _attempt() {
    debugManager('attempting reconnect');
    this.fire('reconnect_attempt', this._attempts);
    // A listener may have closed it for good, or opened it already.
    if (this._closedOnPurpose || this.readyState !== 'closed') {
      this.reconnecting = false;
      return;
    }
    this.open((error) => {
      this.reconnecting = false;
      debugManager(error ? 'reconnect attempt error' : 'reconnect success');
      if (error) {
        this._reconnect();
        this.fire('reconnect_error', error);
      } else {
        const attempts = this._attempts;
        this._attempts = 0;
        this.fire('reconnect', attempts);
      }
    });
  }
}

Manager.prototype.connect = Manager.prototype.open;
Manager.prototype.disconnect = Manager.prototype.close;

// reconnection(), reconnectionDelay() and so on read such an option, or set it.
for (const option of Object.keys(DEFAULTS)) {
  if (!/^(reconnection|randomization|timeout)/.test(option)) continue;
  Manager.prototype[option] = function (value) {
    if (value === undefined) return this.opts[option];
    this.opts[option] = value;
    return this;
  };
}
