// @ts-check
// A client of a Switchboard server: one connection to it, for calls and rooms.

import { Call } from './call.js';
import { early } from './early.js';
import { SwitchboardError } from './errors.js';
import { Events } from './events.js';
import { IncomingCall } from './incoming-call.js';
import { details, loadDetails, refusal } from './loaded.js';
import { partOf } from './part.js';
import { isSupported } from './peer.js';
import { randomHex } from './random.js';
import { loadSocketIo, rootOf } from './root.js';
import { connectSignaling } from './signaling.js';

/**
 * @typedef {object} ClientOptions
 * @property {string} [name]
 * @property {string | URL} [url] the server's address; without it the server that this script comes from
 * @property {string} [password]
 * @property {string} [token]
 * @property {string} [lobby] users see only the calls and rooms of their lobby
 * @property {string} [session] by it the server knows a page that reconnects
 * @property {boolean} [relayOnly]
 * @property {RTCIceServer[]} [iceServers] in place of the servers that Switchboard names
 * @property {import('./line.js').LineOptions['io']} [io] the Socket.IO client, if it is not to be loaded from the server
 * @property {boolean} [wait] false: the promise does not wait for the server, which may be away still
 *
 * @typedef {Pick<ClientOptions, 'name' | 'password' | 'token' | 'lobby'>} NewIdentity
 */

/**
 * Connects to a server.
 * @param {ClientOptions} [options]
 * @returns {Promise<Client>} once the server has accepted the client
 */
export function connect(options = {}) {
  return early(begin(options));
}

async function begin(options) {
  if (typeof options !== 'object') throw new SwitchboardError('bad-options', 'connect takes an object: connect({ name: "Ann" }).');
  if (!isSupported()) throw new SwitchboardError('unsupported', 'WebRTC (RTCPeerConnection) is missing in this browser, or switched off.');
  const root = rootOf(options.url);
  const [io] = await Promise.all([options.io ?? loadSocketIo(root), loadDetails()]);
  const client = new Client(options, { io, root });
  if (options.wait !== false) await client.admission();
  return client;
}

/**
 * Events: `state` with the new one, `incoming` with a call that waits, `call` with a call of this client as soon as it
 * begins, `problem` with `{code, message}`.
 */
export class Client extends Events {
  /** Calls of others that wait, oldest first. @type {IncomingCall[]} */
  incoming = [];
  /** Calls of this client that have not ended. @type {Call[]} */
  calls = [];

  /**
   * Use `connect`.
   * @param {ClientOptions} options
   * @param {{io: import('./line.js').LineOptions['io'], root: URL}} server
   */
  constructor({ name, password = 'x', token, lobby, session, relayOnly = false, iceServers }, { io, root }) {
    super();
    /** Whether connections to others go through a relay (TURN server) only; counts from the next one on. */
    this.relayOnly = relayOnly;
    this._root = root;
    const identity = { userName: name || `guest-${randomHex(2)}`, password, token, lobby, session: session ?? randomHex(16) };
    this._signaling = connectSignaling(identity, { io, root, iceServers, isRelayOnly: () => this.relayOnly });
    /** The connection of Socket.IO, for events that a back end sends by the server's API: `client.socket.on('bell', …)`. */
    this.socket = this._signaling.socket;
    this._isClosed = false;
    /** Events that wait until the page has the client and has set its handlers. @type {[string, unknown][] | null} */
    this._early = null;
    this._signaling.listen({
      onConnected: ({ isKnown }) => {
        this._forgetIncoming(); // The server lists the calls that wait now.
        if (!isKnown) details().endUnknownCalls(this._signaling, this.calls);
        this.emit('state', 'connected');
      },
      onDisconnected: ({ message }) => {
        this._forgetIncoming();
        this.emit('state', this.state);
        if (message) this._report('rejected', message);
      },
      onOffers: (offers) => this._onOffers(offers),
      onOfferWithdrawn: ({ offerId, reason }) => this._endIncoming(offerId, reason),
      onRefused: ({ code, message }) => this._report(code, message),
    });
    // A user who closes or reloads the page leaves. On long-polling the server would not notice. The listener runs first
    // (`capture`): after others the browser may have broken off all requests, and the connection with them.
    this._life = new AbortController();
    window.addEventListener('pagehide', ({ persisted }) => persisted || this._signaling.close(), { capture: true, signal: this._life.signal });
  }

  /** For `connect`. @returns {Promise<void>} settled once the server has accepted the client, or not; then it is closed */
  async admission() {
    this._early = [];
    let stop = () => {};
    try {
      await new Promise((resolve, reject) => {
        const fail = (code, message) => reject(new SwitchboardError(code, message));
        stop = this._signaling.listen({
          onConnected: () => this._signaling.admission().then(resolve),
          onRefused: ({ code, message }) => fail(code, message),
          onDisconnected: ({ retries, message }) =>
            retries ? fail('unreachable', `The server at ${this._root.href} did not reply.`) : fail('rejected', message),
        });
      });
    } catch (error) {
      this.close();
      throw error;
    } finally {
      stop();
      setTimeout(() => {
        const early = this._early;
        this._early = null;
        for (const [type, detail] of early) this.emit(type, detail);
      });
    }
  }

