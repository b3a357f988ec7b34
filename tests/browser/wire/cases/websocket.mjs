// WebSockets: their handshake, the packets of Engine.IO in their frames, and how they are closed.

import { upgrade } from '../http.mjs';
import { CONNECT, Frames, Polls, WEBSOCKET } from '../session.mjs';
import { onPurpose, wireCase } from './case.mjs';

/** A handshake whose reply is compared. */
function handshake(name, path, headers, options, expected) {
  return wireCase(`handshake ${name}`, async ({ port }, see) => {
    const reply = await upgrade(port, path, headers, options);
    // What follows is the open packet in its frame.
    if (reply?.status === 101) reply.body = '';
    see.reply(reply);
  }, expected);
}

/** What the server says to these packets, until it has dealt with them. */
function received(name, packets, { before = Frames.connected, ...expected } = {}) {
  return wireCase(name, async ({ port }, see) => {
    const frames = await before(port);
    frames.says(...packets);
    see.note('received', (await frames.settles()).join(' '));
    frames.drop();
  }, expected);
}

const REFUSED_FIRST = 'a refusal is an HTTP reply; the official server writes it into an open WebSocket, where it is no frame';
const VERSION = onPurpose('there is one version of WebSocket (RFC 6455)', { 'reply sec-websocket-version': '13' });

const handshakes = [
  ['', WEBSOCKET],
  ['that offers compression', WEBSOCKET, [['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits']]],
  ['that offers a protocol', WEBSOCKET, [['Sec-WebSocket-Protocol', 'chat, superchat']]],
  ['with names and values in other cases', WEBSOCKET, [['Connection', 'keep-alive, UPGRADE'], ['Upgrade', 'WebSocket']]],
  ['without a version', WEBSOCKET, [['Sec-WebSocket-Version', undefined]], {}, VERSION],
  ['of version 12', WEBSOCKET, [['Sec-WebSocket-Version', '12']], {}, VERSION],
  ['without a key', WEBSOCKET, [['Sec-WebSocket-Key', undefined]]],
  ['with a key that is too short', WEBSOCKET, [['Sec-WebSocket-Key', 'AAAA']]],
  ['for another protocol', WEBSOCKET, [['Upgrade', 'h2c']]],
  ['by POST', WEBSOCKET, [], { method: 'POST' }],
  ['without a transport', '/socket.io/?EIO=4'],
  ['with an unknown transport', '/socket.io/?EIO=4&transport=carrier-pigeon'],
  ['with an unknown session', `${WEBSOCKET}&sid=AAAAAAAAAAAAAAAAAAAA`],
  ['with an id that is none', `${WEBSOCKET}&sid=no.id`],
];

/** Handshakes of which only the status is compared, and that differ on purpose. */
const others = [
  ['of version 8', WEBSOCKET, [['Sec-WebSocket-Version', '8']], 400, 'there is one version of WebSocket (RFC 6455)'],
  ['with transport=polling', '/socket.io/?EIO=4&transport=polling', [], 200, 'the query counts: this is a session by polling'],
  ['without a version of Engine.IO', '/socket.io/?transport=websocket', [], 400, REFUSED_FIRST],
  ['with version 3 of Engine.IO', '/socket.io/?EIO=3&transport=websocket', [], 400, REFUSED_FIRST],
];

