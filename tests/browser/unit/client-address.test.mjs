// How the browser client reads an address, and how long it waits before it tries again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isOwnServer, readAddress, serverFor } from '../../../public/socket.io/address.js';
import { io } from '../../../public/socket.io/io.js';
import { Manager, backOff } from '../../../public/socket.io/manager.js';

const page = new URL('https://school.example:8181/call/index.html?room=1');

for (const [address, origin, namespace, query] of [
  ['', 'https://school.example:8181', '/'],
  ['/', 'https://school.example:8181', '/'],
  ['/chat', 'https://school.example:8181', '/chat'],
  ['//other.example/chat', 'https://other.example', '/chat'],
  ['other.example', 'https://other.example', '/'],
  ['localhost:3000', 'https://localhost:3000', '/'],
  ['localhost:3000/chat', 'https://localhost:3000', '/chat'],
  ['https://localhost:8181/', 'https://localhost:8181', '/'],
  ['http://localhost', 'http://localhost', '/'],
  ['ws://localhost:1', 'http://localhost:1', '/'],
  ['wss://localhost/chat', 'https://localhost', '/chat'],
  ['HTTPS://Example.com:443', 'https://example.com', '/'],
  ['http://[::1]:8181/chat', 'http://[::1]:8181', '/chat'],
  ['https://a.example?x=1&y=a%20b', 'https://a.example', '/', { x: '1', y: 'a b' }],
  ['/chat?x=1#part', 'https://school.example:8181', '/chat', { x: '1' }],
  ['https://a.example/ä b/c', 'https://a.example', '/ä b/c'],
]) {
  test(`io(${JSON.stringify(address)}) means ${origin}, namespace ${namespace}`, () => {
    assert.deepEqual(readAddress(address, page), { origin, namespace, query });
  });
}

test('without a page a host alone is taken as https, and a relative address is refused', () => {
  assert.equal(readAddress('a.example', undefined).origin, 'https://a.example');
  assert.throws(() => readAddress('/chat', undefined), /no page/);
  assert.throws(() => readAddress('', new URL('file:///index.html')), /no page/);
});

test('what this client leaves out is refused with a sentence', () => {
  const address = 'https://localhost:1';
  assert.throws(() => io(address, { parser: {} }), /parser/);
  assert.throws(() => io(address, { transports: ['webtransport'] }), /polling and websocket/);
});

test('io is its own entrance to everything', () => {
  assert.equal(io.connect, io);
  assert.equal(io.Manager, Manager);
  assert.equal(io.protocol, 5);
});

const waiting = { reconnectionDelay: 1000, reconnectionDelayMax: 5000, randomizationFactor: 0.5 };

test('each wait is about twice the one before, up to a bound', () => {
  const exact = { ...waiting, randomizationFactor: 0 };
  assert.deepEqual([0, 1, 2, 3, 2000].map((failures) => backOff(failures, exact)), [1000, 2000, 4000, 5000, 5000]);
});

test('waits differ from page to page, by half at most', () => {
  const waits = Array.from({ length: 1000 }, () => backOff(0, waiting));
  assert.ok(waits.every((wait) => wait >= 500 && wait <= 1500));
  assert.ok(Math.max(...waits) - Math.min(...waits) > 500);
});

// A page that names localhost and comes from elsewhere means the server that it comes from.

const SCRIPT = '/socket.io/socket.io.js';
for (const [named, from, connectsTo] of [
  ['https://localhost:8181', 'http://localhost:8181', 'http://localhost:8181'],
  ['https://localhost:8181', 'https://192.168.1.5:8181', 'https://192.168.1.5:8181'],
  ['http://127.0.0.1:8181', 'https://localhost:8181', 'https://localhost:8181'],
  ['http://[::1]:8181', 'https://mac.local:8181', 'https://mac.local:8181'],
  ['https://localhost:8181', 'https://[fd00::2]:8181', 'https://[fd00::2]:8181'],
  ['https://mac.local:8181', 'http://mac.local:8181', 'http://mac.local:8181'],
  ['https://localhost', 'https://192.168.1.5', 'https://192.168.1.5'],
  ['https://localhost', 'http://localhost:443', 'http://localhost:443'],
  // Another port, or another machine, is another server.
  ['https://localhost', 'http://localhost', 'https://localhost'],
  ['https://localhost:8181', 'http://localhost:3000', 'https://localhost:8181'],
  ['https://192.168.1.5:8181', 'http://localhost:8181', 'https://192.168.1.5:8181'],
  ['https://localhost.example:8181', 'http://localhost:8181', 'https://localhost.example:8181'],
]) {
  test(`a page from ${from} that names ${named} is connected to ${connectsTo}`, () => {
    assert.equal(serverFor(named, new URL(from), from + SCRIPT), connectsTo);
  });
}

test('with a script or a page from elsewhere no address is changed', () => {
  const named = 'https://localhost:8181';
  const here = new URL('http://localhost:8181/');
  for (const script of ['http://localhost:3000/client.js', 'https://cdn.example/socket.io.js', 'file:///client.js', undefined]) {
    assert.equal(serverFor(named, here, script), named);
  }
  for (const elsewhere of [new URL('file:///index.html'), new URL('http://localhost:3000/'), undefined]) {
    assert.equal(serverFor(named, elsewhere, `http://localhost:8181${SCRIPT}`), named);
  }
});

test('the console names each changed address once', (t) => {
  const { mock } = t.mock.method(console, 'info', () => {});
  const from = 'http://localhost:7001';
  for (let n = 0; n < 2; n += 1) serverFor('https://localhost:7001', new URL(from), from + SCRIPT);
  serverFor(from, new URL(from), from + SCRIPT);
  const sentence = `Socket.IO: this page names https://localhost:7001 and comes from ${from}, so it is connected to ${from}.`;
  assert.deepEqual(mock.calls.map((call) => call.arguments), [[sentence]]);
});

for (const [origin, script, isOwn] of [
  ['https://localhost:8181', 'http://localhost:8181/x.js', true],
  ['http://127.0.0.1:8181', 'http://localhost:8181/x.js', true],
  ['https://school.example', 'https://school.example/x.js', true],
  ['http://localhost:8181', 'https://school.example:8181/x.js', false],
  ['http://localhost:8182', 'http://localhost:8181/x.js', false],
  ['http://localhost:8181', undefined, false],
]) {
  test(`${origin} is ${isOwn ? '' : 'not '}the server of ${script}`, () => {
    assert.equal(isOwnServer(origin, script), isOwn);
  });
}
