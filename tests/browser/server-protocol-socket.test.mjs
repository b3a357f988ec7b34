// Socket.IO 5, as far as it binds a server: each statement of the protocol's public description, and
// of the list of what a server has to pass, is one test. What is repeated to a client is asked of
// the echo server only; Switchboard answers the event `test`.

import assert from 'node:assert/strict';
import { CONNECT, Frames } from './wire/session.mjs';
import { LONG, statements } from './support/protocol.mjs';

const statement = statements({ times: { ...LONG, connectTimeout: 5000 } });
const ECHO = ['echo'];

/** A connection whose namespace has answered; the echo server says besides who was let in. */
async function connected(server) {
  const frames = await Frames.open(server.port);
  await frames.connect();
  if (server.name === 'echo') await frames.until((text) => text.startsWith('42["auth"'));
  return frames;
}

/** What the server says to these packets, so many frames of it. */
async function answers(frames, packets, count = 1) {
  frames.says(...packets);
  const heard = [];
  while (heard.length < count) heard.push(...await frames.until(() => true));
  return heard;
}

async function assertEnds(frames) {
  assert.match((await frames.ends()).at(-1), /^close/);
}

/** The server goes on with this connection. */
async function assertHeard(server, frames) {
  const [question, answer] = server.name === 'echo'
    ? ['42["message","still"]', '42["message-back","still"]']
    : ['421["test"]', '431["pong"]'];
  assert.deepEqual(await answers(frames, [question]), [answer]);
  frames.drop();
}

// Connecting.

statement('a CONNECT is answered by the id of the socket', async (server) => {
  const frames = await Frames.open(server.port);
  assert.deepEqual(await answers(frames, ['40']), ['40{"sid":"*"}']);
  frames.drop();
}, ECHO); // To Switchboard one without a password is a stranger.

statement('a CONNECT with a payload is answered by the id of the socket', async (server) => {
  const frames = await Frames.open(server.port);
  assert.deepEqual(await frames.connect(), ['40{"sid":"*"}']);
  frames.drop();
});

for (const [where, path] of [['the main namespace', ''], ['a namespace', '/custom,']]) {
  for (const [what, payload] of [['without a payload', '{}'], ['with a payload', '{"token":"123"}']]) {
    statement(`the program hears of a CONNECT to ${where} ${what}`, async (server) => {
      const frames = await Frames.open(server.port);
      const [reply, auth] = await answers(frames, [`40${path}${payload === '{}' ? '' : payload}`], 2);
      assert.equal(reply, `40${path}{"sid":"*"}`);
      assert.equal(auth, `42${path}["auth",${payload}]`);
      frames.drop();
    }, ECHO);
  }
}

statement('a CONNECT to an unknown namespace is refused', async (server) => {
  const frames = await Frames.open(server.port);
  assert.deepEqual(await answers(frames, ['40/random']), ['44/random,{"message":"Invalid namespace"}']);
  frames.drop();
});

statement('what cannot be read in the place of a CONNECT closes the connection', async (server) => {
  const frames = await Frames.open(server.port);
  frames.says('4abc');
  await assertEnds(frames);
});

statement('a connection without a CONNECT is closed', async (server) => {
  await assertEnds(await Frames.open(server.port));
});

// Disconnecting.

statement('a DISCONNECT leaves the connection open', async (server) => {
  const frames = await connected(server);
  frames.says('41');
  // No packet answers that one.
  await frames.pings('');
  assert.deepEqual(await frames.connect(), ['40{"sid":"*"}']);
  frames.drop();
});

statement('a DISCONNECT from one namespace leaves the other', async (server) => {
  const frames = await connected(server);
  const received = await answers(frames, ['40/custom'], 2);
  assert.deepEqual(received, ['40/custom,{"sid":"*"}', '42/custom,["auth",{}]']);
  frames.says('41/custom');
  await assertHeard(server, frames);
}, ECHO);

// Events.

const first = Buffer.from([1, 2, 3]);
const second = Buffer.from([4, 5, 6]);
const PLACES = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

for (const [what, packets, expected] of [
  ['an event', ['42["message",1,"2",{"3":[true]}]'], ['42["message-back",1,"2",{"3":[true]}]']],
  ['an event with text of many bytes', ['42["message","äöü 😀 \\u0000"]'], ['42["message-back","äöü 😀 \\u0000"]']],
  ['an event with an acknowledgement', ['42456["message-with-ack",1,"2",{"3":[false]}]'], ['43456[1,"2",{"3":[false]}]']],
  ['an event with binary', [`452-["message",${PLACES}]`, first, second], [
    `452-["message-back",${PLACES}]`, '<01 02 03>', '<04 05 06>',
  ]],
  ['an event with binary and an acknowledgement', [`452-789["message-with-ack",${PLACES}]`, first, second], [
    `462-789[${PLACES}]`, '<01 02 03>', '<04 05 06>',
  ]],
]) {
  statement(`${what} comes back`, async (server) => {
    const frames = await connected(server);
    assert.deepEqual(await answers(frames, packets, expected.length), expected);
    frames.drop();
  }, ECHO);
}

for (const [what, packet] of [
  ['of an unknown type', '4abc'],
  ['whose payload is no array', '42{}'],
  ['with letters for an id', '42abc["message-with-ack",1,"2",{"3":[false]}]'],
]) {
  statement(`a packet ${what} closes the connection`, async (server) => {
    const frames = await connected(server);
    frames.says(packet);
    await assertEnds(frames);
  });
}
