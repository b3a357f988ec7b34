// Engine.IO 4, as far as it binds a server: each statement of the protocol's public description, and
// of the list of what a server has to pass, is one test. The echo server speaks it bare; Switchboard
// only with Socket.IO in its messages, so what repeats a message is not asked of it.

import assert from 'node:assert/strict';
import { request, upgrade } from './wire/http.mjs';
import { CONNECT, Frames, Polls } from './wire/session.mjs';
import { LONG, QUICK, statements } from './support/protocol.mjs';

const statement = statements({ times: LONG });
/** A poll that waits against what is stated is answered by a ping before long. */
const overlap = statements({ times: { ...LONG, pingInterval: 3000, pingTimeout: 3000 } });
const heartbeat = statements({ times: QUICK });

const { pingInterval, pingTimeout } = LONG;
const base = ({ name }) => (name === 'echo' ? '/engine.io/' : '/socket.io/');
const polling = (server) => `${base(server)}?EIO=4&transport=polling`;
const webSocket = (server, sid) => `${base(server)}?EIO=4&transport=websocket${sid ? `&sid=${sid}` : ''}`;
const openPolls = (server) => Polls.open(server.port, polling(server));
const openFrames = (server) => Frames.open(server.port, webSocket(server));

function assertOpen(packet, upgrades) {
  assert.equal(packet[0], '0');
  const { sid, maxPayload, ...rules } = JSON.parse(packet.slice(1));
  assert.equal(typeof sid, 'string');
  assert.equal(typeof maxPayload, 'number');
  assert.deepEqual(rules, { upgrades, pingInterval, pingTimeout });
}

/** A message is understood. */
async function assertHeard(server, frames) {
  const [message, answer] = server.name === 'echo' ? ['4hello', '4hello'] : [CONNECT, '40{"sid":"*"}'];
  frames.says(message);
  assert.equal((await frames.until((text) => text === answer)).at(-1), answer);
  frames.drop();
}

/** A POST that is taken; the reply of the next poll, pings aside. */
async function repeats(server, body) {
  const polls = await openPolls(server);
  const { status, body: ok } = await polls.post(body);
  assert.deepEqual([status, ok], [200, 'ok']);
  const received = [];
  const count = body.split('\x1e').length;
  while (received.length < count) {
    const reply = await polls.get();
    assert.equal(reply.status, 200);
    received.push(...reply.body.split('\x1e').filter((packet) => packet !== '2'));
  }
  assert.equal(received.join('\x1e'), body);
}

// The handshake.

statement('a session opens by polling', async (server) => {
  const { status, body } = await request(server.port, 'GET', polling(server));
  assert.equal(status, 200);
  assertOpen(body, ['websocket']);
});

statement('a session opens by WebSocket', async (server) => {
  const frames = new Frames(server.port, webSocket(server));
  assertOpen(await frames.hears(), []);
  frames.drop();
});

const unsound = {
  'a version': ['transport=TRANSPORT', 'EIO=abc&transport=TRANSPORT'],
  'a transport': ['EIO=4', 'EIO=4&transport=abc'],
};
for (const [what, queries] of Object.entries(unsound)) {
  statement(`no session opens by polling without ${what} that the server knows`, async (server) => {
    for (const query of queries) {
      const { status } = await request(server.port, 'GET', `${base(server)}?${query.replace('TRANSPORT', 'polling')}`);
      assert.equal(status, 400, query);
    }
  });
  statement(`no session opens by WebSocket without ${what} that the server knows`, async (server) => {
    for (const query of queries) {
      const reply = await upgrade(server.port, `${base(server)}?${query.replace('TRANSPORT', 'websocket')}`);
      assert.notEqual(reply?.status, 101, query);
    }
  });
}

statement('no session opens by another method than GET', async (server) => {
  for (const method of ['POST', 'PUT']) {
    assert.equal((await request(server.port, method, polling(server))).status, 400, method);
  }
});

// Messages.

statement('a text comes back by polling', (server) => repeats(server, '4hello'), ['echo']);
statement('several texts come back by polling', (server) => repeats(server, '4one\x1e4two\x1e4three'), ['echo']);
statement('text and binary come back by polling', (server) => repeats(server, '4hello\x1ebAQIDBA=='), ['echo']);

for (const [what, packet, heard] of [['a text', '4hello', '4hello'], ['binary', Buffer.from([1, 2, 3]), '<01 02 03>']]) {
  statement(`${what} comes back by WebSocket`, async (server) => {
    const frames = await openFrames(server);
    frames.says(packet);
    assert.deepEqual(await frames.until((text) => text === heard), [heard]);
    frames.drop();
  }, ['echo']);
}

