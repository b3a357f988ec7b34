// Files between a sender and a receiver without a connection around them: what a stranger's browser
// may say, and what is asked for after a cut.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { BLOCK, digestBlock, digestFile, frameChunk, readChunk } from '../../../public/switchboard/file-format.js';
import { createFileReceiver } from '../../../public/switchboard/file-receiver.js';
import { createFileSender } from '../../../public/switchboard/file-sender.js';

/** A receiver, what it says, and how its files stand. */
function receiver() {
  const said = [];
  const shown = new Map();
  return { said, shown, ...createFileReceiver((message) => said.push(message), (transfer) => shown.set(transfer.number, transfer)) };
}

const chunk = (number, offset, size) => frameChunk(number, offset, new Uint8Array(size)).buffer;

test('a chunk says where it belongs, and what is none is not read', () => {
  const far = 2 ** 40 + 5;
  const { number, offset, bytes } = readChunk(frameChunk(7, far, new Uint8Array([1, 2])).buffer);
  assert.deepEqual([number, offset, ...bytes], [7, far, 1, 2]);
  for (const other of ['text', new ArrayBuffer(0), new ArrayBuffer(12), null]) assert.equal(readChunk(other), undefined);
});

test('the checksum is the SHA-256 of those of the blocks', async () => {
  const sha = (bytes) => createHash('sha256').update(bytes).digest();
  const blocks = [new Uint8Array(BLOCK).fill(1), new Uint8Array(3).fill(2)];
  const digest = await digestFile(await Promise.all(blocks.map(digestBlock)));
  assert.equal(digest, sha(Buffer.concat(blocks.map(sha))).toString('hex'));
  assert.equal(await digestFile([]), sha('').toString('hex'));
});

test('what comes too early, twice or beyond the end is not taken', () => {
  const { onFile, onChunk, shown } = receiver();
  onFile({ number: 1, name: 'a', size: 10 });
  onChunk(chunk(1, 4, 4));
  assert.equal(shown.get(1).moved, 0);
  onChunk(chunk(1, 0, 4));
  onChunk(chunk(1, 0, 4));
  assert.equal(shown.get(1).moved, 4);
  onChunk(chunk(1, 4, 7));
  onChunk(chunk(2, 0, 4));
  assert.equal(shown.get(1).moved, 4);
});

test('after a cut the rest is asked for, of a finished file nothing', async () => {
  const { onFile, onChunk, onEnd, pause, said, shown } = receiver();
  onFile({ number: 1, name: 'a', size: 10 });
  onChunk(chunk(1, 0, 6));
  pause();
  onFile({ number: 1, name: 'a', size: 10 });
  assert.deepEqual(said, [{ want: { number: 1, from: 0 } }, { want: { number: 1, from: 6 } }]);
  const digest = await digestFile([await digestBlock(new Uint8Array(10))]);
  onEnd({ number: 1, digest }); // Words overtake bytes.
  onChunk(chunk(1, 6, 4));
  while (shown.get(1).stage !== 'done') await new Promise(setImmediate);
  onFile({ number: 1, name: 'a', size: 10 });
  const received = { received: { number: 1, digest } };
  assert.deepEqual(said.slice(2), [received, received]);
});

test('a file that differs is not offered', async () => {
  const { onFile, onChunk, onEnd, shown } = receiver();
  onFile({ number: 1, name: 'a', size: 1 });
  onChunk(chunk(1, 0, 1));
  onEnd({ number: 1, digest: 'another' });
  while (shown.get(1).stage !== 'ended') await new Promise(setImmediate);
  assert.deepEqual([shown.get(1).ending, shown.get(1).blob], ['different', undefined]);
});

test('a stranger can neither send a large file unasked, nor offer without end', () => {
  const { onFile, onChunk, said, shown } = receiver();
  for (let number = 1; number <= 30; number += 1) onFile({ number, name: 'x'.repeat(1000), size: 2 ** 40 });
  onChunk(chunk(1, 0, 4));
  assert.deepEqual([shown.get(1).moved, shown.get(1).name.length, shown.size], [0, 255, 20]);
  assert.ok(said.length === 10 && said.every((message) => 'refused' in message));
  for (const size of [-1, 1.5, '5', undefined, 2 ** 60]) onFile({ number: 99, name: 'a', size });
  onFile({ number: 99, name: {}, size: 1 });
  assert.equal(shown.has(99), false);
});

