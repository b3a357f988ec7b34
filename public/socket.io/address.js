// From what a page names to the server that is meant. Course pages name `https://localhost:8181/`,
// whatever address they are opened by: http on the student's machine, https and its name or number
// on a phone. Such a page means the server that it comes from, and gets that one.

/** The address of this script; the classic script is made with its own expression (src/http/client.rs). */
const SCRIPT = import.meta.url;

/** The origins whose replacement was logged on the console. */
const announced = new Set();

/** The server, the namespace and the query that an address names; `page` is the page's own address. */
export function readAddress(address, page = globalThis.location) {
  const here = page?.protocol?.startsWith('http') ? page : undefined;
  let absolute = address;
  if (/^(\/(?!\/)|$)/.test(address)) {
    if (!here) throw new Error(`There is no page to name the server: io("https://…${address}")`);
    absolute = `${here.protocol}//${here.host}${address}`;
  } else if (address.startsWith('//')) {
    absolute = (here?.protocol ?? 'https:') + address;
  } else if (!/^(https?|wss?):\/\//i.test(address)) {
    absolute = `${here?.protocol ?? 'https:'}//${address}`;
  }
  const { protocol: scheme, host } = new URL(absolute);
  const secure = scheme === 'https:' || scheme === 'wss:';
  // Not from URL, which would encode the namespace's characters.
  const [, namespace, query] = /^[^/]*\/\/[^/?#]*([^?#]*)(\?[^#]*)?/.exec(absolute);
  return {
    origin: `${secure ? 'https' : 'http'}://${host}`,
    namespace: namespace || '/',
    query: query && Object.fromEntries(new URLSearchParams(query)),
  };
}

/**
 * The origin to connect to for the one that a page names: the page's own where the page and this
 * script come from there, the port is the same (one port of Switchboard speaks http and https), and
 * the host is the same or the page's own machine. No other address is ever changed.
 */
export function serverFor(origin, page = globalThis.location, script = SCRIPT) {
  const own = originOf(page?.href);
  if (!own || own !== originOf(script) || own === origin) return origin;
  const [named, here] = [new URL(origin), new URL(own)];
  const isSameHost = named.hostname === here.hostname || isLoopback(named.hostname);
  if (!isSameHost || portOf(named) !== portOf(here)) return origin;
  if (!announced.has(origin)) {
    announced.add(origin);
    console.info(`Socket.IO: this page names ${origin} and comes from ${own}, so it is connected to ${own}.`);
  }
  return own;
}

/** Whether the server at this origin is the one that gave this script, be it by http or by https. */
export function isOwnServer(origin, script = SCRIPT) {
  const own = originOf(script);
  if (!own) return false;
  const [named, here] = [new URL(origin), new URL(own)];
  const isSameHost = named.hostname === here.hostname || (isLoopback(named.hostname) && isLoopback(here.hostname));
  return isSameHost && portOf(named) === portOf(here);
}

/** Whether a host name means this very machine. */
export function isLoopback(hostname) {
  return /^((.+\.)?localhost\.?|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Nothing for what has no origin on the web: a file, a script without an address. */
function originOf(address) {
  try {
    const { origin } = new URL(address);
    return origin.startsWith('http') ? origin : undefined;
  } catch {
    return undefined;
  }
}

function portOf({ protocol, port }) {
  return port || (protocol === 'https:' ? '443' : '80');
}
