// One connection of Engine.IO 4: a session with the server, whatever transport carries it.
//
// It begins with a handshake (the server's "open" packet: the session's id and its rules), then
// usually moves from long-polling to WebSocket. From time to time the server sends a ping, which is
// answered; if none comes for too long, the connection is dead, though it was not closed. It tells its
// manager: open, message, ping, doubt, proven, error, close, and, for pages that listen: packet, packetCreate, drain,
// upgrading, upgrade, upgradeError. A closed engine is never used again.

import { isLoopback, isOwnServer } from './address.js';
import { debugFor } from './debug.js';
import { Emitter, subscribe } from './emitter.js';
import { Polling, WebSocketTransport, transportError } from './transport.js';

/** Why a connection is closed when the browser keeps its page for the "back" button. */
export const PAGE_SET_ASIDE = 'page set aside';
/** Why the page gives up a connection that looks alive. */
const LOST = 'given up as lost';
const TRANSPORTS = { polling: Polling, websocket: WebSocketTransport };
/** How long a server may take to show that it is still there, when the network is back. */
const PROOF_PATIENCE_MS = 5000;
const debugEngine = debugFor('engine.io-client:socket');

export class Engine extends Emitter {
  id = null;
  readyState = 'opening';
  upgrading = false;
  /** The browser called the network lost: whether this connection still lives, the next packet shows. */
  inDoubt = false;
  /** Packets that no transport has taken yet. */
  writeBuffer = [];

  _release;
  _probe;
  _pingTimer;
  _pingDeadline = Infinity;
  _pageListeners = [];

  constructor(origin, options) {
    super();
    const { protocol, host, hostname } = new URL(origin);
    this._isOwnServer = isOwnServer(origin);
    const path = options.path.replace(/\/$/, '') + (options.addTrailingSlash === false ? '' : '/');
    this.hostname = hostname;
    this.opts = { ...options, secure: protocol === 'https:', host, path };
    this._transportsByName = usableTransports(options.transports);
    this.transports = Object.keys(this._transportsByName);
    this._watchPage();
    this._openFirst();
  }

  /** Sends a message: text or something binary. */
  send(data) {
    this._sendPacket({ type: 'message', data });
    return this;
  }

  /** Closes when everything given before is out. */
  close() {
    if (this.readyState === 'opening') this._closed('forced close');
    if (this.readyState !== 'open') return this;
    this.readyState = 'closing';
    this._flush();
    return this;
  }

  /** Closes at once, as if the network had. The server keeps what it has for the client, which a close packet would end. */
  lose() {
    this._closed('transport close', { description: LOST });
  }

  /** By the clock, since timers sleep while a tab or a computer does. If so, closes right after. */
  isPingOverdue() {
    const overdue = Date.now() > this._pingDeadline;
    if (overdue) queueMicrotask(() => this._closed('ping timeout'));
    return overdue;
  }

  _openFirst() {
    this._use(this._create(this.transports[0]));
    this.transport.open();
  }

  _create(name) {
    const query = Object.fromEntries(new URLSearchParams(this.opts.query));
    if (this.id) query.sid = this.id;
    debugEngine('creating transport "%s"', name);
    return new this._transportsByName[name]({ ...this.opts, ...this.opts.transportOptions?.[name] }, query);
  }

  _use(transport) {
    this._release?.();
    this.transport = transport;
    this._release = subscribe(transport, {
      packet: (packet) => this._received(packet),
      drain: () => this._drained(),
      error: (error) => this._failed(error),
      close: (details) => {
        if (this.readyState === 'opening') this._failed(closedTooEarly(transport, details));
        else this._closed('transport close', details);
      },
    });
  }

  _received(packet) {
    // The open packet comes first, and once.
    if ((this.readyState === 'opening') !== (packet.type === 'open')) return;
    debugEngine('socket receive: type "%s", data "%s"', packet.type, packet.data);
    if (this.inDoubt) this._proven();
    this.fire('packet', packet);
    switch (packet.type) {
      case 'open':
        this._shakeHands(JSON.parse(packet.data));
        break;
      case 'ping':
        this._sendPacket({ type: 'pong' });
        this._expectPing();
        this.fire('ping');
        break;
      case 'message':
        this.fire('message', packet.data ?? '');
        break;
    }
  }

  _shakeHands({ sid, upgrades, pingInterval, pingTimeout, maxPayload }) {
    this.id = sid;
    this.pingPatience = pingInterval + pingTimeout;
    this.transport.query.sid = sid;
    this.transport.maxPayload = maxPayload;
    this._expectPing();
    this.readyState = 'open';
    debugEngine('socket open');
    this.fire('open');
    const isWanted = this.opts.upgrade !== false && this.transports.includes('websocket');
    if (isWanted && upgrades?.includes('websocket') && this.readyState === 'open') this._upgrade();
  }

