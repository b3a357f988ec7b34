// Where the tiles of a room stand.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { alonePlace, coveredPart, gridPlaces, insetPlace, speakerPlaces } from '../../../public/js/tile-grid.js';

const GAP = 8;
/** The stage in a phone held upright and lying, a small phone, a tablet, a laptop, a large screen. */
const SPACES = [[374, 660], [820, 300], [359, 480], [752, 860], [1248, 600], [1880, 880]].map(([width, height]) => ({ width, height }));

const columnsOf = (places) => new Set(places.map(({ x }) => x)).size;
const area = ({ width, height }) => width * height;

/** All places lie within the space, and no two of them over each other. */
function assertApart(places, { width, height }, what) {
  for (const [n, one] of places.entries()) {
    assert.ok(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height, `${what}: ${n} inside`);
    for (const other of places.slice(n + 1)) {
      const isApart = one.x + one.width <= other.x || other.x + other.width <= one.x
        || one.y + one.height <= other.y || other.y + other.height <= one.y;
      assert.ok(isApart, `${what}: ${n} apart`);
    }
  }
}

test('from 1 to 16 all tiles are in sight, apart, and of one size', () => {
  for (const space of SPACES) {
    for (let count = 1; count <= 16; count += 1) {
      const places = gridPlaces(count, space, GAP);
      assertApart(places, space, `${count} in ${space.width}×${space.height}`);
      assert.equal(places.length, count);
      assert.equal(new Set(places.map(({ width, height }) => `${width}×${height}`)).size, 1);
    }
  }
});

test('tiles fill most of the space', () => {
  for (const space of SPACES) {
    for (const count of [1, 2, 3, 4, 6, 9, 16]) {
      const filled = gridPlaces(count, space, GAP).reduce((sum, place) => sum + area(place), 0) / area(space);
      assert.ok(filled > 0.6, `${count} in ${space.width}×${space.height}: ${filled}`);
    }
  }
});

test('four on a phone held upright stand below each other, or two by two where the pictures are upright', () => {
  const [phone] = SPACES;
  assert.equal(columnsOf(gridPlaces(4, phone, GAP)), 1);
  assert.equal(columnsOf(gridPlaces(4, phone, GAP, 9 / 16)), 2);
});

test('two stand beside each other on a wide screen and below each other on an upright one', () => {
  assert.equal(columnsOf(gridPlaces(2, SPACES[4], GAP)), 2);
  assert.equal(columnsOf(gridPlaces(2, SPACES[0], GAP)), 1);
});

test('on a large screen a tile is never flatter than a picture, nor upright', () => {
  for (let count = 1; count <= 16; count += 1) {
    const [{ width, height }] = gridPlaces(count, SPACES[5], GAP);
    assert.ok(width / height <= 16 / 9 + 0.02 && width / height >= 4 / 3 - 0.02, `${count}: ${width / height}`);
  }
});

test('a large tile leaves room for all others, small ones, and takes more than half', () => {
  for (const space of SPACES) {
    for (let count = 2; count <= 16; count += 1) {
      const [large, ...small] = speakerPlaces(count, space, GAP);
      const what = `${count} in ${space.width}×${space.height}`;
      assertApart([large, ...small], space, what);
      assert.equal(small.length, count - 1);
      assert.ok(area(large) > area(space) / 2, `${what}: ${area(large) / area(space)}`);
      assert.ok(small[0].width >= 56, `${what}: ${small[0].width}`);
    }
  }
});

test('one alone takes the whole space of a large tile', () => {
  assert.deepEqual(speakerPlaces(1, { width: 500, height: 300 }, GAP), [{ x: 0, y: 0, width: 500, height: 300 }]);
});

test('the own picture stands in the far corner, and is small', () => {
  for (const space of SPACES) {
    for (const shape of [16 / 9, 3 / 4]) {
      const inset = insetPlace(space, GAP, [], shape);
      assertApart([inset], space, `${space.width}×${space.height}`);
      assert.equal(inset.x + inset.width + GAP, space.width);
      assert.ok(area(inset) < 0.1 * area(space) && Math.max(inset.width, inset.height) >= 78);
    }
  }
});

test('the own picture stands beside the others where there is room, else within one tile, never across its edge', () => {
  for (const space of SPACES) {
    for (let count = 1; count <= 16; count += 1) {
      const tiles = gridPlaces(count, space, GAP);
      const inset = insetPlace(space, GAP, tiles);
      const parts = tiles.map((tile) => coveredPart(inset, [tile])).filter((part) => part > 0);
      const under = tiles.find((tile) => coveredPart(inset, [tile]) > 0);
      if (!under || area(inset) > area(under) / 2) continue; // Where tiles are small the page makes it one of them.
      assert.equal(parts.length, 1, `${count} in ${space.width}×${space.height}`);
      assert.deepEqual([inset.x + inset.width + GAP, inset.y + inset.height + GAP], [under.x + under.width, under.y + under.height]);
    }
  }
  const [phone, lying, , , laptop] = SPACES;
  assert.equal(coveredPart(insetPlace(laptop, GAP, gridPlaces(3, laptop, GAP)), gridPlaces(3, laptop, GAP)), 0);
  for (const [space, others, isLittle] of [[phone, 2, true], [phone, 3, false], [lying, 2, true], [lying, 3, false]]) {
    const tiles = gridPlaces(others, space, GAP);
    assert.equal(coveredPart(insetPlace(space, GAP, tiles), tiles) <= 1 / 10, isLittle, `${others} in ${space.width}×${space.height}`);
  }
});

test('the part of a tile that lies under another place is that of which it is most', () => {
  const tiles = [{ x: 0, y: 0, width: 100, height: 100 }, { x: 110, y: 0, width: 100, height: 50 }];
  const part = (x, y, width, height) => coveredPart({ x, y, width, height }, tiles);
  assert.equal(part(90, 90, 30, 30), 0.01);
  assert.equal(part(50, 0, 100, 50), 0.4);
  assert.equal(part(0, 0, 300, 300), 1);
  assert.equal(part(100, 100, 30, 30), 0);
  assert.equal(coveredPart(tiles[0], []), 0);
});

test('where there is no space yet, no tile has a negative size', () => {
  const none = { width: 0, height: 0 };
  for (const { width, height } of [...gridPlaces(3, none, GAP), ...speakerPlaces(3, none, GAP)]) assert.ok(width >= 0 && height >= 0);
});

test('the own picture alone stays where it is when the space becomes lower', () => {
  for (const space of SPACES) {
    const before = alonePlace(space);
    const after = alonePlace({ ...space, height: space.height - 56 });
    assertApart([before], space, `${space.width}×${space.height}`);
    assert.deepEqual([before.y, after.y], [0, 0], `${space.width}×${space.height}`);
    // A window that is very wide leaves something at both sides.
    if (space.height > 480) assert.equal(after.x, before.x, `${space.width}×${space.height}`);
  }
});
