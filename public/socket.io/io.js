// The door of this client: `io(address, options)` reads the address, finds or makes the manager of
// that server, and hands out the socket of the namespace that the address names.
//
//   io()                            the server that the page came from
//   io('/chat')                     its namespace /chat
//   io('https://example.com/chat')  the same of another server; ws: and wss: mean the same

import { Manager } from './manager.js';
import { Socket } from './socket.js';
import { protocol } from './packet.js';

/** The managers that are shared, by the server's origin. */
const managers = new Map();

export function io(address, options) {
  if (typeof address === 'object' && address !== null) [address, options] = [undefined, address];
  const { origin, namespace, query } = readAddress(address ?? '');
  const given = { ...options };
  if (query) given.query ??= query;

  const shared = managers.get(origin);
  const wantsOwn = given.forceNew || given['force new connection'] || given.multiplex === false;
  // A second socket of the same namespace cannot share: the server tells them apart by connection.
  if (wantsOwn || (shared && namespace in shared.nsps)) {
    return new Manager(origin, given).socket(namespace, given);
  }
  if (!shared) managers.set(origin, new Manager(origin, given));
  return managers.get(origin).socket(namespace, given);
}

Object.assign(io, { io, connect: io, Manager, Socket, protocol });

/** The server, the namespace and the query that an address names; `page` is where we are. */
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
