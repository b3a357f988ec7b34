// What a connection meets in a long life: slow networks, dead ones, limits, a great many others.
// Against the official server, mostly through a proxy. CLIENT=official asks the official client.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { heard, hears, openSocket } from './support/client-page.mjs';
import { countingServer } from './support/counting-server.mjs';
import { startProxy } from './support/proxy.mjs';
import { isOfficial, servePage } from './support/scripted-server.mjs';
import { eventually } from './support/wait.mjs';

const WAYS = { polling: ['polling'], websocket: ['websocket'], 'the upgrade': ['polling', 'websocket'] };
/** Our own, on purpose: the official client does otherwise. */
const ownTest = isOfficial ? () => {} : browserTest;
const upTo = (end) => Array.from({ length: end }, (_, n) => n);

async function proxyFor(t, server, options) {
  const proxy = await startProxy(server.port, options);
  t.after(() => proxy.close());
  return { proxy, url: `http://localhost:${proxy.port}/` };
}

/** Connected, and moved to WebSocket where that is the way. */
async function settle(page, transports) {
  await hears(page, 'connect');
  if (transports.length > 1) await hears(page, 'upgrade');
}

async function numbersHeard(page) {
  return (await heard(page)).filter(([event]) => event === 'number').map(([, number]) => number);
}

// The upgrade.

for (const delay of [0, 2, 10, 50]) {
  browserTest(`1,000 messages each way during an upgrade all arrive, in order, at a delay of ${delay} ms`, async ({ visit, t }) => {
    const server = await countingServer(t);
    const { url } = await proxyFor(t, server, { delay });
    const page = await visit(url);
    await openSocket(page);
    await page.evaluate(countTo, 1000);
    await hears(page, 'number', 1000);
    await eventually('1,000 numbers on the server', () => server.numbers.length >= 1000);
    assert.deepEqual(await numbersHeard(page), upTo(1000));
    assert.deepEqual(server.numbers, upTo(1000));
    assert.deepEqual((await hears(page, 'upgrade')), ['websocket']);
  });
}

/** Runs in the page: as the server does it, some before, some during and some after the upgrade. */
async function countTo(end) {
  socket.emit('count to', end);
  for (let n = 0; n < end; n++) {
    if (n === end * 0.9) await hears('upgrade');
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
    socket.emit('number', n);
  }
}

const MOMENTS = {
  'before its handshake': (socket) => socket.destroy(),
  'before its probe is answered': (socket) => socket.once('data', () => socket.destroy()),
  'right after its probe is answered': (socket) => {
    const write = socket.write.bind(socket);
    let writes = 0; // the first is the handshake's answer
    socket.write = (...args) => {
      const isSent = write(...args);
      if ((writes += 1) === 2) socket.end();
      return isSent;
    };
  },
};

