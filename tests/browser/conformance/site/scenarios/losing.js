// Losing the connection, and coming back by oneself.

import { OFFICIAL_ONLY, onEachTransport, scenario } from './scenario.js';

const QUICK = { reconnectionDelay: 20, reconnectionDelayMax: 100 };

/** Kinds of things, not words of the browser: these differ between browsers and causes. */
const kind = (value) => (value instanceof Error ? 'Error' : typeof value);

export const losing = [
  onEachTransport('the server stops and starts again: the socket reconnects with a new id', async (stage) => {
    const socket = await stage.connected(QUICK);
    await stage.calm(socket);
    const { id } = socket;
    const lost = stage.next(socket, 'disconnect');
    const back = stage.next(socket, 'connect');
    await stage.make('restart');
    const [reason] = await lost;
    await back;
    return [/^transport (close|error)$/.test(reason), socket.id !== id, await socket.emitWithAck('test')];
  }),

  onEachTransport('the network is cut: the reason, and what comes with it', async (stage) => {
    const socket = await stage.connected({ reconnection: false });
    await stage.calm(socket);
    const lost = stage.next(socket, 'disconnect');
    await stage.make('refuse'); // a cut alone is mended by browsers, which repeat the poll
    const [reason, details] = await lost;
    await stage.make('mend');
    const message = details?.message?.replace(/poll|post/, 'poll or post'); // whichever is under way
    return [reason, kind(details), message, kind(details?.description), socket.active, socket.connected];
  }),

  onEachTransport('the network fails and works again: the client tries until it succeeds', async (stage) => {
    const socket = await stage.connected(QUICK);
    await stage.calm(socket);
    const heard = stage.record(socket.io, ['reconnect_attempt', 'reconnect_error', 'reconnect', 'open', 'close', 'error']);
    const failed = stage.next(socket.io, 'reconnect_error');
    await stage.make('refuse');
    await failed;
    const { connected, active } = socket;
    await stage.make('mend');
    if (!socket.connected) await stage.next(socket, 'connect');
    // How many attempts it took is a matter of chance.
    const order = heard.filter((event, n) => event !== heard[n - 3]);
    return [connected, active, order.slice(0, 4), heard.slice(-2), await socket.emitWithAck('test')];
  }),

  onEachTransport('what was emitted meanwhile is sent after the reconnect, once and in order', async (stage) => {
    const { caller, answerer } = await stage.call();
    const again = await stage.connected(QUICK);
    const lost = stage.next(again, 'disconnect');
    again.io.engine.close();
    await lost;
    const heard = stage.record(answerer, ['newOfferAwaiting'], (_, [{ offer }]) => offer);
    for (const n of [1, 2, 3]) again.emit('newOffer', n);
    const waiting = again.sendBuffer.length;
    await stage.next(again, 'connect');
    await again.emitWithAck('test');
    await stage.settled({ caller, answerer });
    return [waiting, again.sendBuffer.length, heard];
  }),

  scenario('a volatile event while there is no connection', async (stage) => {
    const other = await stage.connected();
    const heard = stage.record(other, ['newOfferAwaiting'], (_, [{ offer }]) => offer);
    const socket = await stage.connected({ ...QUICK, transports: ['websocket'] });
    const lost = stage.next(socket, 'disconnect');
    socket.io.engine.close();
    await lost;
    socket.volatile.emit('newOffer', 'volatile');
    socket.emit('newOffer', 'last');
    while (heard.at(-1) !== 'last') await stage.next(other, 'newOfferAwaiting');
    return heard;
  }, { differs: 'A volatile event may be lost if it cannot be sent at once. The official client keeps it for the next connection if the last one was a WebSocket; ours never does.' }),

  onEachTransport('engine.close() is not final: the socket reconnects', async (stage) => {
    const socket = await stage.connected(QUICK);
    const lost = stage.next(socket, 'disconnect');
    socket.io.engine.close();
    const [reason, details] = await lost;
    const { active, connected } = socket;
    await stage.next(socket, 'connect');
    return [reason, details === undefined, active, connected, socket.connected];
  }),

  onEachTransport('the server closes the connection: the socket reconnects', async (stage) => {
    const socket = await stage.connected(QUICK);
    await stage.calm(socket);
    const lost = stage.next(socket, 'disconnect');
    socket.emit('closeMe');
    const [reason, details] = await lost;
    const { active } = socket;
    await stage.next(socket, 'connect');
    return [reason, details?.description, active, socket.connected];
  }, OFFICIAL_ONLY),

  onEachTransport('a server that falls silent is left after the ping time-out', async (stage) => {
    const socket = await stage.connected({ path: '/quick-heartbeat', reconnection: false });
    await stage.calm(socket);
    const lost = stage.next(socket, 'disconnect');
    socket.emit('goSilent');
    const [reason, details] = await lost;
    return [reason, details === undefined];
  }, OFFICIAL_ONLY),

  onEachTransport('pings keep a connection alive, and the manager reports them', async (stage) => {
    const socket = await stage.connected({ path: '/quick-heartbeat' });
    for (let n = 0; n < 4; n += 1) await stage.next(socket.io, 'ping');
    return [socket.connected, await socket.emitWithAck('test')];
  }, OFFICIAL_ONLY),

  onEachTransport('a server that keeps missed events sends them after the reconnect', async (stage) => {
    const socket = await stage.connected({ path: '/recovering', ...QUICK });
    const { id, recovered } = socket;
    socket.emit('burst', 1);
    await stage.next(socket, 'number');
    socket.io.engine.close();
    await stage.next(socket, 'connect');
    return [recovered, socket.recovered, socket.id === id];
  }, OFFICIAL_ONLY),

  scenario('no server, by polling: what connect_error says', async (stage) => {
    const socket = stage.connect({ reconnection: false, transports: ['polling'] }, 'http://127.0.0.1:1');
    const [error] = await stage.next(socket, 'connect_error');
    return [error.message, error.type, error.description, socket.active, socket.connected];
  }),

  scenario('no server, by WebSocket: what connect_error says', async (stage) => {
    const socket = stage.connect({ reconnection: false, transports: ['websocket'] }, 'ws://127.0.0.1:1');
    const [error] = await stage.next(socket, 'connect_error');
    return [error.message, error.type, kind(error.description), socket.active];
  }),

  scenario('no server: the client stops after reconnectionAttempts', async (stage) => {
    const socket = stage.connect({ autoConnect: false, ...QUICK, reconnectionAttempts: 3 }, 'http://127.0.0.1:1');
    const events = ['error', 'open', 'close', 'reconnect_attempt', 'reconnect_error', 'reconnect_failed', 'reconnect'];
    const heard = stage.record(socket.io, events, (event, value) => [event, kind(value), Number(value) || 0]);
    const errors = stage.record(socket, ['connect_error'], (_, error) => error.message);
    socket.connect();
    await stage.next(socket.io, 'reconnect_failed');
    return [heard, errors, socket.active];
  }),

  scenario('reconnection: false tries once', async (stage) => {
    const socket = stage.connect({ autoConnect: false, reconnection: false }, 'http://127.0.0.1:1');
    const heard = stage.record(socket.io, ['error', 'reconnect_attempt', 'reconnect_failed']);
    socket.connect();
    await stage.next(socket, 'connect_error');
    await stage.wait(50);
    return [heard, socket.active];
  }),

  scenario('disconnect() while it waits to try again ends that', async (stage) => {
    const socket = await stage.connected({ reconnectionDelay: 60 });
    const lost = stage.next(socket, 'disconnect');
    socket.io.engine.close();
    await lost;
    const heard = stage.record(socket.io, ['reconnect_attempt']);
    socket.disconnect();
    await stage.wait(200);
    return [heard, socket.active, socket.connected];
  }),

  scenario('connect() while it waits to try again does not hasten it', async (stage) => {
    const socket = await stage.connected({ reconnectionDelay: 300, randomizationFactor: 0 });
    const lost = stage.next(socket, 'disconnect');
    socket.io.engine.close();
    await lost;
    const since = performance.now();
    socket.connect();
    await stage.next(socket, 'connect');
    return performance.now() - since > 200;
  }),

  scenario('the manager counts the attempts and reports the one that succeeds', async (stage) => {
    const socket = await stage.connected(QUICK);
    const heard = stage.record(socket.io, ['reconnect_attempt', 'reconnect'], (event, value) => [event, value]);
    socket.io.engine.close();
    await stage.next(socket, 'connect');
    return heard;
  }),

  scenario('a network that the browser calls offline', async (stage) => {
    const socket = await stage.connected({ reconnection: false });
    const heard = stage.record(socket, ['disconnect'], (event, reason, details) => [event, reason, details?.description]);
    window.dispatchEvent(new Event('offline'));
    await stage.wait(50);
    return heard;
  }, { differs: 'The network may be back before a connection is lost. The official client closes the connection. Ours keeps one to the server that its script came from, holds back what is emitted, and sends that server a probe when the network is back; without a reply within 5 s it makes a new connection. A server on this very machine (localhost, 127.0.0.1, ::1) needs no network at all.' }),
];
