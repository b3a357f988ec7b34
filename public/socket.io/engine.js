// One connection of Engine.IO 4: a session with the server, whatever transport carries it.
//
// It begins with a handshake (the server's "open" packet: the session's id and its rules), then
// usually moves from long-polling to WebSocket. From time to time the server sends a ping, which is
// answered; if none comes for too long, the connection is dead, though nobody said so. It tells its
// manager: open, message, ping, error, close, and whoever asks: packet, packetCreate, drain,
// upgrading, upgrade, upgradeError. A closed engine is never used again.

import { Emitter, subscribe } from './emitter.js';
import { Polling, WebSocketTransport, transportError } from './transport.js';

/** Why a connection is closed when the browser keeps its page for the "back" button. */
export const PAGE_SET_ASIDE = 'page set aside';
const TRANSPORTS = { polling: Polling, websocket: WebSocketTransport };

export class Engine extends Emitter {
  id = null;
  readyState = 'opening';
  upgrading = false;
  /** Packets that no transport has taken yet. */
  writeBuffer = [];

  #release;
  #probe;
  #pingTimer;
  #pingDeadline = Infinity;
  #pageListeners = [];

  constructor(origin, options) {
    super();
    const { protocol, host, hostname } = new URL(origin);
    const path = options.path.replace(/\/$/, '') + (options.addTrailingSlash === false ? '' : '/');
    this.hostname = hostname;
    this.opts = { ...options, secure: protocol === 'https:', host, path };
    this.transports = usableTransports(options.transports);
    this.#watchPage();
    this.#openFirst();
  }

  /** Sends a message: text or something binary. */
  send(data) {
    this.#sendPacket({ type: 'message', data });
    return this;
  }

  /** Closes when everything given before is out. */
  close() {
    if (this.readyState === 'opening') this.#closed('forced close');
    if (this.readyState !== 'open') return this;
    this.readyState = 'closing';
    this.#flush();
    return this;
  }

  /** By the clock, since timers sleep while a tab or a computer does. If so, closes right after. */
  isPingOverdue() {
    const overdue = Date.now() > this.#pingDeadline;
    if (overdue) queueMicrotask(() => this.#closed('ping timeout'));
    return overdue;
  }

  #openFirst() {
    this.#use(this.#create(this.transports[0]));
    this.transport.open();
  }

