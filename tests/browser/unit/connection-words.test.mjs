// What the pages say where two browsers find no way to each other.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { iceWords, wayWords } from '../../../public/js/connection-words.js';
import { noWayWords } from '../../../public/switchboard/words.js';

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

test('where only the relay may be used and gave nothing, that is said and not that there is no network', () => {
  const none = { own: [], theirs: ['host'] };
  assert.match(noWayWords('Bob', none, { isRelayOnly: true, hasRelay: false }), /names no relay.*--turn/);
  assert.match(noWayWords('Bob', none, { isRelayOnly: true, hasRelay: true }), /the relay \(TURN server\) gave no candidate/);
  const hosts = { own: ['host'], theirs: ['host'] };
  assert.match(noWayWords('Bob', hosts, { hasRelay: false }), /Between any two networks a relay helps: .*--turn/);
  assert.doesNotMatch(noWayWords('Bob', hosts, { hasRelay: true }), /--turn/);
});

test('the page says which servers there are, and what is missing with its flag', () => {
  const ice = { state: 'known', problem: '', hasRelay: false, isRelayOnly: false };
  assert.equal(iceWords({ ...ice, state: 'unknown' }), '');
  assert.match(iceWords(ice), /^This server names no relay.*--turn/);
  assert.match(iceWords({ ...ice, isRelayOnly: true }), /^“Relay only” is on, but .*--turn/);
  assert.match(iceWords({ ...ice, hasRelay: true }), /^Connections are direct where that is possible/);
  assert.match(iceWords({ ...ice, hasRelay: true, isRelayOnly: true }), /^Connections go through the relay/);
  const failed = iceWords({ ...ice, state: 'failed', problem: 'The server did not reply.' });
  assert.match(failed, /could not be fetched\. The server did not reply\. Without it connections work within one network\./);
});

test('the ways of the connections are listed by kind, unknown ones are left out', () => {
  const others = [['Ann', 'direct'], ['Bob', 'relayed'], ['Carl', 'direct'], ['Dora', null]];
  assert.equal(wayWords(others.map(([userName, way]) => ({ userName, way }))), 'Direct: Ann, Carl. Through a relay: Bob.');
  assert.equal(wayWords([]), '');
});
