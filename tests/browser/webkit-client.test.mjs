// The browser client in WebKitGTK, which is as near to Safari as Debian comes: every transport, both forms of the script,
// http and https; and what the server sees when a page is left.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { io } from 'socket.io-client-4.8';
import { Client } from './support/client.mjs';
import { serverFor } from './support/server.mjs';
import { eventually, within } from './support/wait.mjs';
import { noWebKit, visitInWebKit } from './support/webkit.mjs';

const FOLDER = fileURLToPath(new URL('webkit-page/', import.meta.url));

/** What the client reports, and the transport on which it settles. */
const TRANSPORTS = {
  polling: [['polling'], 'polling'],
  WebSocket: [['websocket'], 'websocket'],
  'the upgrade': [['polling', 'websocket'], 'websocket'],
  'WebSocket first': [['websocket', 'polling'], 'websocket'],
};

test('WebKitGTK connects by every transport, from a script and a module, by http and https', { skip: noWebKit }, async (t) => {
  const server = await serverFor(t, FOLDER);
  const other = new Client(io, server.http, { userName: 'Ann' });
  t.after(() => other.close());
  await other.asks('newOffer', { type: 'offer', sdp: 'v=0' });
  const page = await visitInWebKit(t, 'about:blank');
  t.diagnostic(page.version);
  for (const scheme of ['http', 'https']) {
    for (const form of ['classic', 'module']) {
      await page.goto(`${server[scheme]}/${form}.html`);
      for (const [way, [transports, settled]] of Object.entries(TRANSPORTS)) {
        const seen = await page.evaluate(exchange, transports);
        assert.deepEqual(seen, { transport: settled, names: ['Ann'], isOk: true, ended: 'io client disconnect' }, `${scheme}, ${form}, ${way}`);
      }
    }
  }
});

/** Runs in the page: connects, settles on a transport, receives an event, gets an acknowledgement, leaves. */
async function exchange(transports) {
  const socket = io({ transports, forceNew: true, reconnection: false, auth: { userName: 'Wes', password: 'x' } });
  const offers = new Promise((resolve) => socket.once('availableOffers', resolve));
  const ended = new Promise((resolve) => socket.once('disconnect', resolve));
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const { engine } = socket.io;
  if (transports[0] === 'polling' && transports.length > 1 && engine.transport.name === 'polling') {
    await new Promise((resolve) => engine.once('upgrade', resolve));
  }
  const { ok } = await socket.emitWithAck('newOffer', { type: 'offer', sdp: 'v=0' });
  const transport = engine.transport.name;
  socket.disconnect();
  // The offer of the exchange before this one may still be open: its connection ends independently of this one.
  const names = (await offers).map(({ offererUserName }) => offererUserName).filter((name) => name !== 'Wes');
  return { transport, names, isOk: ok, ended: await ended };
}

const LEAVINGS = {
  'goes to another page': (page, server) => page.goto(`${server.http}/healthz`),
  'is loaded again': (page) => page.reload(),
  'is in a tab that is closed': (page) => page.closeTab(),
  'is in a browser that quits': (page) => page.quit(),
};

for (const [what, leave] of Object.entries(LEAVINGS)) {
  test(`a page of WebKitGTK that ${what}: its offer and its place in the room end at once`, { skip: noWebKit }, async (t) => {
    const server = await serverFor(t, FOLDER);
    const other = new Client(io, server.http, { userName: 'Ann' });
    t.after(() => other.close());
    await other.hears('(connect)');
    const member = await joinRoom(t, server);

    const page = await visitInWebKit(t, `${server.http}/healthz`);
    if (leave === LEAVINGS['is in a tab that is closed']) await page.openTab();
    await page.goto(`${server.http}/classic.html`);
    await page.evaluate(offerAndJoin);
    await leave(page, server);
    assert.equal((await other.hears('offerWithdrawn')).reason, 'closed');
    assert.equal((await member.hears('user-left')).reason, 'closed');
  });
}

test('a page that WebKitGTK keeps for “back” is gone meanwhile, and its client connects again', { skip: noWebKit }, async (t) => {
  const server = await serverFor(t, FOLDER);
  const member = await joinRoom(t, server);
  const page = await visitInWebKit(t, `${server.http}/classic.html`);
  await page.evaluate(offerAndJoin);
  await page.evaluate(() => {
    window.seen = [];
    addEventListener('pageshow', ({ persisted }) => seen.push(['pageshow', persisted]));
    ws.addEventListener('close', ({ code, wasClean }) => seen.push(['close', code, wasClean]));
    socket.on('connect', () => seen.push(['connect']));
  });
  await page.goto(`${server.http}/healthz`);
  assert.equal((await member.hears('user-left')).reason, 'closed');
  await page.back();
  const seen = await eventually('all that happens to the page', () => page.evaluate(() => window.seen?.length === 3 && window.seen));
  assert.deepEqual(seen.sort(), [['close', 1006, false], ['connect'], ['pageshow', true]]);
});

/** Runs in the page: makes an offer by the client, and joins a room on a bare WebSocket. */
async function offerAndJoin() {
  window.socket = io({ auth: { userName: 'Wes', password: 'x' } });
  await socket.emitWithAck('newOffer', { type: 'offer', sdp: 'v=0' });
  window.ws = new WebSocket(`ws://${location.host}/ws?userName=Wes&password=x`);
  await new Promise((resolve) => (ws.onopen = resolve));
  ws.send(JSON.stringify({ action: 'joining-room', room: 'tea' }));
  await new Promise((resolve) => (ws.onmessage = resolve));
}

/** One more member of the room, on a bare WebSocket in Node. */
async function joinRoom(t, { port }) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/ws?userName=Bob&password=x`);
  t.after(() => ws.terminate());
  const heard = new Map();
  ws.on('message', (text) => {
    const { signal, data } = JSON.parse(text);
    heard.set(signal, data);
    ws.emit(`signal ${signal}`, data);
  });
  await within(once(ws, 'open'), 'open WebSocket');
  ws.send(JSON.stringify({ action: 'joining-room', room: 'tea' }));
  const hears = async (signal) => heard.get(signal) ?? (await within(once(ws, `signal ${signal}`), signal))[0];
  await hears('joined-room');
  return { hears };
}