  /**
   * Moves the session from polling to WebSocket; no packet is lost or overtaken. The new transport
   * is tried with a ping of its own while the old one works on. Then nothing more is sent, the old
   * one comes to rest (the server ends its open GET), and "upgrade", the first packet on the new
   * one, tells the server to go on there.
   */
  _upgrade() {
    debugEngine('probing transport "%s"', 'websocket');
    const old = this.transport;
    const probe = this._create('websocket');
    this._probe = probe;
    const release = subscribe(probe, {
      open: () => probe.send([{ type: 'ping', data: 'probe' }]),
      packet: ({ type, data }) => {
        if (type === 'pong' && data === 'probe') change();
        else giveUp(transportError('probe error', data));
      },
      error: (error) => giveUp(error),
      close: (details) => giveUp(closedTooEarly(probe, details)),
    });
    const change = async () => {
      this.upgrading = true;
      this.fire('upgrading', probe);
      await old.pause();
      if (probe.readyState === 'closed') return;
      release();
      this._probe = undefined;
      this.upgrading = false;
      this._use(probe);
      debugEngine('changing transport and sending upgrade packet');
      probe.send([{ type: 'upgrade' }]);
      this.fire('upgrade', probe);
    };
    const giveUp = (error) => {
      release();
      probe.close();
      this._probe = undefined;
      if (this.upgrading) old.resume();
      this.upgrading = false;
      this.fire('upgradeError', error);
      this._flush();
    };
    probe.open();
  }

  _sendPacket(packet) {
    if (this.readyState === 'closing' || this.readyState === 'closed') return;
    this.fire('packetCreate', packet);
    this.writeBuffer.push(packet);
    this._flush();
  }

  /** Sends what waits, as soon as that is possible. Nothing left: time to close, if that is wanted. */
  _flush() {
    if (this.readyState === 'opening' || this.upgrading || !this.transport.writable) return;
    if (this.writeBuffer.length > 0) {
      debugEngine('flushing %d packets in socket', this.writeBuffer.length);
      this.transport.send(this.writeBuffer.splice(0));
    } else if (this.readyState === 'closing') {
      this._closed('forced close');
    }
  }

  _drained() {
    if (this.writeBuffer.length === 0) this.fire('drain');
    this._flush();
  }

  _expectPing(patience = this.pingPatience) {
    clearTimeout(this._pingTimer);
    this._pingDeadline = Date.now() + patience;
    this._pingTimer = setTimeout(() => this._closed('ping timeout'), patience);
  }

  /** The network is back: on `doubt` the manager asks the server for a sign of life. */
  _demandProof() {
    if (this.readyState !== 'open') return;
    this.inDoubt = true;
    this._expectPing(PROOF_PATIENCE_MS);
    this.fire('doubt');
  }

  _proven() {
    this.inDoubt = false;
    this._expectPing();
    this.fire('proven');
  }

  _failed(error) {
    if (this.readyState === 'opening' && this.opts.tryAllTransports && this.transports.length > 1) {
      this.transports.shift();
      this._openFirst();
      return;
    }
    this.fire('error', error);
    this._closed('transport error', error);
  }

  _closed(reason, details) {
    if (this.readyState === 'closed') return;
    debugEngine('socket close with reason: "%s"', reason);
    this.readyState = 'closed';
    clearTimeout(this._pingTimer);
    this._pingDeadline = Infinity;
    this._pageListeners.forEach((remove) => remove());
    const { description } = details ?? {};
    this._leaveTransports({
      isLost: reason === 'ping timeout' || description === LOST,
      isLeft: description === PAGE_SET_ASIDE,
    });
    this.id = null;
    this.writeBuffer = [];
    this.fire('close', reason, details);
  }

  _leaveTransports(how) {
    this._release();
    this.transport.close(how);
    this._probe?.close();
    this._probe = undefined;
  }

  /** What happens to the page happens to the connection. */
  _watchPage() {
    const watch = (target, event, callback) => {
      if (!target?.addEventListener) return;
      target.addEventListener(event, callback);
      this._pageListeners.push(() => target.removeEventListener(event, callback));
    };
    const lost = (description) => this._closed('transport close', { description });
    // Back from sleep: is there still a connection?
    watch(globalThis.document, 'visibilitychange', () => this.isPingOverdue());
    // Set aside by the browser, to be shown again on "back", the page cannot answer meanwhile.
    watch(globalThis, 'pagehide', ({ persisted }) => persisted && lost(PAGE_SET_ASIDE));
    if (this.opts.closeOnBeforeunload) {
      watch(globalThis, 'beforeunload', () => this._leaveTransports());
    }
    // This very machine is reached without any network.
    if (isLoopback(this.hostname)) return;
    watch(globalThis, 'offline', () => {
      // Another server has no event that answers a question: its connection ends, as with the official client.
      if (this._isOwnServer && this.readyState === 'open') this.inDoubt = true;
      else lost('network connection lost');
    });
    if (this._isOwnServer) watch(globalThis, 'online', () => this._demandProof());
  }
}

/** The classes of the transports, by name: pages list names, or classes that the module exports. */
function usableTransports(wanted = Object.keys(TRANSPORTS)) {
  const named = wanted.map((one) => (typeof one === 'function' ? [one.prototype.name, one] : [one, TRANSPORTS[one]]));
  const usable = named.filter(([name, transport]) => name in TRANSPORTS && transport);
  if (usable.length > 0) return Object.fromEntries(usable);
  throw new Error(`This client knows polling and websocket, not "${named.map(([name]) => name).join()}".`);
}

function closedTooEarly(transport, { description, context }) {
  return transportError(`${transport.name} error`, description, context);
}
