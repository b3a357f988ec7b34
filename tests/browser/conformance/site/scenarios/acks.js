// Acks: the answer to an event, its time-out, and what becomes of it when the connection breaks.

import { OFFICIAL_ONLY, onEachTransport, scenario } from './scenario.js';

const NEVER_ANSWERED = 'no such event';

export const acks = [
  onEachTransport('a function as last argument gets the answer', async (stage) => {
    const socket = await stage.connected();
    return await new Promise((resolve) => socket.emit('test', (...answer) => resolve(answer)));
  }),

  onEachTransport('emitWithAck gives a promise for the answer', async (stage) => {
    const socket = await stage.connected();
    return await socket.emitWithAck('test');
  }),

  onEachTransport('each acknowledgement reaches its sender', async (stage) => {
    const { answerer } = await stage.call();
    const list = await Promise.all([
      answerer.emitWithAck('test'),
      answerer.emitWithAck('newAnswer', { offererUserName: 'nobody', answer: 'x' }),
      answerer.emitWithAck('test'),
    ]);
    return list;
  }),

  onEachTransport('an answer that does not come in time is an error', async (stage) => {
    const socket = await stage.connected();
    const args = await new Promise((resolve) => socket.timeout(60).emit(NEVER_ANSWERED, (...got) => resolve(got)));
    return [args.length, args[0] instanceof Error, args[0].message];
  }),

  onEachTransport('an answer in time comes after a null', async (stage) => {
    const socket = await stage.connected();
    return await new Promise((resolve) => socket.timeout(20_000).emit('test', (...got) => resolve(got)));
  }),

  onEachTransport('emitWithAck rejects when the time is over', async (stage) => {
    const socket = await stage.connected();
    return await socket.timeout(60).emitWithAck(NEVER_ANSWERED).catch((error) => [error instanceof Error, error.message]);
  }),

  onEachTransport('acknowledgements that can no longer come: an error before disconnect, or after', async (stage) => {
    const socket = await stage.connected();
    const heard = stage.record(socket, ['disconnect']);
    socket.emitWithAck(NEVER_ANSWERED).catch((error) => heard.push(`promise: ${error.message}`));
    socket.emit(NEVER_ANSWERED, () => heard.push('plain'));
    socket.timeout(60_000).emit(NEVER_ANSWERED, (error) => heard.push(`with time-out: ${error.message}`));
    socket.disconnect();
    await stage.wait(50);
    return heard;
  }),

  onEachTransport('the option ackTimeout holds for every event', async (stage) => {
    const socket = await stage.connected({ ackTimeout: 20_000 });
    const answered = await new Promise((resolve) => socket.emit('test', (...got) => resolve(got)));
    const late = await new Promise((resolve) => socket.timeout(50).emit(NEVER_ANSWERED, (...got) => resolve(got)));
    return [answered, late.length, late[0].message];
  }),

  onEachTransport('an event that is over before it left is taken out of the buffer', async (stage) => {
    const socket = stage.connect({ autoConnect: false });
    const late = new Promise((resolve) => socket.timeout(50).emit('test', (error) => resolve(error.message)));
    const before = socket.sendBuffer.length;
    return [before, await late, socket.sendBuffer.length];
  }),

  onEachTransport('the page answers the server, once', async (stage) => {
    const socket = await stage.connected();
    socket.on('question', (question, answer) => {
      answer(`to ${question}`);
      answer('a second time');
    });
    return [await socket.emitWithAck('askMe', 'why'), await socket.emitWithAck('echo', 'alive')];
  }, OFFICIAL_ONLY),

  onEachTransport('an answer may have several values', async (stage) => {
    const socket = await stage.connected();
    const all = await new Promise((resolve) => socket.emit('echo', 1, 'a', { b: [null, true] }, (...got) => resolve(got)));
    return [all, await socket.emitWithAck('echo', 1, 2)];
  }, OFFICIAL_ONLY),

  onEachTransport('an answer that comes too late is not heard', async (stage) => {
    const socket = await stage.connected();
    const calls = [];
    await new Promise((resolve) => socket.timeout(50).emit('hold', (...got) => resolve(calls.push(got.length))));
    await socket.emitWithAck('release');
    return calls;
  }, OFFICIAL_ONLY),

  onEachTransport('with retries an event is sent again until it is answered, one after the other', async (stage) => {
    const socket = await stage.connected({ retries: 100, ackTimeout: 300 });
    const heard = [];
    await new Promise((resolve) => {
      socket.emit('thirdTime', 'a', (...got) => heard.push(got));
      socket.emit('thirdTime', 'b', (...got) => resolve(heard.push(got)));
    });
    return heard;
  }, OFFICIAL_ONLY),

  scenario('with retries an event that is never answered gives up, and the next has its turn', async (stage) => {
    const socket = await stage.connected({ retries: 1, ackTimeout: 20_000 });
    const heard = [];
    await new Promise((resolve) => {
      socket.timeout(60).emit(NEVER_ANSWERED, (error) => heard.push(error.message));
      socket.emit('test', (...got) => resolve(heard.push(got)));
    });
    return heard;
  }),

  scenario('with retries an event before connect waits in the queue', async (stage) => {
    const socket = stage.connect({ retries: 2, ackTimeout: 20_000 });
    const answer = new Promise((resolve) => socket.emit('test', (...got) => resolve(got)));
    return [socket.sendBuffer.length, await answer];
  }),

  scenario('an answer that waits in the buffer comes after the reconnect', async (stage) => {
    const socket = await stage.connected({ reconnectionDelay: 10 });
    const lost = stage.next(socket, 'disconnect');
    socket.io.engine.close();
    await lost;
    return await socket.emitWithAck('test');
  }),

  scenario('an answer given on another connection goes nowhere', async (stage) => {
    const socket = await stage.connected({ reconnectionDelay: 10 });
    const asked = stage.next(socket, 'question');
    socket.emit('askMe', 'why');
    const [, answer] = await asked;
    socket.io.engine.close();
    await stage.next(socket, 'connect');
    answer('too late');
    return await socket.emitWithAck('echo', 'alive');
  }, OFFICIAL_ONLY),
];
