// What the inspector masks. The server is tested with the same two files.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { maskRecord, maskText } from '../../../public/inspector/js/mask.js';

const fixture = (name) => JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), 'utf8'));

for (const { name, text, masked } of fixture('masking')) {
  test(`masked text: ${name}`, () => {
    assert.equal(maskText(text), masked);
    assert.equal(maskText(masked), masked, 'masked text stays as it is');
  });
}

for (const { name, value, masked } of fixture('masking-values')) {
  test(`masked value: ${name}`, () => {
    const before = JSON.stringify(value);
    assert.deepEqual(maskRecord(value), masked);
    assert.deepEqual(maskRecord(masked), masked, 'a masked value stays as it is');
    assert.equal(JSON.stringify(value), before, 'the value itself is not changed');
  });
}

test('odd input is masked without an error', () => {
  for (const value of [undefined, null, 5, true, Symbol('x'), {}, []]) assert.equal(maskText(value), '');

  let deep = '192.168.1.23';
  for (let level = 0; level < 20_000; level += 1) deep = [deep];
  assert.doesNotMatch(JSON.stringify(maskRecord(deep)), /192/);
});

test('no text takes long to mask', () => {
  const pieces = ['candidate:', 'candidate:x 1 ', 'o=', 'o=x 1 1 ', 'IN IP4 ', 'raddr ', 'ice-pwd:\\', '"password":"', 'fingerprint:a', '?key='];
  for (const piece of pieces) {
    const long = piece.repeat(500_000 / piece.length);
    const start = performance.now();
    maskText(long);
    const took = performance.now() - start;
    assert.ok(took < 3000, `${piece} took ${took} ms`);
  }
});
