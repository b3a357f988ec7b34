// Engine.IO 4, as far as it binds a client: each statement of the protocol's public description is
// one test, against a server that the test plays by hand. CLIENT=official asks the official client.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { heard, hears, openSocket } from './support/client-page.mjs';
import { SEPARATOR, isOfficial, openPacket, scriptedServer, shakeHands } from './support/scripted-server.mjs';

const TRANSPORTS = ['polling', 'websocket'];

function statement(sentence, story) {
  browserTest(sentence, async ({ visit, t }) => {
    const server = await scriptedServer(t);
    const page = await visit(server.url);
    page.problems.expect(/Failed to load resource|WebSocket connection to/);
    await story(page, server);
  });
}

/** The same statement over each transport; `wire` is there after the handshake and the CONNECT. */
function statementForEach(sentence, story, rules) {
  for (const transport of TRANSPORTS) {
    statement(`${transport}: ${sentence}`, async (page, server) => {
      await openSocket(page, { transports: [transport] });
      const wire = await shakeHands(server, transport, rules);
      assert.equal(await wire.hears(), '40');
      await wire.says('40{"sid":"id"}');
      await hears(page, 'connect');
      await story(page, wire, server);
    });
  }
}

// The handshake.

for (const transport of TRANSPORTS) {
  const asked = (server) => server[transport === 'polling' ? 'gets' : 'webSockets'].take();

  statement(`${transport}: the handshake has EIO=4, the transport and no session`, async (page, server) => {
    await openSocket(page, { transports: [transport] });
    const { path, query } = await asked(server);
    assert.equal(path, '/socket.io/');
    delete query.t; // against caches; any text will do
    assert.deepEqual(query, { EIO: '4', transport });
  });

  statement(`${transport}: path and query are the ones that the page asks for`, async (page, server) => {
    await openSocket(page, { transports: [transport], path: '/other', query: { room: 'a b&c' } });
    const { path, query } = await asked(server);
    assert.deepEqual([path, query.room], ['/other/', 'a b&c']);
  });
}

statement('polling: after the open packet each request names the session, and no two addresses are the same', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  const first = await server.gets.take();
  first.answer(openPacket({ sid: 'a b' }));
  const [get, post] = [await server.gets.take(), await server.posts.take()];
  assert.deepEqual([get.query.sid, post.query.sid], ['a b', 'a b']);
  assert.equal(new Set([first.url, get.url, post.url]).size, 3);
});

for (const transport of TRANSPORTS) {
  for (const [what, packet] of [
    ['not JSON', '0{"sid":'],
    ['without a session', '0{"upgrades":[],"pingInterval":25000,"pingTimeout":20000}'],
    ['nothing but its type', '0'],
    ['a page of some other server', '<!doctype html>'],
  ]) {
    statement(`${transport}: a first packet that is ${what} is reported at once`, async (page, server) => {
      await openSocket(page, { transports: [transport] });
      await answerHandshake(server, transport, packet);
      const [{ message }] = await hears(page, 'connect_error');
      assert.match(message, /Engine\.IO 4/);
    });
  }

  statement(`${transport}: what comes before the open packet is not taken for an event`, async (page, server) => {
    await openSocket(page, { transports: [transport] });
    await answerHandshake(server, transport, '40{"sid":"early"}', '42["early"]', openPacket(), '40{"sid":"id"}');
    await hears(page, 'connect');
    assert.equal(await page.evaluate(() => socket.id), 'id');
    assert.deepEqual(await heard(page), [['connect']]);
  });
}

async function answerHandshake(server, transport, ...packets) {
  if (transport === 'polling') (await server.gets.take()).answer(packets.join(SEPARATOR));
  else (await server.webSockets.take()).accept().says(...packets);
}

// Messages.

statementForEach('text travels both ways as it is', async (page, wire) => {
  const text = 'ü\u2028 "quoted" \ud83d\ude00';
  await wire.says(`42${JSON.stringify(['a', text])}`);
  assert.deepEqual(await hears(page, 'a'), [text]);
  await page.evaluate((x) => socket.emit('b', x), text);
  assert.equal(await wire.hears(), `42${JSON.stringify(['b', text])}`);
});

