// @ts-check
// The STUN and TURN servers that this server names for connections between browsers (`GET api/ice-servers`,
// docs/protocol.md). Credentials of TURN end after some time, so the list is fetched again before that. Nothing here
// delays a connection for long: one that is made without the list works within one network.

/** How long a connection that is about to be made waits for the list. */
const SOON_MS = 2_000;

/**
 * How long after the connection a request waits. The server admits a page with a wrong password first, and rejects it at
 * once after that: a request meanwhile would be a second wrong attempt.
 */
const ADMISSION_MS = 100;

/** How long a request may take. */
const REQUEST_MS = 10_000;

/** Until the next attempt after a failed one. It doubles each time, up to the second value. */
const RETRY_MS = [15_000, 300_000];

/** The part of the credentials' time after which new ones are fetched, and that after which the old ones do not count. */
const RENEW_AT = 0.75;
const STALE_AT = 0.95;

/** In seconds: for a list that names no time, and the limits of one that does. */
const TTL = { usual: 3_600, least: 10, most: 86_400 };

/** What a header can carry. */
const IN_HEADER = /^[\x21-\x7e]+$/;

/**
 * @typedef {object} IceState
 * @property {'unknown'|'known'|'failed'} state
 * @property {string} problem why it failed: one sentence
 * @property {boolean} hasRelay whether the list names a TURN server
 * @property {boolean} isRelayOnly whether new connections use nothing else
 *
 * @typedef {ReturnType<typeof createIceServers>} IceServers
 * @typedef {Pick<import('./line.js').Identity, 'userName' | 'password' | 'token'>} Credentials
 */

/**
 * @param {() => Credentials} credentials of the page, at each request those of that moment
 * @param {object} options
 * @param {URL} options.root the server's address
 * @param {() => boolean} options.isRelayOnly asked for each new connection
 * @param {RTCIceServer[]} [options.iceServers] these count in place of the server's list, which is not fetched then
 */
export function createIceServers(credentials, { root, isRelayOnly, iceServers: given }) {
  /** @type {RTCIceServer[]} */
  let list = accepted(given ?? []);
  /** @type {IceState['state']} */
  let state = given ? 'known' : 'unknown';
  let problem = '';
  /** Until when the list counts, in ms since 1970: this clock goes on while the device sleeps. */
  let freshUntil = given ? Infinity : 0;
  let failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** The request under way, or about to be sent. @type {{done: Promise<void>, isSent: boolean} | null} */
  let request = null;
  let tell = () => {};

  const isFresh = () => state === 'known' && Date.now() < freshUntil;

  /** @returns {Promise<void>} resolved once the request under way has ended, whatever came of it */
  function fetchNow(delay = 0) {
    request ??= begin(delay);
    return request.done;
  }

  function begin(delay) {
    clearTimeout(timer);
    const mine = { done: Promise.resolve(), isSent: delay === 0 };
    const isCurrent = () => request === mine; // Otherwise other credentials count meanwhile.
    const send = async () => {
      if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
      if (delay && !isCurrent()) return;
      mine.isSent = true;
      const act = await ask(root, credentials()).then(take, fail);
      if (!isCurrent()) return;
      request = null;
      const after = act();
      if (after) timer = setTimeout(fetchNow, after);
      tell();
    };
    mine.done = send();
    return mine;
  }

  /** @returns {() => number} makes the list count; in how many ms it is to be fetched again */
  const take = ({ iceServers, ttl }) => () => {
    const ms = Math.min(Math.max(Number(ttl) || TTL.usual, TTL.least), TTL.most) * 1000;
    [list, state, problem, failures, freshUntil] = [accepted(iceServers), 'known', '', 0, Date.now() + ms * STALE_AT];
    return ms * RENEW_AT;
  };

  /** @returns {() => number} the same for a request that failed; 0 where another one would fail, too */
  const fail = (error) => () => {
    if (!isFresh()) [state, problem] = ['failed', error.message];
    if (error.isFinal) return 0;
    failures += 1;
    return Math.max(error.retryAfterMs ?? 0, Math.min(RETRY_MS[0] * 2 ** (failures - 1), RETRY_MS[1]));
  };

  return {
    /** For a new connection, as far as it is known now. @returns {RTCConfiguration} */
    configuration() {
      return { iceServers: list, ...(isRelayOnly() && { iceTransportPolicy: /** @type {const} */ ('relay') }) };
    },

    /** Resolves at once if the list counts, or cannot be had at present; else once it is there, or after a short time. */
    async ready() {
      if (isFresh() || (state === 'failed' && !request)) return;
      let late;
      await Promise.race([fetchNow(), new Promise((resolve) => (late = setTimeout(resolve, SOON_MS)))]);
      clearTimeout(late);
    },

    /** There is a connection to the server: fetches the list, unless it counts. */
    refresh() {
      if (!isFresh()) fetchNow(ADMISSION_MS);
    },

    /** There is no connection any more: the list stays. */
    pause() {
      if (request && !request.isSent) request = null;
    },

    /** Other credentials count now, or another start of the server: what is known does not. */
    forget() {
      if (given) return;
      clearTimeout(timer);
      [request, state, freshUntil, failures] = [null, 'unknown', 0, 0];
    },

    /** @returns {IceState} */
    get state() {
      return { state, problem, hasRelay: hasRelay(list), isRelayOnly: isRelayOnly() };
    },

    /** @param {() => void} onChange the state may have changed */
    watch(onChange) {
      tell = onChange;
    },

    close() {
      clearTimeout(timer);
      [request, tell] = [null, () => {}];
    },
  };
}