const connected = [
  ['an event with an acknowledgement', ['421["test"]']],
  ['an event that nobody knows', ['42["nobody-knows-this"]']],
  ['an event with binary', ['451-["nobody-knows-this",{"_placeholder":true,"num":0}]', Buffer.from([1, 2, 3])]],
  ['a pong', ['3']],
  ['a pong with a text', ['3probe']],
  ['a ping', ['2']],
  ['a probe', ['2probe']],
  ['an upgrade packet', ['5']],
  ['a noop', ['6']],
  ['an open packet', ['0']],
  ['a close packet', ['1'], onPurpose('a close packet ends the session (Engine.IO 4); the official server passes over it', {
    received: 'close 1005',
  })],
  ['an empty text', ['']],
  ['an unknown packet type', ['9']],
  ['letters', ['abc']],
  ['binary without a head', [Buffer.from([1, 2, 3])]],
  ['a message without anything', ['4']],
  ['an unknown packet type of Socket.IO', ['47']],
  ['letters in a message', ['4abc']],
  ['an event with an object for an array', ['42{}']],
  ['an event with broken JSON', ['42["test']],
  ['an event without a name', ['42[]']],
  ['an event whose name is a number', ['42[1]']],
  ['an event with letters for an id', ['42abc["test"]']],
  ['an event with a reserved name', ['42["disconnect"]']],
  ['an acknowledgement that nobody waits for', ['437[]']],
  ['an acknowledgement that is no list', ['437{}']],
  ['a text where binary should come', ['451-["test",{"_placeholder":true,"num":0}]', '42["test"]']],
  ['an event with binary that has no placeholder', ['451-["nobody-knows-this"]', Buffer.from([1])]],
  ['CONNECT a second time', [CONNECT]],
  ['CONNECT to an unknown namespace', ['40/nowhere,']],
  ['an event for a namespace that was not connected', ['42/nowhere,["test"]']],
  ['DISCONNECT from a namespace that was not connected', ['41/nowhere,']],
  ['a CONNECT_ERROR', ['44{"message":"no"}']],
];

const opened = [
  ['CONNECT to an unknown namespace first', ['40/nowhere,']],
  ['CONNECT with a list for an object', ['40[]']],
  ['CONNECT with broken JSON', ['40{"userName":']],
  ['an event before CONNECT', ['42["test"]']],
  ['an acknowledgement before CONNECT', ['430[]']],
  ['binary before CONNECT', [Buffer.from([1, 2, 3])]],
  ['DISCONNECT before CONNECT', ['41']],
  ['an event right behind CONNECT', [CONNECT, '421["test"]'], onPurpose(
    'an event that comes before the reply to CONNECT waits: rust_socketio sends so',
    { received: '40{"sid":"*"} 431["pong"] 4399["pong"]' },
    { sometimes: true },
  )],
];

const closes = [[1000], [1001], [], [4000, 'bye'], [3999]];

export default [
  ...handshakes.map((parts) => handshake(...parts)),
  ...others.map(([name, path, headers, ours, why]) => wireCase(`handshake ${name}`, async ({ port }, see) => {
    see.note('status', (await upgrade(port, path, headers)).status);
  }, onPurpose(why, { status: ours }))),
  wireCase('handshake for a session that is a WebSocket', async ({ port }, see) => {
    const frames = new Frames(port);
    let sid;
    frames.ws.once('message', (data) => (sid = JSON.parse(String(data).slice(1)).sid));
    await frames.hears();
    const second = new Frames(port, `${WEBSOCKET}&sid=${sid}`);
    await second.opened;
    second.says('2probe');
    see.note('second', await second.hears());
    second.drop();
    see.note('first', (await frames.connect()).join(' '));
    frames.drop();
  }, onPurpose('a session that is a WebSocket has nothing to be upgraded to', { second: 'close 1005' })),
  wireCase('the open packet', async ({ port }, see) => {
    const frames = new Frames(port);
    see.note('received', await frames.hears());
    frames.drop();
  }),
  ...connected.map(([name, packets, expected]) => received(name, packets, expected)),
  ...opened.map(([name, packets, expected]) => received(name, packets, { before: Frames.open, ...expected })),
  ...closes.map((args) => wireCase(`a close frame of ${args[0] ?? 'no code'}`, async ({ port }, see) => {
    const frames = await Frames.connected(port);
    frames.ws.close(...args);
    see.note('received', (await frames.ends()).join(' '));
  })),
  received('a message of one byte too much', [`4${'x'.repeat(1_000_000)}`]),
  received('a message as large as it may be', [`42["test","${'x'.repeat(1_000_000 - 13)}"]`]),
  wireCase('DISCONNECT, then CONNECT', async ({ port }, see) => {
    const frames = await Frames.connected(port);
    frames.says('41');
    // No packet answers that one.
    await frames.pings('');
    see.note('received', [...await frames.connect(), ...await frames.settles()].join(' '));
    frames.drop();
  }),
  wireCase('a ping of the WebSocket', async ({ port }, see) => {
    const frames = await Frames.connected(port);
    see.note('pong', await frames.pings('abc'));
    frames.drop();
  }),
  wireCase('polling for a session that is gone', async ({ port }, see) => {
    const polls = await Polls.open(port);
    await polls.post('1');
    see.reply(await polls.get());
  }),
];
