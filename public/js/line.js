// @ts-check
// The page's line to the server, which a call and a room share: how it is made, lost and made again,
// and that nothing gets lost meanwhile (delivery.js). What is said on it stands in signaling.js and
// room-signaling.js; together the three are the only files that know the names of events.

import { io } from '../socket.io/socket.io.esm.min.js';
import { createDelivery } from './delivery.js';
import { root } from './root.js';

/** The code of the server's refusal of pages from this address. */
const FORBIDDEN = 4;

/**
 * A line's own verbs and those of what goes over it, as one object.
 * @template {object} Line, Verbs
 * @param {Line} line
 * @param {Verbs} verbs
 * @returns {Line & Verbs}
 */
export const extendLine = (line, verbs) => Object.setPrototypeOf(verbs, line);

/**
 * In place of a reply that got lost, where the server does not have what it was about.
 * @param {string} message
 * @returns {Lost}
 */
export const lost = (message) => ({ ok: false, error: { code: 'lost', message } });

/**
 * @typedef {import('../../docs/protocol').ClientToServerEvents} Sent the events of the page, by name
 * @typedef {import('../../docs/protocol').ServerToClientEvents} Received the events of the server, by name
 * @typedef {Required<Pick<import('../../docs/protocol').Handshake, 'userName' | 'password' | 'session'>>
 *   & Pick<import('../../docs/protocol').Handshake, 'token' | 'lobby'>} Identity
 * @typedef {import('../../docs/protocol').PayloadOf<'signalingError'>} Refusal
 * @typedef {{ok: false, error: {code: 'lost', message: string}}} Lost
 *
 * @typedef {object} LineListeners
 * @property {(connection: {isKnown: boolean, wasAway: boolean}) => void} onConnected also after each
 *   reconnect; then `isKnown` says whether the server still has what the page had, and `wasAway`
 *   whether `onDisconnected` came before
 * @property {(loss: {retries: boolean, message: string}) => void} onDisconnected
 * @property {(refusal: Refusal) => void} onRefused
 */

/**
 * For events the listener that takes their payload.
 * @template Listeners
 * @typedef {{[E in keyof Received]?: {
 *   [L in keyof Listeners]: Listeners[L] extends (payload: import('../../docs/protocol').PayloadOf<E>) => void ? L : never
 * }[keyof Listeners]}} Hears
 */

/**
 * @template Listeners
 * @typedef {ReturnType<typeof connectLine<Listeners>>} Line
 */

/**
 * A line to the server that this page came from. It connects by `listen`.
 * @template Listeners
 * @param {Identity} identity
 * @param {object} spelling how what is said and heard is spelled
 * @param {Hears<Listeners>} spelling.hears the listener for each event
 * @param {(keyof Sent)[]} [spelling.withoutReply] events that ask for none
 */
