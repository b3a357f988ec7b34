// How the pages get their STUN and TURN servers: early, again before the credentials end, and never for long.

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { createIceServers, hasRelay } from '../../../public/switchboard/ice-servers.js';

const LIST = [{ urls: ['turn:a.example:3478', 'turn:a.example:3478?transport=tcp'], username: '2000:0f', credential: 'c' }];

/** The requests that the page has made, oldest first. @type {{url: URL, headers: Record<string, string>, reply: (status: number, body: unknown, headers?: object) => void, fail: (error: Error) => void}[]} */
let requests;

/** Addresses that the browser refuses, as Firefox those with some ports. */
const REFUSED = 'turn:a.example:6667';

globalThis.RTCPeerConnection = class {
  constructor({ iceServers }) {
    if (iceServers.flatMap(({ urls }) => urls).includes(REFUSED)) throw new SyntaxError(REFUSED);
  }

  close() {}
};

const servers = (credentials, options) =>
  createIceServers(credentials, { root: new URL('https://here.example/'), isRelayOnly: () => false, ...options });

beforeEach(() => {
  requests = [];
  mock.restoreAll();
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  mock.method(globalThis, 'fetch', (url, { headers = {} } = {}) => new Promise((resolve, fail) => {
    requests.push({
      url: new URL(url),
      headers,
      fail,
      reply: (status, body, replied) => resolve(new Response(JSON.stringify(body), { status, headers: replied })),
    });
  }));
});

/** What waits for promises alone has been done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** As when the page has connected: the server has had the time to reject it. */
async function connect(ice) {
  ice.refresh();
  mock.timers.tick(100);
  await settled();
}

async function withList(ttl = 100) {
  const ice = servers(() => ({ userName: 'Ann', password: 'secret' }));
  await connect(ice);
  requests[0].reply(200, { iceServers: LIST, ttl });
  await settled();
  return ice;
}

test('the request carries the password as the socket does, in a header', async () => {
  await withList();
  assert.match(requests[0].url.pathname, /\/api\/ice-servers$/);
  assert.equal(requests[0].url.search, '?userName=Ann');
  assert.deepEqual(requests[0].headers, { Authorization: 'Bearer secret' });
});

test('a token goes before a password, and what no header can carry goes into the query', async () => {
  for (const [credentials, header, query] of [
    [{ password: 'x', token: 'a.b.c' }, 'Bearer a.b.c', {}],
    [{ password: 'ключ ' }, undefined, { password: 'ключ ' }],
    [{ password: '' }, undefined, { password: '' }],
  ]) {
    requests = [];
    await connect(servers(() => ({ userName: 'Ann', ...credentials })));
    assert.equal(requests[0].headers.Authorization, header);
    assert.deepEqual(Object.fromEntries(requests[0].url.searchParams), { userName: 'Ann', ...query });
  }
});

test('new connections get the list as soon as it is there', async () => {
  const ice = await withList();
  assert.deepEqual(ice.configuration(), { iceServers: LIST });
  assert.deepEqual(ice.state, { state: 'known', problem: '', hasRelay: true, isRelayOnly: false });
  await ice.ready();
  assert.equal(requests.length, 1);
});

test('an address that the browser refuses is left out, and the others count', async () => {
  const ice = servers(() => ({ userName: 'Ann', password: 'x' }));
  await connect(ice);
  const [turn] = LIST;
  requests[0].reply(200, { iceServers: [{ urls: REFUSED, username: 'a', credential: 'b' }, { ...turn, urls: [REFUSED, ...turn.urls] }], ttl: 100 });
  await settled();
  assert.deepEqual(ice.configuration().iceServers, LIST);
});

test('a list is fetched again before its time ends', async () => {
  const ice = await withList(100);
  mock.timers.tick(74_000);
  assert.equal(requests.length, 1);
  mock.timers.tick(2_000);
  assert.equal(requests.length, 2);
  const next = [{ urls: ['stun:b.example'] }];
  requests[1].reply(200, { iceServers: next, ttl: 100 });
  await settled();
  assert.deepEqual(ice.configuration().iceServers, next);
  assert.equal(ice.state.hasRelay, false);
});

test('a connection waits for a list whose time has ended, as after the sleep of the device', async () => {
  const ice = await withList(100);
  mock.timers.setTime(1_000_000 + 99_000); // The renewal has begun, too.
  let isReady = false;
  ice.ready().then(() => (isReady = true));
  await settled();
  assert.equal(isReady, false);
  assert.equal(requests.length, 2);
  requests[1].reply(200, { iceServers: LIST, ttl: 100 });
  await settled();
  assert.equal(isReady, true);
});