for (const [moment, die] of Object.entries(MOMENTS)) {
  browserTest(`a WebSocket that dies ${moment} costs the upgrade and no message`, async ({ visit, t }) => {
    const server = await countingServer(t);
    server.http.prependListener('upgrade', (request, socket) => die(socket));
    const { url } = await proxyFor(t, server, { delay: 5 });
    const page = await visit(url);
    page.problems.expect(/WebSocket connection to/);
    await openSocket(page);
    const failed = hears(page, 'upgradeError');
    await page.evaluate(async () => {
      for (let n = 0; n < 300; n++) {
        socket.emit('number', n);
        if (n === 250) await hears('upgradeError');
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
    });
    await failed;
    await eventually('300 numbers on the server', () => server.numbers.length >= 300);
    assert.deepEqual(server.numbers, upTo(300));
    assert.deepEqual(await page.evaluate(() => [socket.connected, socket.io.engine.transport.name]), [true, 'polling']);
  });
}

// Networks.

for (const [way, transports] of Object.entries(WAYS)) {
  for (const trouble of ['is cut', 'says nothing any more']) {
    browserTest(`${way}: from a network that ${trouble} the page comes back by itself, and what it sent meanwhile goes out once`, async ({ visit, t }) => {
      const server = await countingServer(t, { pingInterval: 700, pingTimeout: 700 });
      const { proxy, url } = await proxyFor(t, server);
      const page = await visit(url);
      page.problems.expect(/Failed to load resource|WebSocket connection to/);
      await openSocket(page, { transports, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200, timeout: 500 });
      await settle(page, transports);
      await page.evaluate(() => socket.emitWithAck('echo', 0));

      if (trouble === 'is cut') {
        proxy.refusing = true;
        proxy.cut();
      } else {
        proxy.frozen = true;
      }
      const [reason] = await hears(page, 'disconnect');
      assert.match(reason, trouble === 'is cut' ? /^transport (close|error)$/ : /^ping timeout$/);
      await page.evaluate(() => [0, 1, 2].forEach((n) => socket.emit('number', n)));
      await hears(page, 'connect_error', 2);
      assert.equal(await page.evaluate(() => socket.active), true);

      proxy.refusing = false;
      proxy.frozen = false;
      proxy.cut();
      await hears(page, 'connect', 2);
      await page.evaluate(() => [3, 4].forEach((n) => socket.emit('number', n)));
      await page.evaluate(() => socket.emitWithAck('echo', 0));
      assert.deepEqual(server.numbers, upTo(5));
    });
  }
}

// Our own, on purpose: a network that the browser calls lost may be back before anything is.

const NAMED = { hosts: 'MAP *.example 127.0.0.1' };

ownTest('a connection that outlives a lost network is kept, and nothing that was emitted meanwhile is lost', async ({ visit, t }) => {
  const server = await countingServer(t);
  const page = await visit(`http://page.example:${server.port}/`, NAMED);
  await openSocket(page, { reconnection: true });
  await settle(page, WAYS['the upgrade']);
  const id = await page.evaluate(() => socket.id);
  await page.context().setOffline(true);
  await eventually('in doubt', () => page.evaluate(() => socket.io.engine.inDoubt));
  const waiting = await page.evaluate(() => [1, 2].map((n) => socket.emit('number', n).sendBuffer.length));
  assert.deepEqual(waiting, [1, 2]);
  await page.context().setOffline(false);
  await eventually('2 numbers on the server', () => server.numbers.length === 2);
  assert.deepEqual(server.numbers, [1, 2]);
  assert.deepEqual(await page.evaluate(() => [socket.id, socket.sendBuffer.length, socket.io.engine.inDoubt]), [id, 0, false]);
  assert.ok(!(await heard(page)).some(([event]) => event === 'disconnect'));
});

ownTest('a packet from the server ends the doubt about a network that the browser calls lost', async ({ visit, t }) => {
  const server = await countingServer(t);
  const page = await visit(`http://page.example:${server.port}/`, NAMED);
  await openSocket(page);
  await settle(page, WAYS['the upgrade']);
  await page.evaluate(() => dispatchEvent(new Event('offline')));
  await page.evaluate(() => socket.emit('number', 1));
  assert.deepEqual(server.numbers, []);
  server.io.emit('news');
  await eventually('a number on the server', () => server.numbers.length === 1);
});

ownTest('a connection that did not outlive a lost network is given up soon after its return', async ({ visit, t }) => {
  const server = await countingServer(t);
  const { proxy } = await proxyFor(t, server);
  const page = await visit(`http://page.example:${proxy.port}/`, NAMED);
  page.problems.expect(/Failed to load resource|WebSocket connection to/);
  await openSocket(page, { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200, timeout: 500 });
  await settle(page, WAYS['the upgrade']);
  await page.evaluate(() => dispatchEvent(new Event('offline')));
  proxy.frozen = true;
  await page.evaluate(() => socket.emit('number', 1));
  await page.evaluate(() => dispatchEvent(new Event('online')));
  const [reason] = await hears(page, 'disconnect');
  assert.equal(reason, 'ping timeout');
  proxy.frozen = false;
  proxy.cut();
  await hears(page, 'connect', 2);
  await eventually('the number on the server', () => server.numbers.length === 1);
});

browserTest('a connection to another server than the script\'s ends when the network is lost', async ({ visit, t }) => {
  const server = await countingServer(t);
  const page = await visit(`http://page.example:${server.port}/`, NAMED);
  page.problems.expect(/Failed to load resource|WebSocket connection to/);
  const options = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };
  await openSocket(page, options, `http://other.example:${server.port}`);
  await settle(page, WAYS['the upgrade']);
  await page.context().setOffline(true);
  const [reason, details] = await hears(page, 'disconnect');
  assert.deepEqual([reason, details.description], ['transport close', 'network connection lost']);
  await page.context().setOffline(false);
  await hears(page, 'connect', 2);
});

ownTest('when the network is back, the next attempt is made at once', async ({ visit, t }) => {
  const server = await countingServer(t);
  const { proxy, url } = await proxyFor(t, server);
  const page = await visit(url);
  page.problems.expect(/Failed to load resource|WebSocket connection to/);
  await openSocket(page, { reconnection: true, reconnectionDelay: 600_000, reconnectionDelayMax: 600_000 });
  await settle(page, WAYS['the upgrade']);
  proxy.cut();
  await hears(page, 'disconnect');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await hears(page, 'connect', 2);
});

// Refusals.

