// Behind nginx, haproxy, Caddy and Apache, each with its file of deploy/proxies: what docs/proxies.md promises.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { request } from 'node:https';
import test from 'node:test';
import WebSocket from 'ws';
import { io } from 'socket.io-client-4.8';
import { Client } from './support/client.mjs';
import { PROXIES, startBehind } from './support/reverse-proxy.mjs';
import { eventually, within } from './support/wait.mjs';

/** Clients of the course's flow: how each connects, and whether it changes to a WebSocket. */
const WAYS = {
  polling: { transports: ['polling'] },
  upgrade: { transports: ['polling', 'websocket'] },
  websocket: { transports: ['websocket'] },
};
/** A WebSocket that a reload of this proxy closes. */
const CLOSES = 'Caddy of Debian 12';

for (const [name, proxy] of Object.entries(PROXIES)) {
  test(`behind ${name} every transport works, the client's address is known, and a call outlives a reload`, { skip: proxy.missing }, async (t) => {
    const { server, http, https, get: fetch, reload } = await startBehind(t, proxy);
    assert.match((await redirected(`${http}/room/tea`)).location, /^https:\/\/localhost/);
    const page = await fetch('/', { headers: { Accept: 'text/html' } });
    assert.deepEqual([page.status, page.text.includes('id="call"')], [200, true]);
    await addressIsKnown(fetch);
    const records = await readRecords(t, `${https}/inspector/events?key=${server.inspectorKey}`);

    const calls = await Promise.all(Object.entries(WAYS).map(([way, options]) => call(t, https, way, options)));
    await eventually('the inspector to show them', () => records.filter(({ kind }) => kind === 'connect').length >= 2 * calls.length);
    await roomsAndPairs(t, https, fetch);

    await reload();
    for (const [number, { caller, answerer }] of calls.entries()) {
      if (name === CLOSES) await Promise.all([caller, answerer].map(isBack));
      const candidate = { candidate: `candidate:${number}`, sdpMid: '0', sdpMLineIndex: 0 };
      caller.sendCandidate(candidate, true);
      assert.deepEqual(await answerer.hears('receivedIceCandidateFromServer'), candidate);
      const ends = [caller, answerer].flatMap(({ heard }) => heard.filter(([event]) => event === '(disconnect)' || event === 'peerHangup'));
      const expected = ends.every(([event, reason]) => event === '(disconnect)' && reason !== 'io server disconnect');
      assert.ok(name === CLOSES ? expected : !ends.length, JSON.stringify(ends));
    }
  });
}

/** A call of two clients that connect in this way. */
async function call(t, url, way, options) {
  const [caller, answerer] = ['Ann', 'Bob'].map((userName) => new Client(io, url, { userName: `${userName} ${way}`, reconnection: true, reconnectionDelay: 50, ...options }));
  t.after(() => [caller, answerer].forEach((client) => client.close()));
  for (const client of [caller, answerer]) {
    await client.hears('(connect)');
    if (options.transports.length > 1) await client.hears('(upgrade)');
    assert.equal(client.socket.io.engine.transport.name, options.transports.at(-1));
  }
  await caller.asks('newOffer', { type: 'offer', sdp: way });
  const offers = () => answerer.heard.filter(([event]) => event === 'newOfferAwaiting' || event === 'availableOffers').flatMap(([, list]) => list);
  const offer = await eventually('the offer', () => offers().find(({ offererUserName }) => offererUserName === caller.userName));
  await answerer.asks('newAnswer', { ...offer, answer: { type: 'answer', sdp: way } });
  assert.equal((await caller.hears('answerResponse')).answer.sdp, way);
  return { caller, answerer };
}

/** Its connection was closed, and it has another one. */
async function isBack(client) {
  if (client.socket.io.opts.transports[0] === 'polling' && client.socket.io.engine?.transport.name === 'polling') return;
  await client.hears('(disconnect)');
  await client.hears('(connect)', 2);
}

/** What a client says of its own address and scheme has no effect. */
async function addressIsKnown(fetch) {
  const headers = { 'X-Forwarded-For': '198.51.100.7', 'X-Forwarded-Proto': 'http' };
  const { text } = await fetch('/api/connection', { localAddress: '127.0.1.9', headers });
  const { forwarded, address, scheme } = JSON.parse(text);
  assert.deepEqual({ forwarded, address, scheme }, { forwarded: 'believed', address: '127.0.1.9', scheme: 'https' });
}

/** Clients with a bare WebSocket: a member of a room, and two of a pair. */
async function roomsAndPairs(t, https, fetch) {
  const member = await open(t, `${https}/ws?userName=Cem&password=x`);
  member.send(JSON.stringify({ action: 'joining-room', room: 'tea' }));
  assert.equal((await member.next(({ signal }) => signal === 'joined-room')).room, 'tea');
  const body = JSON.stringify({ roomName: 'den', userId: '1' });
  const made = await fetch('/create-room', { method: 'POST', headers: { 'Content-Type': 'text/plain;charset=UTF-8', 'Content-Length': body.length }, body });
  assert.equal(made.status, 200, made.text);
  const [one, two] = [await open(t, `${https}/?userId=1`), await open(t, `${https}/?userId=2`)];
  two.send(JSON.stringify({ label: 'NORMAL_SERVER_PROCESS', data: { type: 'JOIN_ROOM_REQUEST', roomName: 'den', userId: '2' } }));
  await one.next(({ data }) => data.type === 'JOIN_ROOM_NOTIFY');
}

/** A WebSocket; `next(wanted)` resolves to the first frame, also an earlier one, for which that is true. */
async function open(t, url) {
  const socket = new WebSocket(url.replace('https', 'wss'), { rejectUnauthorized: false });
  t.after(() => socket.terminate());
  const frames = [];
  socket.on('message', (text) => frames.push(JSON.parse(text)));
  await within(once(socket, 'open'), `a WebSocket at ${url}`);
  return { send: (text) => socket.send(text), next: (wanted) => eventually('the frame', () => frames.find(wanted)) };
}

/** The inspector's records so far, which come in one reply that does not end. */
async function readRecords(t, url) {
  const records = [];
  const asking = request(url, { rejectUnauthorized: false, agent: false });
  t.after(() => asking.destroy());
  asking.on('error', () => {});
  asking.end();
  const [response] = await within(once(asking, 'response'), 'the inspector');
  assert.equal(response.statusCode, 200);
  let rest = '';
  response.setEncoding('utf8').on('error', () => {}).on('data', (part) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop();
    records.push(...lines.filter(Boolean).map((line) => JSON.parse(line)));
  });
  return records;
}

/** Where a request by http is sent. */
async function redirected(url) {
  const [response] = await once(get(url, { agent: false }), 'response');
  response.resume();
  assert.match(String(response.statusCode), /^30[18]$/);
  return response.headers;
}
