// By which way a connection goes, as the browsers' statistics say it, and the switch that allows one way only.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { wayIn } from '../../../public/switchboard/connection-way.js';
import { isRelayOnly } from '../../../public/js/relay-only.js';

const report = (local, remote, marks = { transport: true }) => new Map(Object.entries({
  t: { type: 'transport', ...(marks.transport && { selectedCandidatePairId: 'p' }) },
  q: { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'l' },
  p: { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r', ...(marks.pair && { selected: true }) },
  l: { type: 'local-candidate', candidateType: local },
  r: { type: 'remote-candidate', candidateType: remote },
}));

test('a connection is relayed if one of its ends is at a relay', () => {
  assert.equal(wayIn(report('host', 'srflx')), 'direct');
  assert.equal(wayIn(report('relay', 'host')), 'relayed');
  assert.equal(wayIn(report('prflx', 'relay')), 'relayed');
});

test('the pair in use is named by the transport or marked, and without one there is no way', () => {
  assert.equal(wayIn(report('relay', 'host', { pair: true })), 'relayed');
  assert.equal(wayIn(report('relay', 'host', {})), null);
  assert.equal(wayIn(new Map()), null);
});

afterEach(() => delete globalThis.location);

test('the address of the page says whether only the relay is used', () => {
  assert.equal(isRelayOnly(), false);
  for (const [search, wanted] of [['', false], ['?relay', true], ['?room=a&relay=', true], ['?relay=1', true], ['?relay=0', false], ['?relays', false]]) {
    globalThis.location = { search };
    assert.equal(isRelayOnly(), wanted, search);
  }
});
