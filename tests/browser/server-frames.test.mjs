// WebSocket (RFC 6455) as a server has to speak it, by the classes of the Autobahn test suite: 1
// framing, 2 pings and pongs, 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8, 7 closing, 10
// messages in many pieces; 9 is left to the benchmarks. What repeats messages is asked of the echo
// server (bare Engine.IO: a text is a packet that begins with "4"), what ends a connection of both.

import assert from 'node:assert/strict';
import { BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, RawFrames, TEXT, closing, frame } from './wire/raw-frames.mjs';
import { LONG, statements } from './support/protocol.mjs';

const statement = statements({ times: LONG });
const ECHO = ['echo'];

statement('what breaks the protocol is answered by a close frame with 1002', async (server) => {
  const socket = await open(server);
  socket.write(frame(FIN | 0x40 | PING, 'x'));
  assert.equal(await socket.end(), 1002);
});

function open({ name, port }) {
  return RawFrames.open(port, `/${name === 'echo' ? 'engine' : 'socket'}.io/?EIO=4&transport=websocket`);
}

async function assertRepeated(frames, opcode, payload) {
  const found = await frames.next();
  assert.deepEqual([found?.opcode, found?.fin], [opcode, true]);
  assert.ok(found.payload.equals(Buffer.from(payload)), `${found.payload.length} bytes came back otherwise`);
}

/** These frames give one message, which comes back. */
function repeats(sentence, opcode, payload, frames) {
  statement(sentence, async (server) => {
    const socket = await open(server);
    socket.write(...frames);
    await assertRepeated(socket, opcode, payload);
    socket.drop();
  }, ECHO);
}

/** After these bytes the connection ends; the close frame, if there is one, has one of these codes. */
function ends(sentence, bytes, ...codes) {
  statement(sentence, async (server) => {
    const socket = await open(server);
    socket.write(bytes);
    const code = await socket.end();
    assert.ok(codes.includes(code), `it ended with ${code}`);
  });
}

/** A message in pieces: so many bytes in each frame. */
function inPieces(opcode, payload, size) {
  const bytes = Buffer.from(payload);
  const pieces = [];
  for (let start = 0; start < bytes.length || start === 0; start += size) {
    const last = start + size >= bytes.length;
    pieces.push(frame((last ? FIN : 0) | (start === 0 ? opcode : CONTINUATION), bytes.subarray(start, start + size)));
  }
  return pieces;
}

// 1. Framing: every class of length, at its borders.

const LENGTHS = [1, 125, 126, 127, 128, 65_535, 65_536, 65_537];
for (const length of LENGTHS) {
  const text = `4${'*'.repeat(length - 1)}`;
  repeats(`1 a text of ${length} bytes comes back`, TEXT, text, [frame(FIN | TEXT, text)]);
  const bytes = Buffer.alloc(length, 0xfe);
  repeats(`1 binary of ${length} bytes comes back`, BINARY, bytes, [frame(FIN | BINARY, bytes)]);
}
for (const size of [1, 3, 997]) {
  statement(`1 a text that arrives ${size} bytes at a time comes back`, async (server) => {
    const socket = await open(server);
    const text = `4${'*'.repeat(Math.min(size * 200, 65_536))}`;
    await socket.writeInPieces(frame(FIN | TEXT, text), size);
    await assertRepeated(socket, TEXT, text);
    socket.drop();
  }, ECHO);
}

// 2. Pings and pongs.

const PINGS = { nothing: '', 'a text': 'Hello', bytes: Buffer.from([0, 0xff, 0xfe]), '125 bytes': 'x'.repeat(125) };
for (const [what, payload] of Object.entries(PINGS)) {
  statement(`2 a ping with ${what} is answered by the same`, async (server) => {
    const socket = await open(server);
    socket.write(frame(FIN | PING, payload));
    await assertRepeated(socket, PONG, payload);
    socket.drop();
  });
}
ends('2 a ping of 126 bytes ends the connection', frame(FIN | PING, 'x'.repeat(126)), 1002);
statement('2 pongs that nobody asked for are passed over', async (server) => {
  const socket = await open(server);
  socket.write(frame(FIN | PONG), frame(FIN | PONG, 'unasked'), frame(FIN | PING, 'after'));
  await assertRepeated(socket, PONG, 'after');
  socket.drop();
});
statement('2 ten pings are answered in order, however they arrive', async (server) => {
  const names = Array.from({ length: 10 }, (_, number) => `ping ${number}`);
  const all = Buffer.concat(names.map((name) => frame(FIN | PING, name)));
  for (const size of [all.length, 1]) {
    const socket = await open(server);
    await socket.writeInPieces(all, size);
    for (const name of names) await assertRepeated(socket, PONG, name);
    socket.drop();
  }
});

// 3. Reserved bits, 4. opcodes, and masks: none has a meaning here.

for (const bits of [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70]) {
  for (const [what, opcode] of [['a text', TEXT], ['binary', BINARY], ['a ping', PING], ['a close', CLOSE]]) {
    ends(`3 ${what} with the reserved bits ${bits.toString(16)} ends the connection`, frame(FIN | bits | opcode, ''), 1002);
  }
}
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  ends(`4 the opcode ${opcode} ends the connection`, frame(FIN | opcode, ''), 1002);
  ends(`4 the opcode ${opcode} behind a ping ends the connection`, frame(FIN | opcode, 'x'.repeat(10)), 1002);
}
ends('4 a frame without a mask ends the connection', Buffer.from([FIN | TEXT, 2, 0x34, 0x78]), 1002);

