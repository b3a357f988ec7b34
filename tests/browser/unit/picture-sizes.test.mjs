// In which size a member needs a picture, and how it is sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { captureSize, encodingFor, heightFor, readHeight } from '../../../public/js/picture-sizes.js';

const CAMERA = { height: 720, isScreen: false };

test('a tile asks for the next height that fills it, by its longer side, in pixels of the screen', () => {
  assert.equal(heightFor({ width: 256, height: 144 }, 1), 180);
  assert.equal(heightFor({ width: 410, height: 230 }, 1), 360);
  assert.equal(heightFor({ width: 182, height: 326 }, 2), 720, 'upright, cut at the sides');
  assert.equal(heightFor({ width: 1880, height: 880 }, 1), 720);
  assert.equal(heightFor({ width: 100, height: 56 }, 4), heightFor({ width: 100, height: 56 }, 2));
});

test('what is not shown is not asked for', () => {
  assert.equal(heightFor(null, 1), 0);
  assert.equal(heightFor({ width: 0, height: 0 }, 1), 0);
});

test('of what a stranger asks only a known height counts', () => {
  assert.deepEqual([0, 90, 180, 360, 540, 720].map(readHeight), [0, 90, 180, 360, 540, 720]);
  for (const asked of [-1, 1, 4320, NaN, Infinity, '360', null, undefined, {}, [360]]) assert.equal(readHeight(asked), undefined);
});

test('a camera is sent as small as it is asked for, and never larger than it is', () => {
  assert.equal(encodingFor(180, CAMERA).scaleResolutionDownBy, 4);
  assert.equal(encodingFor(720, { height: 360, isScreen: false }).scaleResolutionDownBy, 1);
  assert.equal(encodingFor(180, { height: undefined, isScreen: false }).scaleResolutionDownBy, 1);
  assert.ok(encodingFor(180, CAMERA).maxBitrate < encodingFor(360, CAMERA).maxBitrate);
  assert.equal(encodingFor(0, CAMERA).active, false);
});

test('a screen keeps its size, and a member that asks for nothing gets what there is', () => {
  for (const encoding of [encodingFor(90, { height: 1080, isScreen: true }), encodingFor(undefined, CAMERA)]) {
    assert.deepEqual(encoding, { active: true, scaleResolutionDownBy: 1, maxBitrate: undefined, maxFramerate: undefined });
  }
  assert.equal(encodingFor(0, { height: 1080, isScreen: true }).active, false);
});

test('the black picture of a camera that is off costs next to nothing', () => {
  const { scaleResolutionDownBy, maxFramerate } = encodingFor(720, { ...CAMERA, isOff: true });
  assert.equal(scaleResolutionDownBy, 8);
  assert.ok(maxFramerate <= 5);
});

test('the camera is as large as the largest that is asked for', () => {
  assert.equal(captureSize([180, 540, 90], 360).height, 720);
  assert.equal(captureSize([180, 360], 720).height, 360);
  assert.equal(captureSize([90, 0], 720).height, 180);
  for (const unseen of [[], [0, 0]]) assert.equal(captureSize(unseen, 720).height, 720);
  assert.equal(captureSize([undefined, 90], 360).height, 360, 'one that asks for nothing gets the usual size');
});
