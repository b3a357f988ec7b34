// The counting that lets a call survive its connections.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createDelivery } from '../../../public/switchboard/delivery.js';

/** A delivery, and the list of what it has put on its connections, with a way to reply. */
function start() {
  const out = [];
  const delivery = createDelivery(({ number, event }, reply) => out.push({ number, event, reply }));
  /** What has gone out since the last look. */
  const gone = () => out.splice(0).map(({ number, event }) => `${number} ${event}`);
  return { delivery, out, gone };
}

test('what is said before there is a connection goes out with it, in order', () => {
  const { delivery, gone } = start();
  delivery.say('a', {});
  delivery.say('b', {});
  assert.deepEqual(gone(), []);
  delivery.open();
  delivery.say('c', {});
  assert.deepEqual(gone(), ['1 a', '2 b', '3 c']);
});

test('what the server did not hear is said again with the same numbers, and nothing else', () => {
  const { delivery, gone } = start();
  delivery.open();
  for (const event of ['a', 'b', 'c']) delivery.say(event, {});
  delivery.pause();
  delivery.say('d', {});
  assert.deepEqual(gone(), ['1 a', '2 b', '3 c']);
  assert.equal(delivery.resume(2), true);
  assert.deepEqual(gone(), ['3 c', '4 d']);
});

test('nothing goes out before the server has said how far it heard', () => {
  const { delivery, gone } = start();
  delivery.open();
  delivery.pause();
  delivery.say('a', {});
  assert.equal(delivery.isOpen, false);
  assert.deepEqual(gone(), []);
  delivery.resume(0);
  assert.equal(delivery.isOpen, true);
  assert.deepEqual(gone(), ['1 a']);
});

test('a reply is passed on once, and settles all that was said before', () => {
  const { delivery, out, gone } = start();
  const replies = [];
  delivery.open();
  delivery.say('a', {});
  delivery.say('b', {}, (reply) => replies.push(reply));
  out[1].reply({ ok: true });
  delivery.pause();
  gone();
  delivery.resume(2);
  assert.deepEqual(gone(), []);
  assert.deepEqual(replies, [{ ok: true }]);
});

test('a request whose reply got lost settles, once the server is known to have received it', () => {
  const { delivery, gone } = start();
  const replies = [];
  delivery.open();
  delivery.say('a', {}, (reply) => replies.push(reply));
  delivery.say('b', {}, (reply) => replies.push(reply));
  delivery.pause();
  gone();
  delivery.resume(1);
  assert.deepEqual(replies, [undefined]);
  assert.deepEqual(gone(), ['2 b']);
});

test('an event that the server could not store is not sent again, and the server is not taken for a new one', () => {
  const { delivery, out, gone } = start();
  const replies = [];
  delivery.open();
  delivery.say('a', {});
  delivery.say('b', {}, (reply) => replies.push(reply.error.code));
  out[0].reply({ ok: true });
  out[1].reply({ ok: false, error: { code: 'unavailable', message: '' } });
  delivery.pause();
  delivery.say('c', {});
  gone();
  assert.equal(delivery.resume(1), true);
  assert.deepEqual(gone(), ['3 c']);
  assert.deepEqual(replies, ['unavailable']);
});

test('a server that has heard less than it once replied to has forgotten us: all begins anew', () => {
  const { delivery, out, gone } = start();
  delivery.open();
  delivery.say('a', {});
  delivery.say('b', {});
  out[0].reply({ ok: true });
  delivery.isNews(1);
  delivery.pause();
  gone();
  assert.equal(delivery.resume(0), false);
  assert.equal(delivery.known.received, 0);
  delivery.say('c', {});
  assert.deepEqual(gone(), ['1 c']);
});

test('a server that has sent us something, and has received nothing, has forgotten us', () => {
  const { delivery } = start();
  delivery.open();
  delivery.say('newAnswer', {});
  delivery.isNews(1);
  delivery.pause();
  assert.equal(delivery.resume(0), false);
});

test('a server that never heard us has not forgotten anything', () => {
  const { delivery, gone } = start();
  delivery.open();
  delivery.say('a', {});
  delivery.pause();
  gone();
  assert.equal(delivery.resume(0), true);
  assert.deepEqual(gone(), ['1 a']);
});

test('a server that remembers more than we said is not talked down to', () => {
  const { delivery, gone } = start();
  delivery.open();
  delivery.pause();
  delivery.resume(7);
  delivery.say('a', {});
  assert.deepEqual(gone(), ['8 a']);
});

test('what is received twice is news once; what bears no number always is', () => {
  const { delivery } = start();
  assert.deepEqual([1, 2, 2, 1, 3].map((number) => delivery.isNews(number)), [true, true, false, false, true]);
  assert.equal(delivery.known.received, 3);
  assert.equal(delivery.isNews(undefined), true);
});

test('what is missing between two numbers is noticed', () => {
  const { delivery } = start();
  delivery.isNews(1);
  assert.deepEqual([1, 2, 3, undefined].map((number) => delivery.isGap(number)), [false, false, true, false]);
});

test('what the page knows to have arrived, on both sides, is said to the next server', () => {
  const { delivery, out } = start();
  delivery.open();
  for (const event of ['a', 'b', 'c']) delivery.say(event, {});
  out[1].reply({ ok: true });
  delivery.isNews(1);
  assert.deepEqual(delivery.known, { heard: 2, received: 1 });
});
