// What the served files export, and what can be called on it, beside the official client 4.8: the
// list of what ours leaves out, in docs/client.md, is made here.

import assert from 'node:assert/strict';
import test from 'node:test';
import vm from 'node:vm';
import { officialFile, ourFile } from './conformance/pairings.mjs';
import { updateBetween } from './conformance/table.mjs';

const CLIENTS = { ours: ourFile, official: officialFile };
const MODULE = 'socket.io.esm.min.js';

async function importModule(client) {
  const text = await CLIENTS[client](MODULE);
  return await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
}

/** Runs the classic script where `surroundings` are the globals, and returns these. */
async function runScript(client, surroundings) {
  const text = await CLIENTS[client]('socket.io.js');
  return vm.runInNewContext(text, { ...surroundings, URL, setTimeout, clearTimeout, console }) ?? surroundings;
}

/** All names that can be reached through a prototype, but for private ones. */
function members(prototype) {
  if (!prototype || prototype === Object.prototype) return [];
  const own = Object.getOwnPropertyNames(prototype).filter((name) => !name.startsWith('_'));
  return [...own, ...members(Object.getPrototypeOf(prototype))];
}

for (const client of Object.keys(CLIENTS)) {
  test(`the classic script of ${client} exports io to CommonJS`, async () => {
    const module = { exports: {} };
    await runScript(client, { module, exports: module.exports });
    assert.equal(typeof module.exports.connect, 'function');
    assert.equal(module.exports.io, module.exports);
  });

  test(`the classic script of ${client} exports io to AMD`, async () => {
    const made = [];
    const define = Object.assign((factory) => made.push(factory()), { amd: {} });
    await runScript(client, { define });
    assert.equal(made.length, 1);
    assert.equal(typeof made[0].Manager, 'function');
  });
}

test('the module exports what the official one exports', async () => {
  const [ours, official] = [await importModule('ours'), await importModule('official')];
  assert.deepEqual(Object.keys(ours), Object.keys(official));
  for (const name of Object.keys(official)) assert.equal(typeof ours[name], typeof official[name], name);
  for (const name of Object.keys(official.io)) assert.equal(typeof ours.io[name], typeof official.io[name], `io.${name}`);
});

test('transports can be given as the classes that the module exports', async () => {
  const { io, XHR, WebSocket, WebTransport } = await importModule('ours');
  const transportsOf = (transports) => {
    const { io: manager } = io('http://localhost:1', { transports, forceNew: true, reconnection: false });
    manager.close();
    return [manager.engine.transports, manager.engine.transport.name];
  };
  assert.deepEqual(transportsOf([XHR, WebSocket]), [['polling', 'websocket'], 'polling']);
  assert.deepEqual(transportsOf([WebTransport, WebSocket]), [['websocket'], 'websocket']);
  assert.throws(() => transportsOf([WebTransport]), /polling and websocket, not "webtransport"/);
});

test('docs/client.md holds the complete list of the members that ours leaves out', async () => {
  // Not the files in dist/, whose names are shortened.
  const [ours, official] = [await importModule('ours'), await import('socket.io-client-4.8')];
  const rows = Object.entries({
    'a socket': ({ Socket }) => Socket.prototype,
    'a manager': ({ Manager }) => Manager.prototype,
    '`manager.engine`': engineOf,
    '`XHR`, `Fetch`': ({ XHR }) => XHR.prototype,
    '`WebSocket`': ({ WebSocket }) => WebSocket.prototype,
  }).map(([what, prototypeIn]) => {
    const known = new Set(members(prototypeIn(ours)));
    const missing = new Set(members(prototypeIn(official)).filter((name) => !known.has(name)));
    return `| ${what} | ${[...missing].sort().map((name) => `\`${name}\``).join(' ')} |`;
  });
  const table = ['| of | left out |', '|---|---|', ...rows].join('\n');
  assert.ok(await updateBetween({ members: table }), 'it did not; it has been written, and can be committed');
});

function engineOf({ Manager }) {
  const manager = new Manager('http://localhost:1', { autoConnect: false, reconnection: false, transports: ['websocket'] });
  manager.open(() => {});
  const prototype = Object.getPrototypeOf(manager.engine);
  manager.engine.on('error', () => {});
  manager.engine.close();
  return prototype;
}

test('no private member is on anything that a page may put behind a proxy', async () => {
  const text = await ourFile(MODULE);
  assert.doesNotMatch(text, /this\.#|^\s+#\w+/m);
});

