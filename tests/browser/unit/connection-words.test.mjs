// What the pages say where two browsers find no way to each other.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { noWayWords } from '../../../public/js/connection-words.js';

test('where no way was found, the candidates of both sides are counted by kind', () => {
  const words = noWayWords('Bob', { own: ['host', 'host', 'srflx'], theirs: ['host'] });
  assert.match(words, /^No way to Bob was found\. Candidates: 2 host and 1 srflx from this browser, 1 host from Bob’s\. /);
});

test('what to try depends on which candidates there were', () => {
  const advice = [
    [[], ['host'], /This device seems to be in no network/],
    [['host'], [], /Bob’s page may have been closed/],
    [['host'], ['host'], /Put both into the same network/],
    [['host', 'relay'], ['host'], /Even the relay \(TURN server\) was not reached/],
  ];
  for (const [own, theirs, wanted] of advice) assert.match(noWayWords('Bob', { own, theirs }), wanted);
});