test('a file is declined before it is asked for, and cancelled after that', async () => {
  const { onFile, shown } = receiver();
  onFile({ number: 1, name: 'a', size: 11 * 1024 * 1024 });
  onFile({ number: 2, name: 'b', size: 10 });
  for (const number of [1, 2]) shown.get(number).decline();
  assert.deepEqual([1, 2].map((number) => shown.get(number).ending), ['declined', 'cancelled']);
  await assert.rejects(shown.get(1).done, { code: 'declined', message: 'The file “a” did not arrive: declined.' });
});

/** A store as a page gives it; `kept` is what a page finds in it after a reload. */
function memoryStore(kept = [], blocks = new Map()) {
  return {
    blocks,
    kept,
    begin: (file) => kept.push(file),
    put: async (key, index, block) => Boolean(blocks.set(`${key} ${index}`, block)),
    read: async (key, index) => blocks.get(`${key} ${index}`),
    forget(key) {
      kept.splice(0, Infinity, ...kept.filter((file) => file.key !== key));
      for (const place of [...blocks.keys()]) if (place.startsWith(key)) blocks.delete(place);
    },
  };
}

/** A receiver of a page with this store. */
function keeper(store) {
  const said = [];
  const shown = [];
  return { said, shown, ...createFileReceiver((message) => said.push(message), (transfer) => shown.push(transfer), store) };
}

const KEY = '0123456789ABCDEF'.repeat(2);
const until = async (holds) => {
  while (!holds()) await new Promise(setImmediate);
};

test('after a reload of its page a receiver asks for the rest, and forgets what is whole', async () => {
  const size = 2 * BLOCK + 10;
  const store = memoryStore();
  const before = keeper(store);
  before.onFile({ number: 1, name: 'a', size, key: KEY });
  assert.deepEqual(before.said, [{ want: { number: 1, from: 0, kept: true } }]);
  for (const offset of [0, BLOCK]) before.onChunk(frameChunk(1, offset, new Uint8Array(BLOCK).fill(1)).buffer);
  before.onChunk(chunk(1, 2 * BLOCK, 4));
  await until(() => store.blocks.size === 2 && store.kept[0].blocks === 2);

  const after = keeper(memoryStore(store.kept, store.blocks));
  after.resume();
  after.onFile({ number: 1, name: 'a', size, key: KEY });
  await until(() => after.said.length === 2);
  assert.deepEqual(after.said, [{ kept: { keys: [KEY] } }, { want: { number: 1, from: 2 * BLOCK, kept: true } }]);
  const digests = await Promise.all([new Uint8Array(BLOCK).fill(1), new Uint8Array(BLOCK).fill(1), new Uint8Array(10)].map(digestBlock));
  after.onEnd({ number: 1, digest: await digestFile(digests) });
  after.onChunk(chunk(1, 2 * BLOCK, 10));
  await until(() => after.shown[0].isFinished);
  assert.deepEqual([after.shown[0].stage, after.shown[0].blob.size, after.shown[0].isCompared], ['done', size, true]);
  assert.deepEqual([store.kept, store.blocks.size], [[], 0]);
});

test('where a block is missing in the store, or is no whole one, a file goes on from what is before it', async () => {
  for (const broken of [undefined, new ArrayBuffer(5)]) {
    const blocks = new Map([[`${KEY} 0`, new ArrayBuffer(BLOCK)], [`${KEY} 1`, broken], [`${KEY} 2`, new ArrayBuffer(BLOCK)]]);
    const { onFile, onChunk, said, shown } = keeper(memoryStore([{ key: KEY, name: 'a', size: 4 * BLOCK, blocks: 3 }], blocks));
    onFile({ number: 1, name: 'a', size: 4 * BLOCK, key: KEY });
    await until(() => said.length > 0);
    assert.deepEqual([said[0].want.from, shown[0].moved], [BLOCK, BLOCK]);
    onChunk(frameChunk(1, BLOCK, new Uint8Array(BLOCK)).buffer);
    await until(() => blocks.get(`${KEY} 1`)?.byteLength === BLOCK);
  }
});

