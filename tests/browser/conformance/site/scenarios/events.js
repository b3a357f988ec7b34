// Events: in order, all of them, once; before, during and after the connection is made.

import { OFFICIAL_ONLY, onEachTransport, scenario } from './scenario.js';

const CANDIDATE = 'receivedIceCandidateFromServer';

export const events = [
  onEachTransport('events emitted before connect arrive, in order', async (stage) => {
    const other = await stage.connected();
    const announced = stage.next(other, 'newOfferAwaiting');
    const socket = stage.connect();
    socket.emit('newOffer', 'early');
    for (let n = 0; n < 20; n += 1) stage.pass(socket, n);
    const waiting = socket.sendBuffer.length;
    const [[offer]] = await announced;
    await socket.emitWithAck('test');
    const candidates = await other.emitWithAck('newAnswer', { ...offer, answer: 'x' });
    return [waiting, socket.sendBuffer.length, offer.offer, candidates];
  }),

  onEachTransport('1,000 events each way from the first moment arrive once and in order', async (stage) => {
    const { caller, answerer } = await stage.call();
    const up = stage.record(answerer, [CANDIDATE], (_, value) => value);
    const down = stage.record(caller, [CANDIDATE], (_, value) => value);
    for (let n = 0; n < 1000; n += 1) {
      stage.pass(caller, n);
      stage.pass(answerer, n, false);
      if (n % 50 === 0) await stage.wait(1);
    }
    while (up.length < 1000) await stage.next(answerer, CANDIDATE);
    while (down.length < 1000) await stage.next(caller, CANDIDATE);
    return [up, down].map((list) => [list.length, list.every((value, n) => value === n)]);
  }),

  onEachTransport('text, small and large values keep their order', async (stage) => {
    const { caller, answerer } = await stage.call();
    const heard = stage.record(answerer, [CANDIDATE], (_, value) => value.n);
    for (let n = 0; n < 60; n += 1) {
      const payload = [undefined, new Uint8Array([n]), new Blob(['x'.repeat(n * 100)])][n % 3];
      stage.pass(caller, { n, payload });
    }
    while (heard.length < 60) await stage.next(answerer, CANDIDATE);
    return heard.every((value, n) => value === n);
  }),

  onEachTransport('an event that the server does not know changes nothing', async (stage) => {
    const socket = await stage.connected();
    socket.emit('no such event', 1, { two: 2 });
    return [await socket.emitWithAck('test'), socket.connected];
  }),

  onEachTransport('a volatile event before connect is dropped, one after it arrives', async (stage) => {
    const other = await stage.connected();
    const heard = stage.record(other, ['newOfferAwaiting'], (_, [{ offer }]) => offer);
    const socket = stage.connect();
    socket.volatile.emit('newOffer', 'dropped');
    await stage.next(socket, 'connect');
    await stage.calm(socket);
    await socket.emitWithAck('test');
    // The request that asked may be under way still: what is volatile does not wait for its end.
    while (!socket.io.engine.transport.writable) await stage.wait(5);
    socket.volatile.emit('newOffer', 'arrives');
    await stage.next(other, 'newOfferAwaiting');
    return heard;
  }),

  onEachTransport('the engine shows each packet that comes and goes', async (stage) => {
    const socket = await stage.connected();
    await stage.calm(socket);
    const { engine } = socket.io;
    const heard = stage.record(engine, ['packetCreate', 'packet'], (event, { type, data }) => [event, type, data]);
    await socket.emitWithAck('test');
    return heard.filter(([, type]) => type === 'message');
  }),

  onEachTransport('the manager reports each packet', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket.io, ['packet'], (_, packet) => packet);
    await new Promise((resolve) => socket.emit('test', resolve));
    return heard;
  }),

  onEachTransport('a burst from the server arrives in order', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket, ['number'], (_, n) => n);
    socket.emit('burst', 2000);
    while (heard.length < 2000) await stage.next(socket, 'number');
    return heard.every((value, n) => value === n);
  }, OFFICIAL_ONLY),

  onEachTransport('send() is an event named message; compress() changes nothing', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.next(socket, 'message');
    socket.compress(false).send('hello', 2);
    return await heard;
  }, OFFICIAL_ONLY),

  onEachTransport('an event may have no arguments, or empty ones', async (stage) => {
    const socket = await stage.connected();
    const heard = [];
    for (const args of [[], [undefined, null], [''], [0, false]]) {
      const back = stage.next(socket, 'bounced');
      socket.emit('bounce', ...args);
      heard.push(await back);
    }
    return heard;
  }, OFFICIAL_ONLY),

  onEachTransport('a page that disconnects in a listener gets no further event', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket, ['number', 'disconnect'], (event, value) => [event, value]);
    socket.on('number', (n) => n === 2 && socket.disconnect());
    socket.emit('burst', 6);
    await stage.next(socket, 'disconnect');
    await stage.wait(100);
    return heard;
  }, OFFICIAL_ONLY),

  ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].map((event) =>
    scenario(`a page cannot emit ${event}, which is reserved`, async (stage) => {
      const socket = stage.connect({ autoConnect: false });
      try {
        socket.emit(event);
      } catch (error) {
        return error.message;
      }
      return 'no error';
    })),

  scenario('a number can be the name of an event', async (stage) => {
    const socket = await stage.connected();
    socket.emit(7, 'seven');
    return [await socket.emitWithAck('test'), socket.connected];
  }, OFFICIAL_ONLY),

  scenario('emit, send and compress can be chained', async (stage) => {
    const socket = stage.connect({ autoConnect: false });
    const chained = [
      socket.emit('a') === socket,
      socket.send('b') === socket,
      socket.compress(true) === socket,
      socket.volatile === socket,
      socket.timeout(5) === socket,
    ];
    return [chained, socket.sendBuffer.length];
  }),
];
