// The address that io(…) is given: server, namespace, query.

import { OFFICIAL_ONLY, scenario } from './scenario.js';

/** A socket that is not connected: what does the client make of the address? */
function reading(address) {
  return scenario(`io("${address}"): namespace and server`, async (stage) => {
    const socket = stage.keep(io(address.replace('HOST', location.host), { autoConnect: false, forceNew: true }));
    const { protocol, host } = new URL(socket.io.uri);
    return [socket.nsp, /^(https|wss):$/.test(protocol), host.replace(location.host, 'HOST')];
  });
}

export const addresses = [
  scenario('io() is the server of the page', async (stage) => {
    const socket = stage.keep(io({ auth: stage.identity() }));
    await stage.next(socket, 'connect');
    return [socket.nsp, await socket.emitWithAck('test')];
  }),

  scenario('io.connect(address) is the course\'s way', async (stage) => {
    const socket = stage.keep(io.connect(`${stage.origin}/`, { auth: stage.identity() }));
    await stage.next(socket, 'connect');
    return [socket.nsp, await socket.emitWithAck('test')];
  }),

  ...['//HOST', 'HOST', 'ws://HOST', 'http://HOST/', 'http://HOST?a=1'].map((address) =>
    scenario(`io("${address}") connects`, async (stage) => {
      const socket = await stage.connected({}, address.replace('HOST', location.host));
      return [socket.nsp, await socket.emitWithAck('test')];
    })),

  scenario('a page of another address that names https://localhost and its own port', async (stage) => {
    const socket = stage.connect({ reconnection: false }, `https://localhost:${location.port}/`);
    const outcome = await Promise.race(['connect', 'connect_error'].map(async (event) => {
      await stage.next(socket, event);
      return event;
    }));
    return outcome;
  }, { differs: 'Course pages name https://localhost:8181/ whatever address they are opened by, and mean the server that they come from. The official client connects to the named address, whose certificate the browser does not trust; ours connects to the origin of the page (the rule is below).' }),

  reading('/chat'),
  reading('http://HOST/chat'),
  reading('HOST/chat'),
  reading('//HOST/chat?x=1'),
  reading('https://example.org'),
  reading('wss://example.org:8443/chat'),
  reading('http://[::1]:8080/chat'),
  reading('/a b/ü'),

  scenario('the query of the address goes to the server', async (stage) => {
    const socket = await stage.connected({}, `${stage.origin}/?room=a%20b&x=1`);
    const { query } = await socket.emitWithAck('handshake');
    return [query.room, query.x, socket.nsp];
  }, OFFICIAL_ONLY),
];