// 5. Fragmentation.

for (const size of [1, 2, 100]) {
  const text = '4fragment after fragment';
  repeats(`5 a text in pieces of ${size} comes back as one`, TEXT, text, inPieces(TEXT, text, size));
  repeats(`5 binary in pieces of ${size} comes back as one`, BINARY, 'bytes', inPieces(BINARY, 'bytes', size));
}
repeats('5 empty pieces add nothing', TEXT, '4', [
  frame(TEXT), frame(CONTINUATION), frame(CONTINUATION, '4'), frame(CONTINUATION), frame(FIN | CONTINUATION),
]);
statement('5 a ping between two pieces is answered before the message', async (server) => {
  const socket = await open(server);
  socket.write(frame(TEXT, '4one '), frame(FIN | PING, 'between'), frame(FIN | CONTINUATION, 'two'));
  await assertRepeated(socket, PONG, 'between');
  await assertRepeated(socket, TEXT, '4one two');
  socket.drop();
}, ECHO);
const join = (...frames) => Buffer.concat(frames);
ends('5 a ping in pieces ends the connection', join(frame(PING, 'a'), frame(FIN | CONTINUATION, 'b')), 1002);
ends('5 a close in pieces ends the connection', join(frame(CLOSE, closing(1000)), frame(FIN | CONTINUATION)), 1002);
ends('5 a continuation of nothing ends the connection', frame(FIN | CONTINUATION, 'x'), 1002);
ends('5 an open continuation of nothing ends the connection', frame(CONTINUATION, 'x'), 1002);
ends('5 a text within a text ends the connection', join(frame(TEXT, '4a'), frame(FIN | TEXT, '4b')), 1002);
ends('5 binary within a text ends the connection', join(frame(TEXT, '4a'), frame(FIN | BINARY, 'b')), 1002);

// 6. UTF-8.

const SOUND = {
  'two bytes': 'κόσμε',
  'four bytes': '🚀𝄞',
  'the last of all': '\u{10ffff}',
  'a noncharacter': '\uffff',
  NUL: '\0',
  'the borders of each length': '\x7f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\u{10000}',
};
for (const [what, text] of Object.entries(SOUND)) {
  repeats(`6 UTF-8 (${what}) comes back`, TEXT, `4${text}`, [frame(FIN | TEXT, `4${text}`)]);
  repeats(`6 UTF-8 (${what}) in pieces of one byte comes back`, TEXT, `4${text}`, inPieces(TEXT, `4${text}`, 1));
}
const UNSOUND = {
  'a byte that never occurs': [0xff],
  'a continuation alone': [0x80],
  'a start alone': [0xc3],
  'a start and no continuation': [0xc3, 0x28],
  'too long for NUL': [0xc0, 0x80],
  'too long for a slash': [0xe0, 0x80, 0xaf],
  'too long with four bytes': [0xf0, 0x80, 0x80, 0x80],
  'half of a pair': [0xed, 0xa0, 0x80],
  'both halves of a pair': [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  'beyond the last': [0xf4, 0x90, 0x80, 0x80],
  'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
  'cut off': [0xf0, 0x9f, 0x92],
};
for (const [what, bytes] of Object.entries(UNSOUND)) {
  const payload = Buffer.from([0x34, ...bytes]);
  ends(`6 what is no UTF-8 (${what}) ends the connection`, frame(FIN | TEXT, payload), 1007);
  ends(`6 what is no UTF-8 (${what}) in pieces ends the connection`, join(...inPieces(TEXT, payload, 1)), 1007);
}

// 7. Closing.

for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
  ends(`7 a close with ${code} is answered, and ends the connection`, frame(FIN | CLOSE, closing(code, 'bye')), code, 1000, 1005);
}
for (const code of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]) {
  ends(`7 a close with ${code}, which may not be sent, ends the connection`, frame(FIN | CLOSE, closing(code)), 1002);
}
ends('7 a close without a code ends the connection', frame(FIN | CLOSE), 1000, 1005);
ends('7 a close with half a code ends the connection', frame(FIN | CLOSE, '\x03'), 1002);
ends('7 a close with the longest reason ends the connection', frame(FIN | CLOSE, closing(1000, 'x'.repeat(123))), 1000, 1005);
ends('7 a close with a reason that is too long ends the connection', frame(FIN | CLOSE, closing(1000, 'x'.repeat(124))), 1002);
ends('7 a close with a reason that is no UTF-8 ends the connection', frame(FIN | CLOSE, Buffer.from([3, 0xe8, 0xff])), 1007, 1002);
ends('7 what comes behind a close is not heard', join(frame(FIN | CLOSE, closing(1000)), frame(FIN | PING, 'x'), frame(FIN | TEXT, '4x')), 1000, 1005);
ends('7 a second close is not heard', join(frame(FIN | CLOSE, closing(1000)), frame(FIN | CLOSE, closing(1001))), 1000, 1005);

// 10. A message in very many pieces.

const long = `4${'x'.repeat(65_535)}`;
for (const size of [1000, 100, 20]) {
  repeats(`10 a text of 64 KiB in pieces of ${size} comes back`, TEXT, long, inPieces(TEXT, long, size));
}