statement('polling: binary travels both ways as "b" and base64', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  await shakeHands(server, 'polling');
  (await server.gets.take()).answer(['40{"sid":"id"}', '451-["a",{"_placeholder":true,"num":0}]', 'bAAH+/w=='].join(SEPARATOR));
  assert.deepEqual(await hears(page, 'a'), [{ bytes: [0, 1, 254, 255] }]);
  const held = await server.posts.take();
  await page.evaluate(() => socket.emit('b', new Uint8Array([255, 254, 1, 0])));
  held.answer('ok');
  const { body, headers } = await server.posts.take();
  assert.equal(body, ['451-["b",{"_placeholder":true,"num":0}]', 'b//4BAA=='].join(SEPARATOR));
  assert.match(headers['content-type'], /^text\/plain/);
});

statement('websocket: binary travels both ways as a binary frame', async (page, server) => {
  await openSocket(page, { transports: ['websocket'] });
  const wire = await shakeHands(server, 'websocket');
  await wire.hears();
  wire.says('40{"sid":"id"}', '451-["a",{"_placeholder":true,"num":0}]', Buffer.from([0, 255]));
  assert.deepEqual(await hears(page, 'a'), [{ bytes: [0, 255] }]);
  await page.evaluate(() => socket.emit('b', new Blob(['hé'])));
  assert.equal(await wire.hears(), '451-["b",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await wire.hears(), Buffer.from('hé'));
});

statement('polling: several packets of one answer are all heard, in order', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  await shakeHands(server, 'polling');
  (await server.gets.take()).answer(['40{"sid":"id"}', '42["a",1]', '6', '42["a",2]', '2', '42["a",3]'].join(SEPARATOR));
  await hears(page, 'a', 3);
  assert.deepEqual(await heard(page), [['connect'], ['a', 1], ['a', 2], ['a', 3]]);
});

statementForEach('what is sent in one go arrives in order', async (page, wire) => {
  await page.evaluate(() => {
    for (let i = 0; i < 20; i++) socket.emit('n', i, ...(i % 5 === 0 ? [new Blob([String(i)])] : []));
  });
  for (let i = 0; i < 20; i++) {
    const isBinary = i % 5 === 0;
    assert.match(await wire.hears(), isBinary ? new RegExp(`^451-\\["n",${i},`) : new RegExp(`^42\\["n",${i}\\]`));
    if (isBinary) assert.equal(String(await wire.hears()), String(i));
  }
});

// Long-polling's own rules.

statement('polling: one POST at a time; what is sent meanwhile goes out by the next, in one piece', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  await shakeHands(server, 'polling');
  const held = await server.posts.take();
  await page.evaluate(() => ['a', 'b', 'c'].forEach((event) => setTimeout(() => note('sent', socket.io.engine.send(`2["${event}"]`) && event))));
  (await server.gets.take()).answer('40{"sid":"id"}');
  await hears(page, 'sent', 3);
  await turn(page, server);
  assert.equal(server.posts.count, 0);
  held.answer('ok');
  assert.equal((await server.posts.take()).body, ['42["a"]', '42["b"]', '42["c"]'].join(SEPARATOR));
});

statement('polling: one GET is open at any time, never two', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  await shakeHands(server, 'polling');
  for (let n = 0; n < 20; n++) {
    const get = await server.gets.take();
    assert.equal(server.gets.count, 0);
    get.answer(n === 0 ? '40{"sid":"id"}' : `42["n",${n}]`);
  }
  await hears(page, 'n', 19);
});

statement('polling: no POST is longer than the maxPayload of the server, in bytes', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  await shakeHands(server, 'polling', { maxPayload: 100 });
  const held = await server.posts.take();
  (await server.gets.take()).answer('40{"sid":"id"}');
  await hears(page, 'connect');
  await page.evaluate(() => Array.from({ length: 12 }, (_, n) => socket.emit('n', n, 'ü'.repeat(n))));
  held.answer('ok');
  const packets = [];
  while (packets.length < 12) {
    const post = await server.posts.take();
    assert.ok(Buffer.byteLength(post.body) <= 100, `${Buffer.byteLength(post.body)} bytes`);
    packets.push(...post.body.split(SEPARATOR));
    post.answer('ok');
  }
  assert.deepEqual(packets, Array.from({ length: 12 }, (_, n) => `42["n",${n},"${'ü'.repeat(n)}"]`));
});

statement('polling: a packet that is longer than maxPayload goes alone', async (page, server) => {
  await openSocket(page, { transports: ['polling'] });
  const wire = await shakeHands(server, 'polling', { maxPayload: 20 });
  await wire.hears();
  await wire.says('40{"sid":"id"}');
  await hears(page, 'connect');
  await page.evaluate(() => ['a', 'b'.repeat(30), 'c'].forEach((event) => socket.emit(event)));
  for (const event of ['a', 'b'.repeat(30), 'c']) {
    const post = await server.posts.take();
    assert.equal(post.body, `42["${event}"]`);
    post.answer('ok');
  }
});

