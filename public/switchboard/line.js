// @ts-check
// The page's connection to the server, which calls and rooms share: it is made, lost and made again, and
// no event gets lost meanwhile (delivery.js). The events are in signaling.js and room-signaling.js; these
// three are the only files that know the names of events.

import { createDelivery } from './delivery.js';
import { createIceServers } from './ice-servers.js';

/** The code with which the server rejects pages of this origin. */
const FORBIDDEN = 4;

/**
 * The methods of a line and those of calls or rooms, as one object.
 * @template {object} Line, Verbs
 * @param {Line} line
 * @param {Verbs} verbs
 * @returns {Line & Verbs}
 */
export const extendLine = (line, verbs) => Object.setPrototypeOf(verbs, line);

/**
 * Takes the place of a reply that got lost, if the server does not have the offer, call or room of that reply.
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
 * @property {() => void} onClosed the page itself has closed it, for good
 */

/**
 * For each event the name of the listener that takes its payload.
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
 * @typedef {object} LineOptions
 * @property {typeof import('../socket.io/socket.io.esm.min.js').io} io the Socket.IO client
 * @property {URL} root the server's address
 * @property {() => boolean} isRelayOnly asked for each new connection to another browser
 * @property {RTCIceServer[]} [iceServers] in place of the servers that Switchboard names
 */

/**
 * A line to a server. `listen` connects it.
 * @template Listeners
 * @param {Identity} identity
 * @param {LineOptions} options
 * @param {object} spelling the names on the wire
 * @param {Hears<Listeners>} spelling.hears the listener for each event
 * @param {(keyof Sent)[]} [spelling.withoutReply] events that ask for no reply
 */
