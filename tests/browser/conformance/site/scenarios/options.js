// Options of io(…), and the manager that keeps them.

import { OFFICIAL_ONLY, scenario } from './scenario.js';

const QUICK = { reconnectionDelay: 20, reconnectionDelayMax: 100 };

async function handshake(stage, options) {
  const socket = await stage.connected(options);
  return await socket.emitWithAck('handshake');
}

export const options = [
  scenario('the defaults', async (stage) => {
    const { io: manager } = stage.connect({ autoConnect: false });
    return [
      manager.reconnection(),
      manager.reconnectionAttempts() === Infinity,
      manager.reconnectionDelay(),
      manager.reconnectionDelayMax(),
      manager.randomizationFactor(),
      manager.timeout(),
    ];
  }),

  scenario('the manager\'s settings can be changed', async (stage) => {
    const { io: manager } = stage.connect({ autoConnect: false, reconnectionDelay: 11 });
    const before = manager.reconnectionDelay();
    manager.reconnection(false).reconnectionAttempts(3).reconnectionDelay(5).reconnectionDelayMax(7).timeout(9);
    const settings = [manager.reconnection(), manager.reconnectionAttempts(), manager.reconnectionDelay()];
    return [before, settings, manager.reconnectionDelayMax(), manager.timeout()];
  }),

  scenario('transports: polling only stays there', async (stage) => {
    const socket = await stage.connected({ transports: ['polling'] });
    await stage.wait(100);
    return [socket.io.engine.transport.name, await socket.emitWithAck('test')];
  }),

  scenario('transports: WebSocket only never polls', async (stage) => {
    const socket = await stage.connected({ transports: ['websocket'] });
    const asked = performance.getEntriesByType('resource').filter(({ name }) => name.includes('transport=polling'));
    return [socket.io.engine.transport.name, asked.length];
  }),

  scenario('transports: the first of the list begins', async (stage) => {
    const socket = await stage.connected({ transports: ['websocket', 'polling'] });
    return socket.io.engine.transport.name;
  }),

  scenario('upgrade: false stays on polling', async (stage) => {
    const socket = await stage.connected({ upgrade: false });
    await stage.wait(100);
    return socket.io.engine.transport.name;
  }),

  scenario('path: another one than the server\'s gets an error', async (stage) => {
    const socket = stage.connect({ path: '/nowhere', reconnection: false });
    const [error] = await stage.next(socket, 'connect_error');
    return [error.message, error.description, socket.active];
  }),

  scenario('path: with or without a slash at the end', async (stage) => {
    const sockets = await Promise.all(['/socket.io', '/socket.io/'].map((path) => stage.connected({ path })));
    return sockets.map((socket) => socket.connected);
  }),

  scenario('options may be changed between two attempts', async (stage) => {
    const socket = stage.connect({ path: '/nowhere', ...QUICK });
    await stage.next(socket, 'connect_error');
    socket.io.opts.path = '/socket.io/';
    await stage.next(socket, 'connect');
    return await socket.emitWithAck('test');
  }),

  scenario('timeout: a server that accepts and says nothing', async (stage) => {
    await stage.make('freeze');
    const socket = stage.connect({ timeout: 200, reconnection: false, transports: ['polling'] });
    const [error] = await stage.next(socket, 'connect_error');
    await stage.make('mend');
    return [error.message, socket.active];
  }),

  scenario('forceNew and multiplex: false give a connection of one\'s own', async (stage) => {
    const options = { autoConnect: false };
    const [a, b] = [1, 2].map(() => stage.keep(io(stage.origin, options)));
    const c = stage.keep(io(stage.origin, { ...options, forceNew: true }));
    const d = stage.keep(io(`${stage.origin}/other`, { ...options, multiplex: false }));
    const e = stage.keep(io(`${stage.origin}/third`, options));
    const managers = [a, b, c, d, e].map((socket) => socket.io);
    return managers.map((manager) => managers.indexOf(manager));
  }),

  scenario('what io offers beside', async () => [
    typeof io,
    typeof io.connect,
    typeof io.Manager,
    typeof io.Socket,
    typeof io.io,
  ]),

  scenario('io.protocol', async () => io.protocol, {
    differs: 'The official documentation promises 5, its classic script says undefined. Ours says 5.',
  }),

  scenario('the module has the same, and io as its default', async (stage) => {
    const module = await import('/socket.io/socket.io.esm.min.js');
    const socket = stage.keep(module.default({ forceNew: true, auth: stage.identity() }));
    await stage.next(socket, 'connect');
    const kinds = [socket instanceof module.Socket, socket.io instanceof module.Manager];
    const same = [module.io === module.default, module.connect === module.io];
    const names = ['Manager', 'Socket', 'connect', 'default', 'io', 'protocol'].filter((name) => !(name in module));
    return [kinds, same, names, module.protocol];
  }),

  scenario('a parser of the page\'s own', async (stage) => {
    try {
      new io.Manager(stage.origin, { parser: { Encoder: class {}, Decoder: class {} }, autoConnect: false });
      return 'accepted';
    } catch {
      return 'refused';
    }
  }, { differs: 'Other packet formats (msgpack) are left out, and asking for one fails with a sentence that says so.' }),

  scenario('WebTransport alone', async (stage) => {
    try {
      stage.connect({ transports: ['webtransport'], reconnection: false });
      return 'accepted';
    } catch {
      return 'refused';
    }
  }, { differs: 'WebTransport is left out, and asking for nothing else fails with a sentence that says so.' }),

  scenario('query: what the page adds to the address', async (stage) => {
    const { query } = await handshake(stage, { query: { room: 'a b', sign: 'ü&=' } });
    return [query.room, query.sign, query.EIO, query.transport];
  }, OFFICIAL_ONLY),

  scenario('auth: what the page says of itself', async (stage) => {
    const { auth } = await handshake(stage, { auth: { extra: { deep: [1] } } });
    return [auth.password, auth.extra];
  }, OFFICIAL_ONLY),

  scenario('extraHeaders go with polling requests', async (stage) => {
    const { headers } = await handshake(stage, { extraHeaders: { 'x-test': 'yes' }, upgrade: false });
    return headers['x-test'];
  }, OFFICIAL_ONLY),

  scenario('transportOptions hold for one transport', async (stage) => {
    const transportOptions = { polling: { extraHeaders: { 'x-test': 'of polling' } } };
    const { headers } = await handshake(stage, { transportOptions, upgrade: false });
    return headers['x-test'];
  }, OFFICIAL_ONLY),

  scenario('a server of another origin gets no cookie', async (stage) => {
    document.cookie = 'kind=biscuit';
    const socket = await stage.connected({ upgrade: false }, stage.otherOrigin);
    const { headers } = await socket.emitWithAck('handshake');
    return [headers.cookie ?? 'none', headers.origin === location.origin];
  }, OFFICIAL_ONLY),

  scenario('withCredentials: the cookie goes along', async (stage) => {
    document.cookie = 'kind=biscuit';
    const { headers } = await handshake(stage, { withCredentials: true, upgrade: false });
    return headers.cookie;
  }, OFFICIAL_ONLY),

  scenario('a server that allows no polling says so', async (stage) => {
    const socket = stage.connect({ path: '/websocket-only', reconnection: false });
    const [error] = await stage.next(socket, 'connect_error');
    return [error.message, error.type, error.description];
  }, OFFICIAL_ONLY),

  scenario('tryAllTransports goes on to the next of the list', async (stage) => {
    const socket = await stage.connected({ path: '/websocket-only', tryAllTransports: true });
    return socket.io.engine.transport.name;
  }, OFFICIAL_ONLY),
];
