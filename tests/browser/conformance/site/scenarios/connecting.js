// From `io(…)` to `connect`, or to `connect_error`; and the page's own leaving.

import { OFFICIAL_ONLY, SWITCHBOARD_ONLY, onEachTransport, scenario } from './scenario.js';

const LIFE = ['connect', 'connect_error', 'disconnect'];

export const connecting = [
  onEachTransport('a socket connects and gets an id', async (stage) => {
    const socket = stage.connect();
    const before = [socket.connected, socket.disconnected, socket.active, socket.id === undefined];
    await stage.next(socket, 'connect');
    const { connected, disconnected, active, id, recovered, io } = socket;
    return [before, connected, disconnected, active, typeof id, !recovered, io.engine.readyState];
  }),

  onEachTransport('the first event of the server arrives after connect', async (stage) => {
    const { caller } = await stage.call();
    const waiting = await stage.connected();
    waiting.emit('newOffer', 'waits');
    await waiting.emitWithAck('test');
    const socket = stage.connect();
    const order = stage.record(socket, ['connect', 'availableOffers']);
    await stage.next(socket, 'availableOffers');
    return [order, caller.connected];
  }),

  onEachTransport('disconnect() is reported to the page, and the socket does not reconnect', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket, LIFE, (event, reason, details) => [event, reason, details === undefined]);
    const closed = stage.next(socket.io.engine, 'close');
    const returned = socket.disconnect() === socket;
    const after = [socket.connected, socket.active, socket.id === undefined];
    await closed;
    return [returned, heard, after, socket.io.engine.readyState];
  }),

  onEachTransport('a socket that disconnects and connects at once gets a new id', async (stage) => {
    const socket = await stage.connected();
    const { id } = socket;
    socket.disconnect().connect();
    await stage.next(socket, 'connect');
    return [socket.id !== id, await socket.emitWithAck('test')];
  }),

  onEachTransport('a socket that disconnects while it connects gets no event', async (stage) => {
    const socket = stage.connect();
    const heard = stage.record(socket, LIFE);
    socket.disconnect();
    await (await stage.connected()).emitWithAck('test');
    return [heard, socket.active, socket.io.engine.readyState];
  }),

  onEachTransport('a wrong password: connected, then disconnected, and no reconnect', async (stage) => {
    const socket = stage.connect({ auth: { password: 'wrong' } });
    const heard = stage.record(socket, LIFE, (event, reason) => [event, reason]);
    await stage.next(socket, 'disconnect');
    await stage.wait(100);
    return [heard, socket.active, socket.connected, socket.id === undefined];
  }),

  onEachTransport('after a wrong password the page can correct it and connect again', async (stage) => {
    const socket = stage.connect({ auth: { password: 'wrong' } });
    await stage.next(socket, 'disconnect');
    socket.auth.password = 'x';
    socket.connect();
    await stage.next(socket, 'connect');
    return [socket.connected, await socket.emitWithAck('test')];
  }),

  onEachTransport('a refusal is an Error with the server\'s message, and the socket gives up', async (stage) => {
    const socket = stage.connect({ auth: { userName: 'n'.repeat(65) } });
    const [error] = await stage.next(socket, 'connect_error');
    return [error instanceof Error, typeof error.message, error.data === undefined, socket.active, socket.connected];
  }),

  onEachTransport('after a refused name the page can correct it and connect again', async (stage) => {
    const socket = stage.connect({ auth: { userName: 'n'.repeat(65) } });
    await stage.next(socket, 'connect_error');
    socket.auth.userName = 'short';
    socket.connect();
    await stage.next(socket, 'connect');
    return await socket.emitWithAck('test');
  }),

  onEachTransport('auth as a function is called for each connection', async (stage) => {
    const other = await stage.connected();
    let asked = 0;
    const auth = (give) => setTimeout(() => give(stage.identity({ userName: `asked ${(asked += 1)}` })), 10);
    const socket = await stage.connected({ auth, reconnectionDelay: 10 });
    const names = [];
    for (const round of [1, 2]) {
      if (round === 2) {
        socket.io.engine.close();
        await stage.next(socket, 'connect');
      }
      const announced = stage.next(other, 'newOfferAwaiting');
      socket.emit('newOffer', 'x');
      names.push((await announced)[0][0].offererUserName);
    }
    return names;
  }),

  onEachTransport('an unknown namespace is refused', async (stage) => {
    const socket = stage.connect({}, `${stage.origin}/nowhere`);
    const [error] = await stage.next(socket, 'connect_error');
    return [error instanceof Error, error.message, error.data === undefined, socket.active, socket.nsp];
  }),

  onEachTransport('everything that was emitted before disconnect() arrives', async (stage) => {
    const { caller, answerer } = await stage.call();
    const heard = stage.record(answerer, ['receivedIceCandidateFromServer'], (_, value) => value);
    for (let n = 0; n < 200; n += 1) stage.pass(caller, n);
    caller.disconnect();
    while (heard.length < 200) await stage.next(answerer, 'receivedIceCandidateFromServer');
    return [heard.length, heard.every((value, n) => value === n)];
  }, SWITCHBOARD_ONLY),

  onEachTransport('the server\'s middleware refuses with data', async (stage) => {
    const socket = stage.connect({ auth: { token: 'bad' } }, `${stage.origin}/guarded`);
    const [error] = await stage.next(socket, 'connect_error');
    const refused = [error instanceof Error, error.message, error.data, socket.active];
    socket.auth = { token: 'good' };
    socket.connect();
    await stage.next(socket, 'connect');
    return [refused, socket.connected];
  }, OFFICIAL_ONLY),

  onEachTransport('the server puts a socket out: no retry, and the page may connect again', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket, LIFE, (event, reason, details) => [event, reason, details === undefined]);
    socket.emit('leaveMe');
    await stage.next(socket, 'disconnect');
    const { active } = socket;
    socket.connect();
    await stage.next(socket, 'connect');
    return [heard, active, await socket.emitWithAck('echo', 5)];
  }, OFFICIAL_ONLY),

  scenario('autoConnect: false waits for connect()', async (stage) => {
    const socket = stage.connect({ autoConnect: false });
    const before = [socket.active, socket.connected, socket.io.engine === undefined];
    socket.open();
    await stage.next(socket, 'connect');
    return [before, socket.active, socket.connected];
  }),

  scenario('connect() on a connected socket changes nothing', async (stage) => {
    const socket = await stage.connected();
    const { id } = socket;
    const returned = socket.connect() === socket;
    return [returned, socket.id === id, await socket.emitWithAck('test')];
  }),

  scenario('disconnect() twice gives one event', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket, LIFE);
    socket.disconnect();
    socket.close();
    return heard;
  }),

  scenario('the upgrade is an event of the engine, with the new transport', async (stage) => {
    const socket = stage.connect();
    const heard = [];
    socket.io.on('open', () => {
      heard.push(socket.io.engine.transport.name);
      socket.io.engine.once('upgrade', (transport) => heard.push(transport.name));
    });
    await stage.next(socket, 'connect');
    await stage.upgraded(socket);
    return [heard, socket.io.engine.transport.name, await socket.emitWithAck('test')];
  }),

  scenario('a server without upgrades is spoken to by polling', async (stage) => {
    const socket = await stage.connected({ path: '/no-upgrades' });
    await stage.wait(200);
    return [socket.io.engine.transport.name, await socket.emitWithAck('test')];
  }, OFFICIAL_ONLY),

  scenario('a server that waits no longer disconnects a client that is silent', async (stage) => {
    const socket = stage.connect({ path: '/impatient', auth: () => {}, reconnection: false });
    const heard = stage.record(socket, LIFE);
    const [reason] = await stage.next(socket.io, 'close');
    return [heard, reason];
  }, OFFICIAL_ONLY),
];