statement('what is no packet ends a session by polling', async (server) => {
  const polls = await openPolls(server);
  assert.equal((await polls.post('abc')).status, 400);
  assert.equal((await polls.get()).status, 400);
});

statement('what is no packet ends a session by WebSocket', async (server) => {
  const frames = await openFrames(server);
  frames.says('abc');
  assert.match((await frames.ends()).at(-1), /^close/);
});

overlap('two polls at once end the session, and the first is answered so', async (server) => {
  const polls = await openPolls(server);
  const replies = await Promise.all([polls.get(), polls.get()]);
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 400]);
  assert.equal(replies.find(({ status }) => status === 200).body, '1');
  assert.equal((await polls.get()).status, 400);
});

overlap('a poll that is given up ends the session', async (server) => {
  const polls = await openPolls(server);
  const giveUp = new AbortController();
  const waiting = polls.get({ signal: giveUp.signal });
  // It waits there once a POST that was sent after it is answered.
  await polls.post('3');
  giveUp.abort();
  await waiting;
  assert.equal((await polls.get()).status, 400);
});

// The heartbeat.

heartbeat('pings come by polling, and pongs keep the session', async (server) => {
  const polls = await openPolls(server);
  for (let beat = 0; beat < 3; beat += 1) {
    const { status, body } = await polls.get();
    assert.deepEqual([status, body], [200, '2']);
    assert.equal((await polls.post('3')).status, 200);
  }
}, ['echo']); // Switchboard's time for CONNECT may be over before.

heartbeat('pings come by WebSocket, and pongs keep the session', async (server) => {
  const frames = await openFrames(server);
  for (let beat = 0; beat < 3; beat += 1) {
    assert.equal(await frames.hears(), '2');
    frames.says('3');
  }
  frames.drop();
}, ['echo']);

heartbeat('the first ping of a session by polling comes after the interval', async (server) => {
  const polls = await openPolls(server);
  const opened = Date.now();
  assert.equal((await polls.get()).body, '2');
  assert.ok(Date.now() - opened > QUICK.pingInterval / 2);
});

heartbeat('the first ping of a session by WebSocket comes after the interval', async (server) => {
  const frames = await openFrames(server);
  const opened = Date.now();
  assert.equal(await frames.hears(), '2');
  assert.ok(Date.now() - opened > QUICK.pingInterval / 2);
  frames.drop();
});

heartbeat('a session by polling without pongs ends', async (server) => {
  const polls = await openPolls(server);
  let reply = await polls.get();
  while (reply.status === 200) reply = await polls.get();
  assert.equal(reply.status, 400);
});

heartbeat('a session by WebSocket without pongs ends', async (server) => {
  const frames = await openFrames(server);
  assert.match((await frames.ends()).at(-1), /^close/);
});

// Closing.

statement('a close packet by polling answers the poll that waits, and ends the session', async (server) => {
  const polls = await openPolls(server);
  const waiting = polls.get();
  await polls.post('3');
  assert.equal((await polls.post('1')).status, 200);
  const { status, body } = await waiting;
  assert.deepEqual([status, body], [200, '6']);
  assert.equal((await polls.get()).status, 400);
});

statement('a close packet by WebSocket ends the session', async (server) => {
  const frames = await openFrames(server);
  frames.says('1');
  assert.match((await frames.ends()).at(-1), /^close/);
});

// From polling to WebSocket.

async function probe(server) {
  const polls = await openPolls(server);
  const frames = new Frames(server.port, webSocket(server, polls.sid));
  await frames.opened;
  frames.says('2probe');
  assert.equal(await frames.hears(), '3probe');
  return { polls, frames };
}

statement('after the probe a poll is answered by a noop, and the upgrade completes', async (server) => {
  const { polls, frames } = await probe(server);
  const { status, body } = await polls.get();
  assert.deepEqual([status, body], [200, '6']);
  frames.says('5');
  await assertHeard(server, frames);
});

statement('after the upgrade polls are refused, and the session goes on', async (server) => {
  const { polls, frames } = await probe(server);
  await polls.get();
  frames.says('5');
  // The server has read it by the time that it answers a ping.
  await frames.pings('');
  assert.equal((await polls.get()).status, 400);
  await assertHeard(server, frames);
});

statement('after the upgrade another WebSocket is closed, and the session goes on', async (server) => {
  const { polls, frames } = await probe(server);
  await polls.get();
  frames.says('5');
  await frames.pings('');
  const second = new Frames(server.port, webSocket(server, polls.sid));
  assert.match((await second.ends()).at(-1), /^close/);
  await assertHeard(server, frames);
});
