// What can be sent: JSON with its edges, and binary values of every kind.

import { OFFICIAL_ONLY, onEachTransport, readable, scenario } from './scenario.js';

const bytes = (...values) => new Uint8Array(values);

export const values = [
  onEachTransport('an ArrayBuffer arrives as an ArrayBuffer', async (stage) => {
    return readable(await stage.passed(await stage.call(), bytes(1, 2, 255).buffer));
  }),

  onEachTransport('views of a buffer arrive as what they show, and no more', async (stage) => {
    const { buffer } = bytes(9, 8, 7, 6, 5, 4, 3, 2);
    const views = [
      new Uint8Array(buffer, 1, 2),
      new DataView(buffer, 6),
      new Uint16Array(buffer, 2, 1),
      new Float32Array([1.5]),
      new Uint8ClampedArray(buffer, 0, 1),
      new BigInt64Array([-1n]),
    ];
    return readable(await stage.passed(await stage.call(), views));
  }),

  onEachTransport('a Blob and a File arrive as an ArrayBuffer', async (stage) => {
    const value = { blob: new Blob(['hé']), file: new File(['in a file'], 'name.txt'), empty: new Blob([]) };
    return readable(await stage.passed(await stage.call(), value));
  }),

  onEachTransport('an empty binary value stays one', async (stage) => {
    return readable(await stage.passed(await stage.call(), { none: bytes(), some: bytes(0) }));
  }),

  onEachTransport('binary values arrive wherever they stand', async (stage) => {
    const value = { deep: [{ er: [bytes(1), 'text', bytes(2)] }], same: bytes(3), last: null };
    return readable(await stage.passed(await stage.call(), value));
  }),

  onEachTransport('300 kB of bytes arrive unchanged', async (stage) => {
    const large = new Uint8Array(300_000).map((_, n) => n * 7);
    // Held for the answerer: larger than a candidate may be, but not than an offer.
    const socket = await stage.connected();
    const announced = stage.next(socket, 'newOfferAwaiting');
    const sender = await stage.connected();
    await stage.calm(sender);
    sender.emit('newOffer', { large: large.subarray(0, 200_000) });
    const [[{ offer }]] = await announced;
    const arrived = new Uint8Array(offer.large);
    return [arrived.length, arrived.every((value, n) => value === large[n])];
  }),

  onEachTransport('JSON keeps its edges', async (stage) => {
    const value = [undefined, NaN, Infinity, -0, 1e21, new Date(0), { toJSON: () => 'own' }, new Map([[1, 2]])];
    value.push('\u2028\u0000\ud83d\ude00\x1e"\\', { '': 1, gone: undefined }, Symbol('s'), () => 1);
    value.push(Object.create({ inherited: 1 }), [[], {}], 'ünïcödé', '2["not an event"]');
    return await stage.passed(await stage.call(), value);
  }),

  onEachTransport('a null candidate stays null', async (stage) => {
    return await stage.passed(await stage.call(), null);
  }),

  onEachTransport('an object that looks like a placeholder survives beside no binary value', async (stage) => {
    return await stage.passed(await stage.call(), { _placeholder: false, num: 0 });
  }),

  onEachTransport('an answer to an event may hold binary values', async (stage) => {
    const [caller, answerer] = await Promise.all([stage.connected(), stage.connected()]);
    const announced = stage.next(answerer, 'newOfferAwaiting');
    caller.emit('newOffer', 'x');
    stage.pass(caller, { a: bytes(1, 2) });
    stage.pass(caller, [bytes(3), 'text']);
    const [[offer]] = await announced;
    await caller.emitWithAck('test');
    return readable(await answerer.emitWithAck('newAnswer', { ...offer, answer: { b: bytes(4) } }));
  }),

  onEachTransport('the page answers a question of the server with binary values', async (stage) => {
    const socket = await stage.connected();
    socket.on('question', (question, answer) => answer({ to: question, bytes: bytes(4, 5) }));
    return readable(await socket.emitWithAck('askMe', bytes(1)));
  }, OFFICIAL_ONLY),

  onEachTransport('several binary arguments keep their places', async (stage) => {
    const socket = await stage.connected();
    const back = stage.next(socket, 'bounced');
    socket.emit('bounce', bytes(1), 'between', bytes(2, 3).buffer);
    return readable(await back);
  }, OFFICIAL_ONLY),

  scenario('a value that refers to itself is an error for the page and harms nothing', async (stage) => {
    const socket = await stage.connected();
    const loop = {};
    loop.loop = loop;
    let thrown = 'nothing';
    try {
      socket.emit('newOffer', loop);
    } catch (error) {
      thrown = error.constructor.name;
    }
    return [thrown !== 'nothing', await socket.emitWithAck('test')];
  }),

  scenario('a BigInt is an error for the page and harms nothing', async (stage) => {
    const socket = await stage.connected();
    let thrown = 'nothing';
    try {
      socket.emit('newOffer', 1n);
    } catch (error) {
      thrown = error.constructor.name;
    }
    return [thrown, await socket.emitWithAck('test')];
  }),
];
