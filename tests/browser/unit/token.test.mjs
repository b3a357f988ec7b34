// What the page reads in a token.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { claimsOf } from '../../../public/js/token.js';
import { token } from '../support/token.mjs';

test('the name is the first of three claims, as at the server', () => {
  for (const [claims, userName] of [
    [{ sub: 'c', name: 'b', userName: 'a' }, 'a'],
    [{ sub: 'c', name: 'b' }, 'b'],
    [{ sub: 'c', name: '', userName: null }, 'c'],
    [{ sub: 7 }, '7'],
    [{ userName: ['a'], name: { b: 1 } }, undefined],
    [{ userName: 'Änne 💥?>~' }, 'Änne 💥?>~'],
  ]) {
    assert.deepEqual(claimsOf(token(claims)), { userName, lobby: undefined });
  }
  assert.deepEqual(claimsOf(token({ userName: 'a', lobby: 'blue' })), { userName: 'a', lobby: 'blue' });
});

test('what cannot be read says nothing', () => {
  for (const text of [undefined, '', 'x', 'a.b.c', 'a.%.c', `a.${btoa('null')}.c`, `a.${btoa('[')}.c`]) {
    assert.deepEqual(claimsOf(text), {});
  }
});
