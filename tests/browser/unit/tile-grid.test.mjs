// How large the tiles of a room are.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { largestTiles, oneLargeTile } from '../../../public/js/tile-grid.js';

const GAP = 10;
const SPACES = [[1280, 720], [860, 600], [700, 900], [2560, 700]].map(([width, height]) => ({ width, height }));

test('one tile fills the space as far as its shape allows', () => {
  assert.equal(largestTiles(1, { width: 1280, height: 720 }, GAP).tileWidth, 1280);
  assert.equal(largestTiles(1, { width: 2000, height: 720 }, GAP).tileWidth, 1280);
});

test('four tiles in a wide space stand two by two, two in a narrow one below each other', () => {
  assert.equal(largestTiles(4, { width: 1290, height: 730 }, GAP).columns, 2);
  assert.equal(largestTiles(2, { width: 600, height: 800 }, GAP).columns, 1);
});

test('from 1 to 16 all tiles fit, and no other number of columns would make them larger', () => {
  for (const { width, height } of SPACES) {
    for (let count = 1; count <= 16; count += 1) {
      const { columns, tileWidth } = largestTiles(count, { width, height }, GAP);
      const fits = (across, wide) => {
        const rows = Math.ceil(count / across);
        return across * wide + (across - 1) * GAP <= width && rows * wide * (9 / 16) + (rows - 1) * GAP <= height;
      };
      assert.ok(fits(columns, tileWidth), `${count} in ${width}×${height}`);
      for (let across = 1; across <= count; across += 1) assert.ok(!fits(across, tileWidth + 1));
    }
  }
});

test('a screen leaves room for a row of the others', () => {
  for (const { width, height } of SPACES) {
    for (let count = 2; count <= 16; count += 1) {
      const { largeWidth, tileWidth } = oneLargeTile(count, { width, height }, GAP);
      assert.ok(largeWidth <= width && (count - 1) * tileWidth + (count - 2) * GAP <= width);
      assert.ok((largeWidth + tileWidth) * (9 / 16) + GAP <= height + 1);
      assert.ok(largeWidth > tileWidth);
    }
  }
});

test('where there is no space yet, no tile has a negative size', () => {
  assert.equal(largestTiles(3, { width: 0, height: 0 }, GAP).tileWidth, 0);
});
