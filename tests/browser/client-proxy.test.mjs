// A page that keeps its socket in reactive data (Vue's data(), Alpine) talks to a proxy of it, and
// of all that hangs on it. Against the official server. CLIENT=official asks the official client.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { browserTest } from './support/browser.mjs';
import { hears, openSocket } from './support/client-page.mjs';
import { countingServer } from './support/counting-server.mjs';
import { within } from './support/wait.mjs';

const VUE = fileURLToPath(new URL('node_modules/@vue/reactivity/dist/reactivity.global.js', import.meta.url));

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  browserTest(`a socket behind Vue's proxy does all that it does without, over ${transports.join(' and ')}`, async ({ visit, t }) => {
    const server = await countingServer(t);
    const page = await visit(server.url);
    await page.addScriptTag({ path: VUE });
    await openSocket(page, { transports, autoConnect: false, reconnection: true, reconnectionDelay: 20 });
    const heard = await within(page.evaluate(useThroughProxy), 'end of what the page does');
    assert.deepEqual(heard, {
      echoes: [1, { a: [2] }, 'promised'],
      bytes: [1, 2],
      late: 'operation has timed out',
      buffered: 0,
      times: 1,
      left: 0,
      outgoing: ['echo', 'number'],
    });
    await hears(page, 'disconnect', 2);
    await hears(page, 'connect', 3);
    assert.deepEqual(server.numbers, [1, 2, 3]);
    assert.deepEqual(page.problems.list, []);
  });
}

/** Runs in the page. */
async function useThroughProxy() {
  const state = VueReactivity.reactive({ socket });
  const next = (event) => new Promise((resolve) => state.socket.once(event, resolve));
  let times = 0;
  const count = () => (times += 1);
  state.socket.once('connect', count).on('disconnect', count).off('disconnect', count);
  state.socket.emit('number', 1);
  state.socket.connect();
  await next('connect');
  const echo = (value) => new Promise((resolve) => state.socket.emit('echo', value, resolve));
  const echoes = [await echo(1), await echo({ a: [2] }), await state.socket.emitWithAck('echo', 'promised')];
  const bytes = [...new Uint8Array(await echo(new Uint8Array([1, 2])))];
  if (state.socket.io.engine.transport.name !== state.socket.io.opts.transports.at(-1)) await hears('upgrade');
  const outgoing = [];
  state.socket.onAnyOutgoing((event) => outgoing.push(event));

  // A new connection, by disconnect() and by a break.
  state.socket.disconnect();
  const late = await state.socket.timeout(1).emitWithAck('echo', 0).catch((error) => error.message);
  const buffered = state.socket.sendBuffer.length;
  state.socket.connect();
  await next('connect');
  await echo('back');
  const lost = next('disconnect');
  state.socket.io.engine.close();
  await lost;
  state.socket.emit('number', 2);
  await next('connect');
  state.socket.offAnyOutgoing().emit('number', 3);
  await state.socket.timeout(10_000).emitWithAck('echo', 'fence');
  return {
    echoes, bytes, late, buffered, times, outgoing,
    left: state.socket.listeners('disconnect').filter((listener) => listener === count).length,
  };
}