export function connectLine(identity, { hears, withoutReply = [] }) {
  /** @type {LineListeners & Listeners} */
  let listeners;
  let wasConnected = false;
  /** The connection was lost, or never came about: not while we change it ourselves. */
  let isAway = false;
  /** The browser keeps the page for the "back" button, and has ended its connection for that. */
  let isSetAside = false;
  const life = new AbortController();
  const toHide = { capture: true, signal: life.signal };
  window.addEventListener('pagehide', ({ persisted }) => (isSetAside = persisted), toHide);
  /** What the server still had of ours when we last came back. @type {Omit<import('../../docs/protocol').Restored, 'heard'>} */
  let restored = { openOffer: null, calls: [], rooms: [] };

  // Course step 10: the page connects to the signaling server. What is said because of a call
  // bears a number; whoever has been here before says how far it was told.
  /** @type {import('../socket.io/socket.io.esm.min.js').Socket<Received, Sent>} */
  const socket = io({
    autoConnect: false, // See `listen`.
    path: `${root.pathname}socket.io`,
    auth: (greet) => greet(handshake()),
  });

  const delivery = createDelivery(({ event, payload, number }, onReply) => {
    if (withoutReply.includes(event)) socket.emit(event, payload, number);
    else socket.emit(event, payload, number, onReply);
  });

  /** @returns {import('../../docs/protocol').Handshake} */
  function handshake() {
    return { ...identity, numbers: true, received: wasConnected ? delivery.received : undefined };
  }

  function connected(isKnown) {
    const wasAway = isAway;
    [isAway, isSetAside] = [false, false];
    listeners.onConnected({ isKnown, wasAway });
  }

  function disconnected(message) {
    isAway = true;
    listeners.onDisconnected({ retries: socket.active, message });
  }

  socket.on('connect', () => {
    if (wasConnected) return; // Not before `restored` says from where on to speak.
    wasConnected = true;
    delivery.open();
    connected(true);
  });
  socket.on('restored', ({ heard, ...had }) => {
    restored = had;
    connected(delivery.resume(heard));
  });
  socket.on('disconnect', (reason) => {
    delivery.pause();
    // What the socket itself would say on the next connection comes from `delivery`, in its order.
    socket.sendBuffer.length = 0;
    // By ourselves, or with the page: the next connection is on its way.
    if (reason === 'io client disconnect' || isSetAside) return;
    disconnected('');
  });
  // `active` says whether the client goes on trying by itself; if not, the server refused us and
  // the message says why.
  socket.on('connect_error', (error) => disconnected(socket.active ? '' : error.message));

  // The server does not allow this page's address, and says how to allow it: trying again changes nothing.
  socket.io.on('error', (/** @type {Error & {data?: {code: number}}} */ { data, message }) => {
    if (data?.code !== FORBIDDEN) return;
    socket.disconnect();
    disconnected(message);
  });

  /** Only what is told to us alone, because of a call or a room, bears a number. */
  const listenerOf = /** @type {[keyof Received, string][]} */ (Object.entries({ ...hears, signalingError: 'onRefused' }));
  for (const [event, listener] of listenerOf) {
    socket.on(event, (payload, number) => {
      // On long-polling a browser may ask again, by itself, for an answer that broke off, and then
      // gets the next one. What is missing comes with a new connection.
      if (delivery.isGap(number)) socket.io.engine.close();
      else if (delivery.isNews(number)) listeners[listener](payload);
    });
  }

  return {
    /**
     * Connects, and says what happens from now on.
     * @param {LineListeners & Listeners} wanted
     */
    listen(wanted) {
      listeners = wanted;
      socket.connect();
    },

    /** Whether the server hears us just now. */
    get connected() {
      return delivery.isOpen;
    },

    /** Whether the server was lost, or not reached, and is not back yet. */
    get away() {
      return isAway;
    },

    /** Whether it does or the client is trying; false once the server has refused us. */
    get active() {
      return socket.active;
    },

    /** What the server still had of ours when we last came back. */
    get restored() {
      return restored;
    },

    /** Who we said we are. */
    get identity() {
      return identity;
    },

    /**
     * Says something: now, or when there is a connection.
     * @template {keyof Sent} E
     * @param {E} event
     * @param {import('../../docs/protocol').PayloadTo<E>} payload
     */
    say(event, payload) {
      delivery.say(event, payload);
    },

    /**
     * Says something and waits for the reply. Where that got lost, `recallReply` tells what it was.
     * @template {keyof Sent} E
     * @param {E} event
     * @param {import('../../docs/protocol').PayloadTo<E>} payload
     * @param {() => import('../../docs/protocol').ReplyTo<E> | Lost} recallReply
     * @returns {Promise<import('../../docs/protocol').ReplyTo<E> | Lost>}
     */
    ask(event, payload, recallReply) {
      return new Promise((resolve) => delivery.say(event, payload, (reply = recallReply()) => resolve(reply)));
    },

    /**
     * Comes back under another name, lobby or password.
     * @param {Identity} newIdentity
     */
    reconnect(newIdentity) {
      identity = newIdentity;
      socket.disconnect().connect();
    },

    /** Leaves for good: the server tells the others at once. */
    close() {
      life.abort();
      socket.disconnect();
    },
  };
}
