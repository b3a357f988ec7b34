// The listeners of the browser client.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Emitter, subscribe } from '../../../public/socket.io/emitter.js';

test('listeners are called in the order in which they were added, with all arguments', () => {
  const heard = [];
  const emitter = new Emitter();
  emitter.on('a', (...args) => heard.push(['first', ...args])).on('a', () => heard.push('second'));
  emitter.emit('a', 1, 2);
  assert.deepEqual(heard, [['first', 1, 2], 'second']);
});

test('a listener is called with the emitter as this', () => {
  const emitter = new Emitter();
  let self;
  emitter.on('a', function () {
    self = this;
  });
  emitter.emit('a');
  assert.equal(self, emitter);
});

test('a number and its text name the same event', () => {
  let times = 0;
  new Emitter().on(1, () => (times += 1)).emit('1');
  assert.equal(times, 1);
});

test('once is once, even when the event comes again from within', () => {
  const emitter = new Emitter();
  let times = 0;
  emitter.once('a', () => {
    times += 1;
    emitter.emit('a');
  });
  emitter.emit('a');
  assert.equal(times, 1);
});

test('off takes away one listener, those of an event, or all', () => {
  const [one, other] = [() => {}, () => {}];
  const emitter = new Emitter().on('a', one).once('a', other).on('b', one).on('c', one);
  assert.deepEqual(emitter.off('a', other).listeners('a'), [one]);
  assert.deepEqual(emitter.off('a').listeners('a'), []);
  assert.equal(emitter.hasListeners('b'), true);
  assert.equal(emitter.off().hasListeners('b'), false);
  assert.equal(emitter.hasListeners('c'), false);
});

test('the other names of the verbs do the same', () => {
  const listener = () => {};
  const emitter = new Emitter().addEventListener('a', listener);
  assert.deepEqual(emitter.removeListener('a', listener).listeners('a'), []);
  assert.deepEqual(emitter.on('a', listener).removeEventListener('a', listener).listeners('a'), []);
  assert.deepEqual(emitter.on('a', listener).removeAllListeners().listeners('a'), []);
});

test('listeners that are added or taken away meanwhile do not disturb the round', () => {
  const heard = [];
  const emitter = new Emitter();
  const second = () => heard.push('second');
  emitter.on('a', () => {
    emitter.off('a', second).on('a', () => heard.push('late'));
  });
  emitter.on('a', second);
  emitter.emit('a');
  assert.deepEqual(heard, ['second']);
});

test('a listener that throws is reported and costs the others nothing', async () => {
  const reported = new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
  });
  let heard = false;
  const emitter = new Emitter().on('a', () => {
    throw new Error('mine');
  });
  emitter.on('a', () => (heard = true)).emit('a');
  assert.equal(heard, true);
  assert.equal((await reported).message, 'mine');
  process.setUncaughtExceptionCaptureCallback(null);
});

test('what subscribe added it takes away again, and nothing else', () => {
  const emitter = new Emitter();
  const mine = () => {};
  emitter.on('a', mine);
  const release = subscribe(emitter, { a: () => {}, b: () => {} });
  assert.equal(emitter.listeners('a').length, 2);
  release();
  assert.deepEqual([emitter.listeners('a'), emitter.listeners('b')], [[mine], []]);
});
