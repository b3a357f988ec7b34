// The entrance of this client: `io(address, options)` reads the address, finds or makes the manager
// of that server, and hands out the socket of the namespace that the address names.
//
//   io()                            the server that the page came from
//   io('/chat')                     its namespace /chat
//   io('https://example.com/chat')  the same of another server; ws: and wss: mean the same

import { Manager } from './manager.js';
import { Socket } from './socket.js';
import { protocol } from './packet.js';
import { readAddress, serverFor } from './address.js';

/** The managers that are shared, by the server's origin. */
const managers = new Map();

export function io(address, options) {
  if (typeof address === 'object' && address !== null) [address, options] = [undefined, address];
  const { origin: named, namespace, query } = readAddress(address ?? '');
  const origin = serverFor(named);
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