  emit(type, detail) {
    if (this._early) this._early.push([type, detail]);
    else if (type !== 'incoming' || detail.isWaiting) super.emit(type, detail);
  }

  get name() {
    return this._signaling.identity.userName;
  }

  /** @returns {'connecting' | 'connected' | 'away' | 'closed'} */
  get state() {
    const { connected, active, away } = this._signaling;
    if (connected) return 'connected';
    if (!active) return 'closed';
    return away ? 'away' : 'connecting';
  }

  /** The STUN and TURN servers, and what is known of them. */
  get iceServers() {
    return this._signaling.iceServers;
  }

  /**
   * Calls a user, or all of the lobby, of whom one can answer.
   * @param {string | null} [to]
   * @param {import('./call-connection.js').CallOptions} [options]
   * @returns {Promise<Call>} once the server offers it
   */
  async call(to, options = {}) {
    this._mustBeOpen();
    if (to !== undefined && to !== null && typeof to !== 'string') {
      throw refusal('bad-options', 'call');
    }
    if (this.calls.some(({ state, isCaller }) => isCaller && (state === 'starting' || state === 'waiting'))) {
      throw refusal('busy');
    }
    const call = this._begin({ isCaller: true, name: to ?? undefined, to: to ?? undefined }, options);
    await call.begin();
    return call;
  }

  /**
   * Joins a room.
   * @param {string} room
   * @param {object} [options]
   */
  async join(room, options) {
    this._mustBeOpen();
    const { joinRoom } = await partOf(import('./rooms.js'), 'rooms');
    this._mustBeOpen();
    return joinRoom(this._signaling, room, options);
  }

  /**
   * Connects again under another name, lobby, password or token.
   * @param {NewIdentity} identity
   */
  rename({ name, ...others } = {}) {
    if (this._isClosed) throw refusal('closed');
    const before = this._signaling.identity;
    this._forgetIncoming();
    this._signaling.reconnect({ ...before, ...others, userName: name || before.userName, password: others.password ?? before.password });
  }

  /** Ends all calls, leaves all rooms, and disconnects for good. The server notifies the others at once. */
  close() {
    this._isClosed = true;
    this._life.abort();
    for (const call of [...this.calls]) call.hangUp();
    this._forgetIncoming();
    this._signaling.close();
    this.emit('state', this.state);
  }

  /** The server may have closed it, too: then only `rename` opens it again. */
  _mustBeOpen() {
    if (this.state === 'closed') throw refusal('closed');
  }

  /** @param {Omit<import('./call-connection.js').Beginning, 'others'>} beginning */
  _begin(beginning, options) {
    const others = () => this.calls.filter((other) => other !== call);
    const call = new Call(this._signaling, { ...beginning, others }, options);
    this.calls.push(call);
    call.addEventListener('end', () => (this.calls = others()));
    call.addEventListener('problem', ({ detail }) => this._report('call', detail, call));
    this.emit('call', call);
    return call;
  }

  // --- Calls of others ---

  _onOffers(offers) {
    // When the page returns, its answer may be on the way a second time, and the offer still open.
    for (const offer of offers.filter(({ offerId }) => !this.calls.some((call) => call.offerId === offerId))) {
      const known = this.incoming.find(({ offerId }) => offerId === offer.offerId);
      if (known) known._offer = offer;
      else this._add(offer);
    }
  }

  _add(offer) {
    const incoming = new IncomingCall(offer, {
      answer: async (mine, options) => {
        this._mustBeOpen();
        const { name, offerId, _offer: offer } = mine;
        const call = this._begin({ isCaller: false, name, offerId, offer }, options);
        await call.answer(offer);
        this._endIncoming(offerId, 'taken');
        return call;
      },
      decline: async ({ offerId }) => {
        this._mustBeOpen();
        await this._signaling.declineOffer(offerId);
        this._endIncoming(offerId, 'declined');
      },
    });
    this.incoming.push(incoming);
    this.emit('incoming', incoming);
  }

  _endIncoming(offerId, reason) {
    const ended = this.incoming.filter((incoming) => incoming.offerId === offerId);
    this.incoming = this.incoming.filter((incoming) => incoming.offerId !== offerId);
    for (const incoming of ended) incoming.end(reason);
  }

  _forgetIncoming() {
    for (const { offerId } of [...this.incoming]) this._endIncoming(offerId, 'away');
  }

  /** @param {string} code @param {string} message @param {Events} [of] where the page may take it, too */
  _report(code, message, of) {
    if (!this['onproblem'] && !of?.['onproblem']) console.warn(`Switchboard: ${message}`);
    this.emit('problem', { code, message });
  }
}
