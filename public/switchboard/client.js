// @ts-check
// A client of a Switchboard server: one connection to it.

import { NO_WEBRTC } from './connection-words.js';
import { SwitchboardError } from './errors.js';
import { Events } from './events.js';
import { canConnect } from './peer.js';
import { randomHex } from './random.js';
import { loadSocketIo, rootOf } from './root.js';
import { connectSignaling } from './signaling.js';

/**
 * @typedef {object} ClientOptions
 * @property {string} [name]
 * @property {string | URL} [url] the server's address; without it the server that this script comes from
 * @property {string} [password]
 * @property {string} [token]
 * @property {string} [lobby]
 * @property {string} [session] by it the server knows a page that reconnects
 * @property {boolean} [relayOnly]
 * @property {RTCIceServer[]} [iceServers] in place of those that the server names
 * @property {import('./line.js').LineOptions['io']} [io] the Socket.IO client, if it is not to be loaded from the server
 * @property {boolean} [wait] false: the promise does not wait for the server, which may be away still
 */

/**
 * Connects to a server.
 * @param {ClientOptions} [options]
 * @returns {Promise<Client>} once the server has accepted the client
 */
export async function connect(options = {}) {
  if (!canConnect()) throw new SwitchboardError('unsupported', NO_WEBRTC);
  const root = rootOf(options.url);
  const io = options.io ?? (await loadSocketIo(root));
  const client = new Client(options, { io, root });
  if (options.wait !== false) await client.accepted;
  return client;
}

export class Client extends Events {
  /** @type {import('./signaling.js').Signaling} */
  #signaling;

  /**
   * Use `connect`.
   * @param {ClientOptions} options
   * @param {{io: import('./line.js').LineOptions['io'], root: URL}} server
   */
  constructor({ name, password = 'x', token, lobby, session, relayOnly = false, iceServers }, { io, root }) {
    super();
    /** Whether connections to others go through a relay (TURN server) only; counts from the next one on. */
    this.relayOnly = relayOnly;
    const identity = { userName: name ?? `guest-${randomHex(2)}`, password, token, lobby, session: session ?? randomHex(16) };
    this.#signaling = connectSignaling(identity, { io, root, iceServers, isRelayOnly: () => this.relayOnly });
    /** Settled once the server has accepted or rejected the client. @type {Promise<void>} */
    this.accepted = new Promise((resolve, reject) => {
      const fail = (code, message) => {
        reject(new SwitchboardError(code, message));
        this.close();
      };
      this.#signaling.listen({
        onConnected: () => this.#signaling.admission().then(resolve),
        onRefused: ({ code, message }) => fail(code, message),
        onDisconnected: ({ retries, message }) =>
          retries ? fail('unreachable', `The server at ${root.href} did not reply.`) : fail('rejected', message),
      });
    });
  }

  get name() {
    return this.#signaling.identity.userName;
  }

  /** @returns {'connected' | 'away' | 'closed'} */
  get state() {
    if (this.#signaling.connected) return 'connected';
    return this.#signaling.active ? 'away' : 'closed';
  }

  /** Disconnects for good: the server notifies the others at once. */
  close() {
    this.#signaling.close();
  }
}
