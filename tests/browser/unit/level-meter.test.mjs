// How much of the bar of a level meter a sound fills.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf } from '../../../public/js/level-meter.js';

const tone = (amplitude) => Float32Array.from({ length: 1024 }, (_, n) => amplitude * Math.sin(n / 5));

test('silence leaves the bar empty, a loud voice fills it, and in between it rises with the loudness', () => {
  assert.equal(levelOf(new Float32Array(1024)), 0);
  assert.equal(levelOf(tone(0.0005)), 0);
  assert.equal(levelOf(tone(1)), 1);
  const levels = [0.002, 0.01, 0.05, 0.2].map((amplitude) => levelOf(tone(amplitude)));
  assert.deepEqual([...levels].sort((one, other) => one - other), levels);
  assert.equal(new Set(levels).size, 4);
});