ownTest('a refused page reads why: in connect_error, or on the console', async ({ visit, t }) => {
  const server = await countingServer(t);
  const refusal = { code: 'origin-not-allowed', message: 'Start the server with --allow-origin http://page.example.' };
  let body = JSON.stringify(refusal);
  server.http.removeAllListeners('request').on('request', (request, response) => {
    if (!request.url.startsWith('/socket.io/')) return servePage(request, response);
    return response.writeHead(403, { 'access-control-allow-origin': '*' }).end(body);
  });
  const page = await visit(server.url);
  page.problems.expect(/status of 403/);
  const warnings = [];
  page.on('console', (line) => line.type() === 'warning' && warnings.push(line.text()));
  await openSocket(page);
  const [error] = await hears(page, 'connect_error');
  assert.deepEqual(error, { message: refusal.message, description: 403, data: refusal });
  assert.deepEqual(warnings, []);

  await page.evaluate(() => io({ forceNew: true, reconnection: false }) && undefined);
  await eventually('a warning', () => warnings.length === 1);
  assert.equal(warnings[0], `Socket.IO: The server refused the connection: ${refusal.message}`);

  body = 'Forbidden';
  await page.evaluate(() => follow(io({ forceNew: true, reconnection: false })));
  assert.equal((await hears(page, 'connect_error', 2))[0].message, 'xhr poll error');
});

// Limits.

for (const [way, wanted] of [
  ['polling', ['transport error', 'xhr post error', 413]],
  ['websocket', ['transport close', undefined, 'websocket connection closed']],
]) {
  browserTest(`${way}: a message that the server does not take ends the connection, and says why`, async ({ visit, t }) => {
    const server = await countingServer(t, { maxHttpBufferSize: 1000 });
    const page = await visit(server.url);
    page.problems.expect(/Failed to load resource|WebSocket connection to/);
    await openSocket(page, { transports: [way] });
    await hears(page, 'connect');
    await page.evaluate(() => socket.emit('number', 'x'.repeat(2000)));
    const [reason, { message, description }] = await hears(page, 'disconnect');
    assert.deepEqual([reason, message, description], wanted);
  });
}

browserTest('many connections by polling work at once', async ({ visit, t }) => {
  const server = await countingServer(t);
  const page = await visit(server.url);
  // A browser opens no more than six requests to one address; each proxy is one more address.
  const addresses = [];
  for (let n = 0; n < 8; n++) addresses.push((await proxyFor(t, server, { delay: 20 })).url);
  const answers = await page.evaluate((urls) => {
    const four = (url) => Array.from({ length: 4 }, () => io(url, { transports: ['polling'], forceNew: true, reconnection: false }));
    window.sockets = urls.flatMap(four);
    return Promise.all(sockets.map((socket, n) => socket.emitWithAck('echo', n)));
  }, addresses);
  assert.deepEqual(answers, upTo(32));
  await page.evaluate(() => sockets.forEach((socket) => socket.disconnect()));
  await eventually('no session left', () => server.sessions === 0);
});

for (const [way, transports] of Object.entries(WAYS)) {
  browserTest(`${way}: a page that opens and closes 200 connections leaks nothing`, async ({ visit, t }) => {
    const server = await countingServer(t);
    const page = await visit(server.url);
    const warmUp = 40; // until the browser has compiled and cached what it wants to
    await page.evaluate(openAndClose, [warmUp, transports]);
    // A leak is there each time; what a busy browser keeps for itself is not.
    const perConnection = [];
    do {
      const before = await heapOf(page);
      await page.evaluate(openAndClose, [200, transports]);
      await eventually('no session left', () => server.sessions === 0);
      perConnection.push(Math.round(((await heapOf(page)) - before) / 200));
    } while (perConnection.at(-1) >= 300 && perConnection.length < 3);
    t.diagnostic(`bytes of heap for each connection: ${perConnection}`);
    assert.ok(perConnection.at(-1) < 300, `${perConnection} bytes left of each connection`);
  });
}

/** Runs in the page. */
async function openAndClose([times, transports]) {
  for (let n = 0; n < times; n++) {
    const socket = io({ transports, forceNew: true });
    const isUpgraded =
      transports.length > 1 &&
      new Promise((resolve) => socket.io.on('open', () => socket.io.engine.once('upgrade', resolve)));
    await socket.emitWithAck('echo', n);
    await isUpgraded;
    const isClosed = new Promise((resolve) => socket.io.once('close', resolve));
    socket.disconnect();
    await isClosed;
  }
}

/** Bytes in use once all that can be collected is collected. */
async function heapOf(page) {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devTools.send('Runtime.getHeapUsage');
  await devTools.detach();
  return usedSize;
}