test('a file of another size or name does not go on from what is kept, nor is one that was declined', async () => {
  for (const changed of [{ size: 3 * BLOCK }, { name: 'b' }]) {
    const store = memoryStore([{ key: KEY, name: 'a', size: 2 * BLOCK, blocks: 1 }]);
    const { onFile, said, shown } = keeper(store);
    onFile({ number: 1, name: 'a', size: 2 * BLOCK, key: KEY, ...changed });
    assert.equal(said[0].want.from, 0);
    shown[0].decline();
    assert.deepEqual(store.kept, []);
  }
});

test('a key is what a sender makes, and of one file at a time', () => {
  const store = memoryStore();
  const { onFile, shown } = keeper(store);
  for (const [n, key] of ['', 'x'.repeat(32), {}, null, 7, KEY, KEY].entries()) onFile({ number: n + 1, name: 'a', size: 10, key });
  assert.deepEqual(shown.map(({ key }) => key), [undefined, undefined, undefined, undefined, undefined, KEY, undefined]);
});

test('a sender goes on with the page that knows the key, and offers nothing to another', () => {
  const [said, shown, unknown] = [[], [], []];
  const { add, onWant, onKept, resume, pause, giveUp } = createFileSender((message) => said.push(message), (transfer) => shown.push(transfer), (keys) => unknown.push(...keys));
  const channel = { bufferedAmount: 0, addEventListener() {}, send() {} };
  resume(channel);
  add(new File(['xy'], 'a'));
  add(new File(['xy'], 'b'));
  const [{ file: { key } }] = said;
  onWant({ number: 1, from: 0, kept: true });
  onWant({ number: 2, from: 0 });
  pause();
  giveUp(false);
  assert.deepEqual(shown.map(({ stage, ending }) => [stage, ending]), [['waiting', undefined], ['ended', 'broken']]);
  said.length = 0;
  resume(channel);
  for (const keys of [undefined, 'x', [7, {}]]) onKept({ keys });
  assert.deepEqual([said, unknown], [[], []]);
  onKept({ keys: [key, KEY] });
  assert.deepEqual([said.map(({ file }) => file.number), unknown], [[1], [KEY]]);
  giveUp(true);
  assert.equal(shown[0].ending, 'broken');
});

test('the sender of a file reads the same: declined, or stopped though not a byte has left its buffer', () => {
  const shown = new Map();
  const { add, onRefused, onWant } = createFileSender(() => {}, (transfer) => shown.set(transfer.number, transfer));
  for (const name of ['a', 'b']) add(new File(['x'], name));
  onWant({ number: 2, from: 0 });
  for (const number of [1, 2]) onRefused({ number });
  assert.deepEqual([1, 2].map((number) => shown.get(number).ending), ['declined', 'stopped']);
});

test('what a sender has sent never becomes less while its buffer fills: headers are no bytes of the file', async () => {
  const moved = [];
  let isEnded = false;
  const { add, onWant, resume } = createFileSender(({ end }) => (isEnded ||= Boolean(end)), (transfer) => {
    transfer.onprogress = () => moved.push(transfer.moved);
  });
  let wake = () => {};
  const channel = {
    bufferedAmount: 0,
    addEventListener: (_, listener) => (wake = listener),
    send({ length }) {
      channel.bufferedAmount += length;
      if (channel.bufferedAmount < BLOCK / 2) return;
      setImmediate(() => {
        channel.bufferedAmount = 0;
        wake();
      });
    },
  };
  resume(channel);
  add(new File([new Uint8Array(2 * BLOCK)], 'a'));
  onWant({ number: 1, from: 0 });
  await until(() => isEnded);
  assert.ok(moved.length > 20 && moved.at(-1) === 2 * BLOCK, `${moved}`);
  assert.deepEqual(moved, moved.toSorted((one, other) => one - other));
});
