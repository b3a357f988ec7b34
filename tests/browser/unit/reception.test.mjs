// When the call page says that the other side sends no sound or no picture.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countArrivals, createReception } from '../../../public/js/pages/reception.js';

/** What is known at each look, of packets that have arrived by then. */
function follow(looks, { isConnected = () => true, every = 500 } = {}) {
  const reception = createReception();
  return looks.map(([audio, video, line], n) => reception.look({ audio, video, line }, n * every, isConnected(n)));
}

const range = (count, make) => Array.from({ length: count }, (_, n) => make(n));

test('packets of a kind that stay away while the line works are missing, and then back', () => {
  const looks = [...range(4, (n) => [n * 25, n * 10, n]), ...range(6, (n) => [100 + n * 25, 30, 10 + n]), [300, 31, 20]];
  const video = follow(looks).map((arrivals) => arrivals.video);
  assert.deepEqual(video, ['unknown', ...Array(4).fill('arriving'), ...Array(5).fill('missing'), 'arriving']);
  assert.ok(follow(looks).slice(1).every(({ audio }) => audio === 'arriving'));
});

test('a black picture once a second is a picture', () => {
  const looks = range(20, (n) => [n * 25, Math.floor(n / 2), n]);
  assert.ok(follow(looks).slice(2).every(({ video }) => video === 'arriving'));
});

test('what came quickly is missed within a second, and what comes once a second is not', () => {
  const camera = [...range(8, (n) => [n * 12, n * 8, n]), ...range(4, (n) => [96 + n * 12, 56, 8 + n])];
  assert.deepEqual(follow(camera, { every: 250 }).slice(7).map(({ video }) => video), ['arriving', 'arriving', 'arriving', 'missing', 'missing']);
  // A screen that has come to rest: from the second picture on it is known to come slowly.
  const screen = range(40, (n) => [n * 12, n < 8 ? n * 8 : 56 + Math.floor((n - 7) / 4), n]);
  const video = follow(screen, { every: 250 }).map((arrivals) => arrivals.video);
  assert.deepEqual([video.slice(8, 11), new Set(video.slice(11))], [['arriving', 'arriving', 'missing'], new Set(['arriving'])]);
});

test('where nothing at all arrives the line is dead, and nothing is said of the other side', () => {
  const looks = [[0, 0, 0], [25, 10, 1], ...range(20, () => [50, 20, 2])];
  assert.deepEqual(follow(looks).at(-1), { audio: 'arriving', video: 'arriving' });
});

test('both kinds can be missing, from the beginning, too: what else passes shows that the line works', () => {
  assert.deepEqual(follow(range(7, (n) => [0, 0, n])).at(-1), { audio: 'missing', video: 'missing' });
});

test('while the connection is interrupted nothing changes, and a new one counts from zero', () => {
  const looks = [[25, 10, 1], [50, 20, 2], ...range(10, (n) => [50, 20, 3 + n]), ...range(4, (n) => [n, n, n])];
  const seen = follow(looks, { isConnected: (n) => n < 2 || n > 11 });
  assert.ok(seen.slice(1).every(({ audio, video }) => audio === 'arriving' && video === 'arriving'));
});

test('packets of all streams of a kind are counted, and all that passes between the two', () => {
  const report = new Map([
    ['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 3 }], ['b', { type: 'inbound-rtp', kind: 'video', packetsReceived: 4 }],
    ['c', { type: 'inbound-rtp', kind: 'video', packetsReceived: 5 }], ['d', { type: 'outbound-rtp', kind: 'video' }],
    ['e', { type: 'candidate-pair', bytesReceived: 100, requestsReceived: 2, responsesReceived: 1 }], ['f', { type: 'candidate-pair' }],
  ]);
  assert.deepEqual(countArrivals(report), { audio: 3, video: 9, line: 103 });
});
