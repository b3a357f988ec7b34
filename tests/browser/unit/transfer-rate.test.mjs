// How fast a file is, and how long it takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRate, timeLeftWords } from '../../../public/js/pages/transfer-rate.js';

test('the rate is given after a moment, and settles on what comes', () => {
  const rate = createRate();
  for (let at = 0; at <= 1400; at += 100) rate.add(at * 1000, at);
  assert.equal(rate.bytesPerSecond, 0);
  for (let at = 1500; at <= 3000; at += 100) rate.add(at * 1000, at);
  assert.equal(Math.round(rate.bytesPerSecond), 1_000_000);
  for (let at = 3100; at <= 30_000; at += 100) rate.add(3_000_000 + (at - 3000) * 100, at);
  assert.ok(rate.bytesPerSecond > 99_000 && rate.bytesPerSecond < 110_000, `${rate.bytesPerSecond}`);
});

test('a burst does not carry the rate away, and after a break it is measured again', () => {
  const rate = createRate();
  for (let at = 0; at <= 8000; at += 250) rate.add(at * 1000, at);
  rate.add(10_000_000, 8250);
  assert.ok(rate.bytesPerSecond < 1_500_000, `${rate.bytesPerSecond}`);
  rate.stop();
  rate.add(10_000_000, 60_000);
  assert.equal(rate.bytesPerSecond, 0);
});

test('the time left is given roughly, and not where nothing moves', () => {
  const cases = [[5, 'A few seconds left'], [11, 'About 20 seconds left'], [55, 'About a minute left'], [600, 'About 10 minutes left'],
    [3580, 'About an hour left'], [7300, 'About 2 hours left'], [Infinity, '']];
  for (const [seconds, words] of cases) assert.equal(timeLeftWords(seconds * 1000, 1000), words);
  assert.equal(timeLeftWords(1000, 0), '');
});