export function connectLine(identity, options, { hears, withoutReply = [] }) {
  const { io, root } = options;
  /** @type {Set<Partial<LineListeners & Listeners>>} */
  const listeners = new Set();
  let isStarted = false;
  /** How many connections were begun: a server that admits one of them late, after the next, refuses it. */
  let attempts = 0;
  let wasConnected = false;
  /** The connection is lost, or could not be made. Not set while the page itself replaces it. */
  let isAway = false;
  /** The browser keeps the page for the "back" button, and has ended its connection for that. */
  let isSetAside = false;
  const life = new AbortController();
  const toHide = { capture: true, signal: life.signal };
  window.addEventListener('pagehide', ({ persisted }) => (isSetAside = persisted), toHide);
  /** What the server still had of this page at the last return. @type {Omit<import('../../docs/protocol').Restored, 'heard'>} */
  let restored = { openOffer: null, calls: [], rooms: [] };

  const iceServers = createIceServers(() => identity, options);

  // Course step 10: the page connects to the signaling server. Events of calls and rooms carry numbers; a page
  // that reconnects sends how far it knows that they have arrived.
  /** @type {import('../socket.io/socket.io.esm.min.js').Socket<Received, Sent>} */
  const socket = io(root.origin, {
    autoConnect: false, // See `listen`.
    forceNew: true, // Another client in the same page is another user.
    path: `${root.pathname}socket.io`,
    auth: (greet) => greet(handshake()),
  });

  const delivery = createDelivery(({ event, payload, number }, onReply) => {
    if (withoutReply.includes(event)) socket.emit(event, payload, number);
    else socket.emit(event, payload, number, onReply);
  });

  /** @returns {import('../../docs/protocol').Handshake} */
  function handshake() {
    return { ...identity, numbers: ++attempts, ...(wasConnected && delivery.known) };
  }

  /** Passes an event to all listeners that take it. */
  function pass(listener, payload) {
    for (const some of [...listeners]) if (listeners.has(some)) some[listener]?.(payload);
  }

  function connected(isKnown) {
    const wasAway = isAway;
    isAway = isSetAside = false;
    if (!isKnown) iceServers.forget(); // A server that was started again gives out other credentials.
    iceServers.refresh();
    pass('onConnected', { isKnown, wasAway });
  }

  function disconnected(message) {
    isAway = true;
    pass('onDisconnected', { retries: socket.active, message });
  }

  socket.on('connect', () => {
    if (wasConnected) return; // `restored` comes next, and says which events to send again.
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
    iceServers.pause();
    // What the socket itself would send on the next connection is sent by `delivery`, in order.
    socket.sendBuffer.length = 0;
    // The page itself disconnected, or is set aside: the next connection follows.
    if (reason === 'io client disconnect' || isSetAside) return;
    disconnected('');
  });
  // `active` says whether the client tries again by itself. If not, the server rejected the page, and the
  // message says why.
  socket.on('connect_error', (error) => disconnected(socket.active ? '' : error.message));

  // The server does not allow this page's origin, and says how to allow it: trying again changes nothing.
  socket.io.on('error', (/** @type {Error & {data?: {code: number}}} */ { data, message }) => {
    if (data?.code !== FORBIDDEN) return;
    socket.disconnect();
    disconnected(message);
  });

  /** Only directed events of calls and rooms carry a number. @param {object} wanted */
  function hear(wanted) {
    const listenerOf = /** @type {[keyof Received, string][]} */ (Object.entries(wanted));
    for (const [event, listener] of listenerOf) {
      socket.on(event, (payload, number) => {
        // On long-polling a browser may repeat by itself a request whose response broke off, and then gets the
        // next response. The server sends the missing events again on a new connection.
        if (delivery.isGap(number)) giveUp(socket.io.engine);
        else if (delivery.isNews(number)) pass(listener, payload);
      });
    }
  }
  hear({ ...hears, signalingError: 'onRefused' });

  return {
    /** For events that neither calls nor rooms know. */
    socket,

    /** Takes these events from now on, too. @type {(wanted: Hears<any>) => void} */
    hear,

    /**
     * Calls these listeners from now on, too, and connects if that was not done.
     * @param {Partial<LineListeners & Listeners>} wanted
     * @returns {() => void} ends that
     */
    listen(wanted) {
      listeners.add(wanted);
      if (!isStarted) socket.connect();
      isStarted = true;
      return () => listeners.delete(wanted);
    },

    /** @returns {Promise<void>} resolved once the server has accepted the page: a page that it rejects gets no reply */
    admission() {
      return new Promise((resolve) => socket.emit('test', () => resolve()));
    },

    /** Whether there is a connection to the server now. */
    get connected() {
      return delivery.isOpen;
    },

    /** Whether the connection was lost, or could not be made, and is not there yet. */
    get away() {
      return isAway;
    },

    /** Whether there is a connection or the client tries to make one; false once the server has rejected the page. */
    get active() {
      return socket.active;
    },

    /** What the server still had of this page at the last return. */
    get restored() {
      return restored;
    },

    /** Name, lobby and credentials that the page sent. */
    get identity() {
      return identity;
    },

    /** The STUN and TURN servers for connections to other browsers. */
    get iceServers() {
      return iceServers;
    },

    /**
     * Sends an event: now, or when there is a connection.
     * @template {keyof Sent} E
     * @param {E} event
     * @param {import('../../docs/protocol').PayloadTo<E>} payload
     */
    say(event, payload) {
      delivery.say(event, payload);
    },

    /**
     * Sends an event and waits for the reply. If the reply got lost, `recallReply` gives it.
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
     * Reconnects under another name, lobby or password.
     * @param {Identity} newIdentity
     */
    reconnect(newIdentity) {
      identity = newIdentity;
      iceServers.forget();
      socket.disconnect().connect();
    },

    /** Disconnects for good: the server notifies the others at once. */
    close() {
      life.abort();
      iceServers.close();
      socket.disconnect();
      pass('onClosed');
    },
  };
}

/**
 * Ends a connection on which an event was lost. The official client has no way to do that without a close packet, by
 * which the server would take the page for one that has left.
 * @param {{close: () => void, lose?: () => void}} engine
 */
function giveUp(engine) {
  if (engine.lose) engine.lose();
  else engine.close();
}
