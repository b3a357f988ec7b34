// How scenarios are written down: a sentence that says what a page may rely on, and what to do in
// the page. What `run` returns is compared between the clients, on the same server.

const BOTH = ['switchboard', 'official'];
const WAYS = { polling: ['polling'], WebSocket: ['websocket'], 'an upgrade': ['polling', 'websocket'] };

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} sentence the name without its way
 * @property {string} way
 * @property {(stage: object) => Promise<unknown>} run
 * @property {string[]} servers that can play it
 * @property {string[]} transports
 * @property {string} [differs] why our client does otherwise than the official one, on purpose
 */

/** @returns {Scenario} */
export function scenario(sentence, run, { servers = BOTH, way = 'an upgrade', differs } = {}) {
  return { name: `${sentence}: ${way}`, sentence, way, run, servers, transports: WAYS[way], differs };
}

/** The same over polling, over WebSocket, and over a connection that is being upgraded. */
export function onEachTransport(sentence, run, options = {}) {
  return Object.keys(WAYS).map((way) => scenario(sentence, run, { ...options, way }));
}

/** For what Switchboard's wire has no use for: only the official server can play it. */
export const OFFICIAL_ONLY = { servers: ['official'] };

/** For what the official server cannot do: it drops events that come together with a farewell. */
export const SWITCHBOARD_ONLY = { servers: ['switchboard'] };

/** Binary values as lists, so that outcomes can be compared as JSON. */
export function readable(value) {
  if (value instanceof ArrayBuffer) return { bytes: [...new Uint8Array(value)] };
  if (ArrayBuffer.isView(value)) return { view: value.constructor.name, of: readable(value.buffer) };
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}