  #create(name) {
    const query = Object.fromEntries(new URLSearchParams(this.opts.query));
    if (this.id) query.sid = this.id;
    return new TRANSPORTS[name]({ ...this.opts, ...this.opts.transportOptions?.[name] }, query);
  }

  #use(transport) {
    this.#release?.();
    this.transport = transport;
    this.#release = subscribe(transport, {
      packet: (packet) => this.#received(packet),
      drain: () => this.#drained(),
      error: (error) => this.#failed(error),
      close: (details) => {
        if (this.readyState === 'opening') this.#failed(closedTooEarly(transport, details));
        else this.#closed('transport close', details);
      },
    });
  }

  #received(packet) {
    // The open packet comes first, and once.
    if ((this.readyState === 'opening') !== (packet.type === 'open')) return;
    this.fire('packet', packet);
    switch (packet.type) {
      case 'open':
        this.#shakeHands(JSON.parse(packet.data));
        break;
      case 'ping':
        this.#sendPacket({ type: 'pong' });
        this.#expectPing();
        this.fire('ping');
        break;
      case 'message':
        this.fire('message', packet.data ?? '');
        break;
    }
  }

  #shakeHands({ sid, upgrades, pingInterval, pingTimeout, maxPayload }) {
    this.id = sid;
    this.pingPatience = pingInterval + pingTimeout;
    this.transport.query.sid = sid;
    this.transport.maxPayload = maxPayload;
    this.#expectPing();
    this.readyState = 'open';
    this.fire('open');
    const isWanted = this.opts.upgrade !== false && this.transports.includes('websocket');
    if (isWanted && upgrades?.includes('websocket') && this.readyState === 'open') this.#upgrade();
  }

  /**
   * Moves the session from polling to WebSocket; no packet is lost or overtaken. The new transport
   * is tried with a ping of its own while the old one works on. Then nothing more is sent, the old
   * one comes to rest (the server ends its open GET), and "upgrade", the first packet on the new
   * one, tells the server to go on there.
   */
  #upgrade() {
    const old = this.transport;
    const probe = this.#create('websocket');
    this.#probe = probe;
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
      if (this.#probe !== probe) return;
      release();
      this.#probe = undefined;
      this.upgrading = false;
      this.#use(probe);
      probe.send([{ type: 'upgrade' }]);
      this.fire('upgrade', probe);
    };
    const giveUp = (error) => {
      release();
      probe.close();
      this.#probe = undefined;
      if (this.upgrading) old.resume();
      this.upgrading = false;
      this.fire('upgradeError', error);
      this.#flush();
    };
    probe.open();
  }

  #sendPacket(packet) {
    if (this.readyState === 'closing' || this.readyState === 'closed') return;
    this.fire('packetCreate', packet);
    this.writeBuffer.push(packet);
    this.#flush();
  }

  /** Sends what waits, as soon as that is possible. Nothing left: time to close, if that is wanted. */
  #flush() {
    if (this.readyState === 'opening' || this.upgrading || !this.transport.writable) return;
    if (this.writeBuffer.length > 0) this.transport.send(this.writeBuffer.splice(0));
    else if (this.readyState === 'closing') this.#closed('forced close');
  }

  #drained() {
    if (this.writeBuffer.length === 0) this.fire('drain');
    this.#flush();
  }

  #expectPing() {
    clearTimeout(this.#pingTimer);
    this.#pingDeadline = Date.now() + this.pingPatience;
    this.#pingTimer = setTimeout(() => this.#closed('ping timeout'), this.pingPatience);
  }

  #failed(error) {
    if (this.readyState === 'opening' && this.opts.tryAllTransports && this.transports.length > 1) {
      this.transports.shift();
      this.#openFirst();
      return;
    }
    this.fire('error', error);
    this.#closed('transport error', error);
  }

  #closed(reason, details) {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    clearTimeout(this.#pingTimer);
    this.#pingDeadline = Infinity;
    this.#pageListeners.forEach((remove) => remove());
    this.#leaveTransports();
    this.id = null;
    this.writeBuffer = [];
    this.fire('close', reason, details);
  }

  #leaveTransports() {
    this.#release();
    this.transport.close();
    this.#probe?.close();
    this.#probe = undefined;
  }

  /** What happens to the page happens to the connection. */
  #watchPage() {
    const watch = (target, event, callback) => {
      if (!target?.addEventListener) return;
      target.addEventListener(event, callback);
      this.#pageListeners.push(() => target.removeEventListener(event, callback));
    };
    const lost = (description) => this.#closed('transport close', { description });
    // Back from sleep: is there still a connection?
    watch(globalThis.document, 'visibilitychange', () => this.isPingOverdue());
    // Set aside by the browser, to be shown again on "back", the page cannot answer meanwhile.
    watch(globalThis, 'pagehide', ({ persisted }) => persisted && lost(PAGE_SET_ASIDE));
    if (this.opts.closeOnBeforeunload) {
      watch(globalThis, 'beforeunload', () => this.#leaveTransports());
    }
    if (/^(localhost|127\..*|\[::1\])$/.test(this.hostname)) return;
    watch(globalThis, 'offline', () => lost('network connection lost'));
  }
}

function usableTransports(wanted = Object.keys(TRANSPORTS)) {
  const usable = wanted.filter((name) => name in TRANSPORTS);
  if (usable.length > 0) return usable;
  throw new Error(`This client knows polling and websocket, not "${wanted.join()}".`);
}

function closedTooEarly(transport, { description, context }) {
  return transportError(`${transport.name} error`, description, context);
}
