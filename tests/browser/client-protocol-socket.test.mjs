// Socket.IO 5, as far as it binds a client: each statement of the protocol's public description is
// one test, against a server that the test plays by hand. CLIENT=official asks the official client.
// The leading 4 of the texts is Engine.IO's: each Socket.IO packet is one of its messages.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { heard, hears, openSocket } from './support/client-page.mjs';
import { scriptedServer, shakeHands } from './support/scripted-server.mjs';

/** From the first handshake on. Over WebSocket: nothing here depends on the transport. */
function greeting(sentence, story, options, address) {
  browserTest(sentence, async ({ visit, t }) => {
    const server = await scriptedServer(t);
    const page = await visit(server.url);
    await openSocket(page, { transports: ['websocket'], ...options }, address);
    await story(page, await shakeHands(server, 'websocket'), server);
  });
}

/** From a connected page on, in the main namespace. */
function statement(sentence, story) {
  greeting(sentence, async (page, wire, server) => {
    await wire.hears();
    wire.says('40{"sid":"id"}');
    await hears(page, 'connect');
    await story(page, wire, server);
  });
}

/** One more socket of the same connection. */
async function join(page, wire, namespace) {
  await page.evaluate((name) => {
    const other = socket.io.socket(name);
    window.other = other;
    const tell = (event, ...args) => note(`other ${event}`, ...args);
    for (const event of ['connect', 'disconnect', 'connect_error']) other.on(event, (...args) => tell(event, ...args));
    other.onAny(tell);
  }, namespace);
  assert.equal(await wire.hears(), `40${namespace},`);
  wire.says(`40${namespace},{"sid":"other id"}`);
  await hears(page, 'other connect');
}

// CONNECT and its answers.

for (const [what, packet, options, address] of [
  ['names nothing for the main namespace', '40'],
  ['names any other namespace', '40/chat,', {}, '/chat'],
  ['bears what the page gives as auth', '40/chat,{"token":"ü"}', { auth: { token: 'ü' } }, '/chat'],
]) {
  greeting(`CONNECT ${what}`, async (page, wire) => assert.equal(await wire.hears(), packet), options, address);
}

statement('CONNECT waits for an auth that is a function, and asks it each time', async (page, wire, server) => {
  await page.evaluate(() => {
    socket.disconnect();
    let times = 0;
    socket.auth = (give) => setTimeout(() => give({ times: (times += 1) }));
    socket.connect();
  });
  const second = await shakeHands(server, 'websocket');
  assert.equal(await second.hears(), '40{"times":1}');
  second.says('40{"sid":"id"}');
  await hears(page, 'connect', 2);
  await page.evaluate(() => socket.disconnect().connect());
  assert.equal(await (await shakeHands(server, 'websocket')).hears(), '40{"times":2}');
});

greeting('the answer to CONNECT gives the socket its id', async (page, wire) => {
  wire.says('40{"sid":"Xy-_1"}');
  await hears(page, 'connect');
  assert.deepEqual(await page.evaluate(() => [socket.id, socket.connected, socket.active]), ['Xy-_1', true, true]);
});

greeting('an answer without an id is that of an old server, and reported', async (page, wire) => {
  wire.says('40');
  const [{ message }] = await hears(page, 'connect_error');
  assert.match(message, /2|v2/);
  assert.equal(await page.evaluate(() => socket.connected), false);
});

greeting('CONNECT_ERROR is reported with its message and data, and nothing is tried again', async (page, wire) => {
  wire.says('44/chat,{"message":"not you","data":{"code":7}}');
  const [{ message, data }] = await hears(page, 'connect_error');
  assert.deepEqual([message, data], ['not you', { code: 7 }]);
  assert.deepEqual(await page.evaluate(() => [socket.connected, socket.active]), [false, false]);
  await wire.closed;
}, { reconnection: true }, '/chat');

greeting('a socket that was refused may ask again', async (page, wire, server) => {
  await wire.hears();
  wire.says('44{"message":"no"}');
  await hears(page, 'connect_error');
  await page.evaluate(() => Object.assign(socket, { auth: { now: true } }).connect());
  const again = await shakeHands(server, 'websocket');
  assert.equal(await again.hears(), '40{"now":true}');
});

