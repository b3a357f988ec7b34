// The packets of the browser client: what goes out is what the protocol says, what comes in is
// checked before a page sees it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Decoder, PacketType, encodePacket } from '../../../public/socket.io/packet.js';

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } = PacketType;

/** There and back: all messages of a packet, given to one decoder. */
function decode(...messages) {
  const decoder = new Decoder();
  return messages.map((message) => decoder.add(message)).at(-1);
}

for (const [what, packet, text] of [
  ['connecting', { type: CONNECT, nsp: '/' }, '0'],
  ['connecting with auth', { type: CONNECT, nsp: '/', data: { a: 1 } }, '0{"a":1}'],
  ['connecting to a namespace', { type: CONNECT, nsp: '/chat', data: { a: 1 } }, '0/chat,{"a":1}'],
  ['leaving a namespace', { type: DISCONNECT, nsp: '/chat' }, '1/chat,'],
  ['an event', { type: EVENT, nsp: '/', data: ['hello', 1] }, '2["hello",1]'],
  ['an event named by a number', { type: EVENT, nsp: '/', data: [7] }, '2[7]'],
  ['an event that asks for an answer', { type: EVENT, nsp: '/chat', id: 0, data: ['a'] }, '2/chat,0["a"]'],
  ['an answer', { type: ACK, nsp: '/', id: 12, data: [] }, '312[]'],
  ['a refusal', { type: CONNECT_ERROR, nsp: '/', data: { message: 'no' } }, '4{"message":"no"}'],
]) {
  test(`${what} is written and read as the protocol says`, () => {
    assert.deepEqual(encodePacket(packet), [text]);
    assert.deepEqual(decode(text), packet);
  });
}

test('a namespace without a comma is read when nothing follows it', () => {
  assert.deepEqual(decode('1/chat'), { type: DISCONNECT, nsp: '/chat' });
});

test('a namespace may hold a query and any characters but a comma', () => {
  assert.equal(decode('2/ä b?x=1,["a"]').nsp, '/ä b?x=1');
});

test('binary values travel beside the text, in the order of their placeholders', () => {
  const [first, second] = [new Uint8Array([1]), new Uint8Array([2, 3]).buffer];
  const messages = encodePacket({ type: EVENT, nsp: '/', id: 4, data: ['photo', { first, all: [second] }] });
  assert.deepEqual(messages, [
    '52-4["photo",{"first":{"_placeholder":true,"num":0},"all":[{"_placeholder":true,"num":1}]}]',
    first,
    second,
  ]);
  assert.deepEqual(decode(...messages), {
    type: EVENT,
    nsp: '/',
    id: 4,
    data: ['photo', { first, all: [second] }],
  });
});

test('an answer with a binary value is a binary answer', () => {
  const bytes = new Uint8Array([1]);
  const messages = encodePacket({ type: ACK, nsp: '/chat', id: 1, data: [bytes] });
  assert.equal(messages[0], '61-/chat,1[{"_placeholder":true,"num":0}]');
  assert.deepEqual(decode(...messages), { type: ACK, nsp: '/chat', id: 1, data: [bytes] });
});

test('blobs, buffers with a toJSON of their own and values within toJSON are taken out', () => {
  const blob = new Blob(['x']);
  const buffer = Buffer.from('y');
  const messages = encodePacket({ type: EVENT, data: ['a', blob, buffer, { toJSON: () => ({ blob }) }] });
  assert.match(messages[0], /^53-\["a",.*"num":0.*"num":1.*\{"blob":.*"num":2/);
  assert.deepEqual(messages.slice(1), [blob, buffer, blob]);
});

test('JSON is written as JSON.stringify writes it', () => {
  const odd = ['a', undefined, NaN, -0, new Date(0), new Map([[1, 2]]), () => 1, Symbol('s'), '\u2028\ud800'];
  assert.deepEqual(encodePacket({ type: EVENT, data: odd }), [`2${JSON.stringify(odd)}`]);
});

test('the object that is sent stays as it was', () => {
  const photo = { bytes: new Uint8Array([1]) };
  encodePacket({ type: EVENT, data: ['photo', photo] });
  assert.ok(photo.bytes instanceof Uint8Array);
});

test('a placeholder in an event without binary values is an object like any other', () => {
  const data = ['a', { _placeholder: true, num: 0 }];
  assert.deepEqual(decode(`2${JSON.stringify(data)}`).data, data);
});

for (const [what, ...messages] of [
  ['nothing', ''],
  ['an unknown type', '9'],
  ['a letter', 'x'],
  ['an event without a list', '2{}'],
  ['an event without a name', '2[]'],
  ['an event whose name is an object', '2[{}]'],
  ['an event with a reserved name', '2["connect"]'],
  ['an event of half a list', '2["a"'],
  ['an answer without a number', '3[]'],
  ['an answer without a list', '31{}'],
  ['a connect with a text', '0"a"'],
  ['a disconnect with data', '1{}'],
  ['a refusal without a reason', '4'],
  ['a binary event without a count', '5["a"]'],
  ['a text between a packet and its binary value', '51-["a",{"_placeholder":true,"num":0}]', '2["b"]'],
  ['a binary value that no packet announced', new ArrayBuffer(1)],
  ['a placeholder beyond the binary values', '51-["a",{"_placeholder":true,"num":1}]', new ArrayBuffer(1)],
]) {
  test(`${what} is refused`, () => {
    assert.throws(() => decode(...messages));
  });
}
