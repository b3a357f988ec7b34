// The screen stays on while the page wants it, by one lock of the browser at a time.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** The requests that the browser has not answered, and the locks that it has given. */
let pending = [];
let locks = [];

globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const wakeLock = { request: () => new Promise((resolve, reject) => pending.push({ resolve, reject })) };
Object.defineProperty(globalThis, 'navigator', { value: { wakeLock }, configurable: true, writable: true });
const { keepScreenOn } = await import('../../../public/js/wake-lock.js');

/** All that waits for a promise has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function give() {
  const lock = { released: false, release: async () => (lock.released = true) };
  locks.push(lock);
  pending.shift().resolve(lock);
  await settled();
}

async function refuse() {
  pending.shift().reject(new DOMException('', 'NotAllowedError'));
  await settled();
}

/** As browsers do it: they take a lock away when the page is hidden. */
async function show(visibility) {
  document.visibilityState = visibility;
  if (visibility === 'hidden') for (const lock of locks) lock.released = true;
  document.dispatchEvent(new Event('visibilitychange'));
  await settled();
}

const held = () => locks.filter(({ released }) => !released).length;

beforeEach(async () => {
  keepScreenOn(false);
  while (pending.length) await give();
  locks = [];
  await show('visible');
});

test('a lock is requested once, and released at the end', async () => {
  keepScreenOn(true);
  keepScreenOn(true);
  assert.equal(pending.length, 1);
  await give();
  keepScreenOn(true);
  assert.deepEqual([pending.length, held()], [0, 1]);
  keepScreenOn(false);
  assert.deepEqual([pending.length, held()], [0, 0]);
});

test('a page that was hidden requests the lock again when it is visible', async () => {
  keepScreenOn(true);
  await give();
  await show('hidden');
  assert.deepEqual([pending.length, held()], [0, 0]);
  await show('visible');
  assert.equal(pending.length, 1);
  await give();
  assert.equal(held(), 1);
  keepScreenOn(false);
  await show('hidden');
  await show('visible');
  assert.deepEqual([pending.length, held()], [0, 0]);
});

test('while a request is pending there is no second one, and its lock is not lost', async () => {
  keepScreenOn(true);
  await show('visible');
  await show('hidden');
  await show('visible');
  assert.equal(pending.length, 1);
  await give();
  assert.deepEqual([pending.length, held()], [0, 1]);
});

test('a lock that comes after the end is released', async () => {
  keepScreenOn(true);
  keepScreenOn(false);
  await give();
  assert.deepEqual([pending.length, held()], [0, 0]);
});

test('a refusal does no harm: it is asked again when the page was hidden, and not before', async () => {
  keepScreenOn(true);
  await refuse();
  assert.deepEqual([pending.length, held()], [0, 0]);
  await show('hidden');
  await show('visible');
  assert.equal(pending.length, 1);
  // Hidden and shown again before the browser refuses: the reason is gone.
  await show('hidden');
  await show('visible');
  await refuse();
  assert.equal(pending.length, 1);
  await give();
  assert.equal(held(), 1);
});

test('a browser without wake locks is left alone', async () => {
  navigator.wakeLock = undefined;
  keepScreenOn(true);
  await settled();
  keepScreenOn(false);
  navigator.wakeLock = wakeLock;
  assert.deepEqual([pending.length, held()], [0, 0]);
});