test('a slow reply delays a connection for a short time only, and still counts when it comes', async () => {
  const ice = servers(() => ({ userName: 'Ann', password: 'x' }));
  let isReady = false;
  ice.ready().then(() => (isReady = true));
  await settled();
  mock.timers.tick(1_999);
  await settled();
  assert.equal(isReady, false);
  mock.timers.tick(1);
  await settled();
  assert.equal(isReady, true);
  assert.deepEqual(ice.configuration(), { iceServers: [] });
  requests[0].reply(200, { iceServers: LIST, ttl: 100 });
  await settled();
  assert.deepEqual(ice.configuration().iceServers, LIST);
});

test('a failure is kept as a sentence, delays no connection, and is repeated later and later', async () => {
  const ice = servers(() => ({ userName: 'Ann', password: 'x' }));
  let changes = 0;
  ice.watch(() => (changes += 1));
  await connect(ice);
  requests[0].fail(new TypeError('Failed to fetch'));
  await settled();
  assert.deepEqual(ice.state, { state: 'failed', problem: 'The server did not reply.', hasRelay: false, isRelayOnly: false });
  assert.equal(changes, 1);
  await ice.ready();
  mock.timers.tick(15_000);
  assert.equal(requests.length, 2);
  requests[1].reply(429, { code: 'rate-limited', message: 'Too fast.' }, { 'Retry-After': '60' });
  await settled();
  assert.equal(ice.state.problem, 'Too fast.');
  mock.timers.tick(59_000);
  assert.equal(requests.length, 2);
  mock.timers.tick(1_000);
  assert.equal(requests.length, 3);
});

test('wrong credentials are tried again only when there are others', async () => {
  let password = 'wrong';
  const ice = servers(() => ({ userName: 'Ann', password }));
  await connect(ice);
  requests[0].reply(401, { code: 'wrong-password', message: 'The password is wrong.' });
  await settled();
  assert.equal(ice.state.problem, 'The password is wrong.');
  mock.timers.tick(3_600_000);
  assert.equal(requests.length, 1);
  password = 'right';
  ice.forget();
  await connect(ice);
  assert.equal(requests[1].headers.Authorization, 'Bearer right');
});

test('a reply to the credentials of before does not count', async () => {
  const ice = servers(() => ({ userName: 'Ann', password: 'x' }));
  await connect(ice);
  ice.forget();
  await connect(ice);
  requests[0].reply(200, { iceServers: [{ urls: 'turn:old.example' }], ttl: 100 });
  await settled();
  assert.deepEqual(ice.configuration().iceServers, []);
  requests[1].reply(200, { iceServers: LIST, ttl: 100 });
  await settled();
  assert.deepEqual(ice.configuration().iceServers, LIST);
});

test('what is no list of servers counts as a failure, and the list of before stays', async () => {
  const ice = await withList(100);
  mock.timers.tick(75_000);
  requests[1].reply(200, '<html>');
  await settled();
  assert.equal(ice.state.state, 'known');
  mock.timers.tick(30_000);
  await settled();
  requests[2].reply(200, {});
  await settled();
  assert.deepEqual(ice.state, { state: 'failed', problem: 'The reply is not a list of ICE servers.', hasRelay: true, isRelayOnly: false });
  assert.deepEqual(ice.configuration().iceServers, LIST);
});

test('a page that is rejected right after it has connected asks for nothing', async () => {
  const ice = servers(() => ({ userName: 'Ann', password: 'wrong' }));
  ice.refresh();
  const isReady = ice.ready();
  mock.timers.tick(50);
  ice.pause();
  mock.timers.tick(50);
  await isReady;
  await settled();
  assert.equal(requests.length, 0);
  await connect(ice);
  assert.equal(requests.length, 1);
});

test('a closed connection fetches nothing any more', async () => {
  const ice = await withList(100);
  ice.close();
  mock.timers.tick(3_600_000);
  assert.equal(requests.length, 1);
});

test('relays are recognised by their addresses', () => {
  assert.equal(hasRelay([]), false);
  assert.equal(hasRelay([{ urls: 'stun:a' }, { urls: ['stuns:a'] }]), false);
  assert.equal(hasRelay([{ urls: ['stun:a', 'turns:a?transport=tcp'] }]), true);
});