for (const method of ['gets', 'posts']) {
  for (const [what, fail] of [['refused', (request) => request.answer('no', 400)], ['broken off', (request) => request.breakOff()]]) {
    statement(`polling: of ${method}, one that is ${what} ends the connection as a transport error`, async (page, server) => {
      await openSocket(page, { transports: ['polling'] });
      const wire = await shakeHands(server, 'polling');
      await wire.hears();
      await wire.says('40{"sid":"id"}');
      await hears(page, 'connect');
      await page.evaluate(() => socket.emit('a'));
      fail(await server[method].take());
      const [reason, { message }] = await hears(page, 'disconnect');
      assert.deepEqual([reason, message], ['transport error', method === 'gets' ? 'xhr poll error' : 'xhr post error']);
    });
  }
}

// Heartbeat.

statementForEach('each ping is reported and answered by one pong, and the client itself never pings', async (page, wire) => {
  await page.evaluate(() => socket.io.on('ping', () => note('ping')));
  for (let n = 0; n < 5; n++) {
    await wire.says('2');
    assert.equal(await wire.hears(), '3');
  }
  await page.evaluate(() => socket.emit('a'));
  assert.equal(await wire.hears(), '42["a"]');
  await hears(page, 'ping', 5);
});

for (const transport of TRANSPORTS) {
  statement(`${transport}: without a ping for pingInterval and pingTimeout together the connection is dead`, async (page, server) => {
    await page.clock.install();
    await page.reload();
    await openSocket(page, { transports: [transport] });
    const wire = await shakeHands(server, transport, { pingInterval: 3000, pingTimeout: 2000 });
    await wire.hears();
    await wire.says('40{"sid":"id"}');
    await hears(page, 'connect');
    await page.clock.pauseAt(Date.now() + 4000);
    await wire.says('2');
    assert.equal(await wire.hears(), '3');
    await page.clock.runFor(4900);
    assert.deepEqual(await heard(page), [['connect']]);
    await page.clock.runFor(200);
    assert.equal((await hears(page, 'disconnect'))[0], 'ping timeout');
  });
}

// The end, and what is not a packet.

statementForEach('a close packet ends the connection, and nothing is sent any more', async (page, wire, server) => {
  await wire.says('1');
  const [reason] = await hears(page, 'disconnect');
  assert.equal(reason, 'transport close');
  await turn(page, server);
  assert.equal(server.gets.count + server.posts.count, 0);
  if (wire.closed) {
    await wire.closed;
    assert.equal(wire.count, 0);
  }
});

statementForEach('what was sent before disconnect() still arrives, then the connection is closed', async (page, wire) => {
  await page.evaluate(() => {
    for (let n = 0; n < 3; n++) socket.emit('n', n);
    socket.disconnect();
  });
  for (const packet of ['42["n",0]', '42["n",1]', '42["n",2]', '41']) assert.equal(await wire.hears(), packet);
  if (wire.closed) await wire.closed;
  else assert.equal(await wire.hears(), '1');
});

// Our own, for a page that counts its events and misses one: after a close packet the server would take it for one that has left.
if (!isOfficial) {
  statementForEach('a connection that is given up as lost gets no close packet', async (page, wire, server) => {
    await page.evaluate(() => socket.io.engine.lose());
    assert.equal((await hears(page, 'disconnect'))[0], 'transport close');
    await turn(page, server);
    if (wire.closed) await wire.closed;
    assert.equal(server.posts.count, 0);
    if (wire.closed) assert.equal(wire.count, 0);
  });
}

statementForEach('a noop is nothing', async (page, wire) => {
  await wire.says('6');
  await wire.says('42["a"]');
  await hears(page, 'a');
  assert.deepEqual(await heard(page), [['connect'], ['a']]);
});

for (const [what, packet] of [
  ['a packet of an unknown type', '9'],
  ['a letter', 'x'],
  ['nothing', ''],
]) {
  statementForEach(`${what} ends the connection as a transport error`, async (page, wire) => {
    await wire.says(packet);
    const [reason] = await hears(page, 'disconnect');
    assert.equal(reason, 'transport error');
    if (wire.closed) await wire.closed;
  });
}

/** The page has had its turn: what it was about to request has been requested. */
async function turn(page, server) {
  await page.evaluate((url) => fetch(url).then((answer) => answer.text()), server.url);
}