/** @param {RTCIceServer[]} iceServers */
export function hasRelay(iceServers) {
  return iceServers.flatMap((server) => server?.urls ?? []).some((url) => /^turns?:/i.test(url));
}

/** Whether this browser accepts an address, for the addresses that were tried: trying takes a connection. @type {Map<string, boolean>} */
const tried = new Map();

/**
 * The servers without the addresses that this browser refuses: with one of them it would make no connection. Firefox refuses
 * those with a port that is blocked for pages.
 * @param {RTCIceServer[]} iceServers
 * @returns {RTCIceServer[]}
 */
function accepted(iceServers) {
  const alone = iceServers.flatMap(({ urls, ...credentials }) => [urls].flat().map((url) => ({ ...credentials, urls: url })));
  const untried = alone.filter(({ urls }) => !tried.has(urls));
  const areAllAccepted = untried.length > 0 && isAccepted(untried);
  for (const server of untried) tried.set(server.urls, areAllAccepted || isAccepted([server]));
  return iceServers
    .map(({ urls, ...credentials }) => ({ ...credentials, urls: [urls].flat().filter((url) => tried.get(url)) }))
    .filter(({ urls }) => urls.length);
}

function isAccepted(iceServers) {
  try {
    new RTCPeerConnection({ iceServers }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {URL} root
 * @param {Credentials} credentials
 * @returns {Promise<{iceServers: RTCIceServer[], ttl: number}>}
 */
async function ask(root, { userName, password, token }) {
  const address = new URL('api/ice-servers', root);
  address.searchParams.set('userName', userName);
  const secret = token ?? password;
  const headers = IN_HEADER.test(secret) ? { Authorization: `Bearer ${secret}` } : undefined;
  if (!headers) address.searchParams.set(token ? 'token' : 'password', secret);
  const response = await fetch(address, { headers, cache: 'no-store', signal: AbortSignal.timeout(REQUEST_MS) })
    .catch(({ name }) => {
      // What browsers say of it differs, and helps nobody.
      throw new Error(name === 'TimeoutError' ? 'The server did not reply in time.' : 'The server did not reply.');
    });
  const reply = await response.json().catch(() => null);
  if (!response.ok) throw refusal(response, reply);
  if (!Array.isArray(reply?.iceServers)) throw new Error('The reply is not a list of ICE servers.');
  return reply;
}

/** @returns {Error & {isFinal: boolean, retryAfterMs: number}} */
function refusal({ status, headers }, reply) {
  const message = typeof reply?.message === 'string' ? reply.message : `The server replied with status ${status}.`;
  const isFinal = status >= 400 && status < 500 && status !== 429; // Only other credentials help.
  return Object.assign(new Error(message), { isFinal, retryAfterMs: (Number(headers.get('Retry-After')) || 0) * 1000 });
}
