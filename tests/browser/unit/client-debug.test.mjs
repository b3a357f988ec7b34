// The switch of the browser client that shows what it does: as the official client's debug build.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { debugFor } from '../../../public/socket.io/debug.js';

function listen(t) {
  const { mock } = t.mock.method(console, 'debug', () => {});
  return () => mock.calls.map((call) => call.arguments);
}

for (const [name, wanted, isShown] of [
  ['socket.io-client:socket', '*', true],
  ['socket.io-client:socket', 'socket.io-client:*', true],
  ['socket.io-client:socket', 'socket.io-client:manager', false],
  ['engine.io-client:polling', 'socket.io-client:*, engine.io-client:*', true],
  ['engine.io-client:polling', 'engine.io-client:* -engine.io-client:polling', false],
  ['socket.io-parser', 'socket.io-parser', true],
  ['socket.io-parser', 'socketXio-parser', false],
  ['socket.io-parser', '', false],
]) {
  test(`${name} is ${isShown ? '' : 'not '}shown by localStorage.debug = '${wanted}'`, (t) => {
    const shown = listen(t);
    debugFor(name, wanted)('a line');
    assert.equal(shown().length, isShown ? 1 : 0);
  });
}

test('a line has the name, the text with its values, and the time since the last', (t) => {
  const shown = listen(t);
  t.mock.timers.enable({ apis: ['Date'], now: 1000 });
  const debug = debugFor('socket.io-parser', '*');
  debug('encoded %j as %s', { type: 2 }, '2["%s"]');
  t.mock.timers.tick(7);
  debug('open');
  const [[format, color, plain, ...values], [second]] = shown();
  assert.equal(format, '%csocket.io-parser %cencoded %s as %s%c +0ms');
  assert.match(color, /^color: #/);
  assert.deepEqual([plain, ...values], ['color: inherit', '{"type":2}', '2["%s"]', color]);
  assert.equal(second, '%csocket.io-parser %copen%c +7ms');
});

test('a value that JSON cannot hold is shown as the reason', (t) => {
  const shown = listen(t);
  debugFor('x', '*')('%j', 1n);
  assert.match(shown()[0][3], /BigInt/);
});