greeting('what the page emits before the answer to CONNECT goes out after it, in order', async (page, wire) => {
  await page.evaluate(() => socket.emit('a', 1) && socket.emit('a', new Uint8Array([2]), () => {}) && socket.emit('a', 3));
  await wire.hears();
  assert.equal(wire.count, 0);
  wire.says('40{"sid":"id"}');
  assert.equal(await wire.hears(), '42["a",1]');
  assert.equal(await wire.hears(), '451-0["a",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await wire.hears(), Buffer.from([2]));
  assert.equal(await wire.hears(), '42["a",3]');
});

greeting('events that come before the answer to CONNECT are kept until then', async (page, wire) => {
  await wire.hears();
  wire.says('42["a",1]', '42["a",2]', '2');
  assert.equal(await wire.hears(), '3');
  assert.deepEqual(await heard(page), []);
  wire.says('40{"sid":"id"}', '42["a",3]');
  await hears(page, 'a', 3);
  assert.deepEqual((await heard(page)).flatMap(([event, number]) => (event === 'a' ? number : [])), [1, 2, 3]);
});

// Events and answers.

statement('an event is its name and its arguments', async (page, wire) => {
  await page.evaluate(() => socket.emit('a', 'text', 1.5, null, true, { list: [{}] }));
  assert.equal(await wire.hears(), '42["a","text",1.5,null,true,{"list":[{}]}]');
  wire.says('42["b","text",1.5,null,true,{"list":[{}]}]', '42["c"]');
  assert.deepEqual(await hears(page, 'b'), ['text', 1.5, null, true, { list: [{}] }]);
  assert.deepEqual(await hears(page, 'c'), []);
});

statement('an event that asks for an answer bears a number, and the numbers count up', async (page, wire) => {
  await page.evaluate(() => {
    for (const event of ['a', 'b']) socket.emit(event, (...answer) => note(`answer to ${event}`, ...answer));
    socket.emit('none');
    socket.emit('c', 1, () => {});
  });
  for (const packet of ['420["a"]', '421["b"]', '42["none"]', '422["c",1]']) assert.equal(await wire.hears(), packet);
  wire.says('431["later",2]', '430[]');
  assert.deepEqual(await hears(page, 'answer to b'), ['later', 2]);
  assert.deepEqual(await hears(page, 'answer to a'), []);
});

statement('an answer is taken once, and one to no question is nothing', async (page, wire) => {
  await page.evaluate(() => socket.emit('a', (number) => note('answer', number)));
  await wire.hears();
  wire.says('437["to nothing"]', '430[1]', '430[2]', '42["end"]');
  await hears(page, 'end');
  assert.deepEqual(await heard(page), [['connect'], ['answer', 1], ['end']]);
});

statement('an event with a number is answered with that number, once', async (page, wire) => {
  await page.evaluate(() => {
    socket.on('a', (argument, answer) => {
      answer('re', argument);
      answer('twice');
      socket.emit('end');
    });
  });
  wire.says('4212["a",1]');
  assert.deepEqual([await wire.hears(), await wire.hears()], ['4312["re",1]', '42["end"]']);
});

// DISCONNECT.

statement('disconnect() sends DISCONNECT and closes the connection', async (page, wire) => {
  await page.evaluate(() => socket.disconnect());
  assert.equal((await hears(page, 'disconnect'))[0], 'io client disconnect');
  assert.equal(await wire.hears(), '41');
  await wire.closed;
});

statement('DISCONNECT of the server is reported, and the connection is closed for good', async (page, wire) => {
  await page.evaluate(() => socket.io.reconnection(true));
  wire.says('41');
  assert.equal((await hears(page, 'disconnect'))[0], 'io server disconnect');
  assert.equal(await page.evaluate(() => socket.active), false);
  await wire.closed;
});

// Namespaces.

statement('a namespace has its own events, numbers and answers on the same connection', async (page, wire) => {
  await join(page, wire, '/chat');
  await page.evaluate(() => {
    socket.emit('a', (answer) => note('answer in /', answer));
    other.emit('a', (answer) => note('answer in /chat', answer));
  });
  assert.deepEqual([await wire.hears(), await wire.hears()], ['420["a"]', '42/chat,0["a"]']);
  wire.says('43/chat,0["chat"]', '430["main"]', '42/chat,["b",1]', '42["b",2]');
  assert.deepEqual(await hears(page, 'answer in /chat'), ['chat']);
  assert.deepEqual(await hears(page, 'answer in /'), ['main']);
  assert.deepEqual(await hears(page, 'other b'), [1]);
  assert.deepEqual(await hears(page, 'b'), [2]);
});

statement('a namespace that is left leaves the others', async (page, wire) => {
  await join(page, wire, '/chat');
  await page.evaluate(() => other.disconnect());
  assert.equal(await wire.hears(), '41/chat,');
  await page.evaluate(() => socket.emit('a'));
  assert.equal(await wire.hears(), '42["a"]');
});

for (const [packet, event] of [['41/chat,', 'other disconnect'], ['44/chat,{"message":"no"}', 'other connect_error']]) {
  statement(`${packet} is reported to that namespace alone`, async (page, wire) => {
    await join(page, wire, '/chat');
    wire.says(packet, '42["end"]');
    await hears(page, 'end');
    assert.deepEqual((await heard(page)).map(([name]) => name), ['connect', 'other connect', event, 'end']);
  });
}

statement('packets for a namespace that is not connected are ignored', async (page, wire) => {
  wire.says('40/x,{"sid":"1"}', '42/x,["a"]', '42/x,0["a"]', '43/x,0[]', '44/x,{"message":"no"}', '41/x,', '42["end"]');
  await hears(page, 'end');
  assert.deepEqual(await heard(page), [['connect'], ['end']]);
});

// Binary.

for (const [type, emit, head] of [
  ['event', () => socket.emit('a', new Uint8Array([1]).buffer, { deep: [new Uint8Array([0, 2, 3]).subarray(1)] }), '452-["a",'],
  ['event that asks', () => socket.emit('a', new Blob([Uint8Array.of(1)]), { deep: [new DataView(Uint8Array.of(2, 3).buffer)] }, () => {}), '452-0["a",'],
]) {
  statement(`the binary values of an ${type} are taken out, leave placeholders, and follow it in order`, async (page, wire) => {
    await page.evaluate(emit);
    assert.equal(await wire.hears(), `${head}{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]`);
    assert.deepEqual([await wire.hears(), await wire.hears()], [Buffer.from([1]), Buffer.from([2, 3])]);
  });
}

statement('an answer may be binary, both ways', async (page, wire) => {
  await page.evaluate(() => {
    socket.on('a', (bytes, answer) => answer(bytes));
    socket.emit('b', (bytes) => note('answer', bytes));
  });
  assert.equal(await wire.hears(), '420["b"]');
  wire.says('461-0[{"_placeholder":true,"num":0}]', Buffer.from([1, 2]));
  assert.deepEqual(await hears(page, 'answer'), [{ bytes: [1, 2] }]);
  wire.says('451-5["a",{"_placeholder":true,"num":0}]', Buffer.from([3]));
  assert.equal(await wire.hears(), '461-5[{"_placeholder":true,"num":0}]');
  assert.deepEqual(await wire.hears(), Buffer.from([3]));
});

statement('binary values take the places of their placeholders, whatever the order of these', async (page, wire) => {
  wire.says('452-["a",{"y":{"_placeholder":true,"num":1}},[{"_placeholder":true,"num":0}]]', Buffer.from([1]), Buffer.from([2]));
  assert.deepEqual(await hears(page, 'a'), [{ y: { bytes: [2] } }, [{ bytes: [1] }]]);
});

statement('an event is heard only when all its binary values have come', async (page, wire) => {
  wire.says('452-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', Buffer.from([1]), '2');
  assert.equal(await wire.hears(), '3');
  assert.deepEqual(await heard(page), [['connect']]);
  wire.says(Buffer.from([2]));
  await hears(page, 'a');
});

statement('half a binary event dies with its connection', async (page, wire, server) => {
  wire.says('451-["a",{"_placeholder":true,"num":0}]', '1');
  await hears(page, 'disconnect');
  await page.evaluate(() => socket.connect());
  const next = await shakeHands(server, 'websocket');
  next.says('40{"sid":"next"}', '42["b"]');
  await hears(page, 'b');
  assert.deepEqual((await heard(page)).map(([event]) => event), ['connect', 'disconnect', 'connect', 'b']);
});

// What is not a packet closes the connection, before the page hears anything of it.

for (const [what, ...messages] of [
  ['an unknown type', '47'],
  ['an empty message', '4'],
  ['an event that is an object', '42{}'],
  ['an event without a name', '42[]'],
  ['an event whose name is an object', '42[{"a":1}]'],
  ['an event of broken JSON', '42["a"'],
  ['an event with a number that is none', '42abc["a"]'],
  ['a CONNECT with a text', '40"text"'],
  ['a DISCONNECT with data', '41{"a":1}'],
  ['a CONNECT_ERROR without a reason', '44'],
  ['an answer that is an object', '430{}'],
  ['an answer without a number', '43[]'],
  ['a binary event without a count', '45["a",{"_placeholder":true,"num":0}]'],
  ['a binary event with a count that is none', '45x-["a"]'],
  ['a placeholder without a value', '451-["a",{"_placeholder":true,"num":1}]', Buffer.from([1])],
  ['a placeholder of a negative number', '451-["a",{"_placeholder":true,"num":-1}]', Buffer.from([1])],
  ['a placeholder whose number is a name', '451-["a",{"_placeholder":true,"num":"length"}]', Buffer.from([1])],
  ['a text between a binary event and its value', '451-["a",{"_placeholder":true,"num":0}]', '42["b"]'],
  ['a binary value that nobody announced', Buffer.from([1])],
  ...['connect', 'connect_error', 'disconnect'].map((name) => [`an event named ${name}`, `42["${name}"]`]),
]) {
  statement(`${what} is a parse error`, async (page, wire) => {
    wire.says(...messages);
    assert.equal((await hears(page, 'disconnect'))[0], 'parse error');
    assert.deepEqual((await heard(page)).map(([event]) => event), ['connect', 'disconnect']);
    await wire.closed;
  });
}

statement('after a parse error the client comes back by itself', async (page, wire, server) => {
  await page.evaluate(() => socket.io.reconnection(true).reconnectionDelay(1));
  wire.says('4x');
  assert.equal(await (await shakeHands(server, 'websocket')).hears(), '40');
});
