// What the state panel reads out of the browser's statistics.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressKind, factsOf } from '../../../public/js/pages/state-facts.js';

const entries = [
  { id: 'a', type: 'local-candidate', candidateType: 'host', protocol: 'udp', address: '10.0.0.1', port: 5000 },
  { id: 'b', type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls', address: 'fd00::1', port: 6000 },
  { id: 'c', type: 'remote-candidate', candidateType: 'prflx', protocol: 'udp', port: 7000 },
  { id: 'd', type: 'data-channel', label: 'texts', messagesSent: 1, messagesReceived: 2, bytesSent: 3, bytesReceived: 4 },
  { id: 'e', type: 'data-channel', label: 'texts', messagesSent: 10, bytesSent: 30 },
];
const report = new Map(entries.map((entry) => [entry.id, entry]));

test('candidates are of either side, and those of the pair in use are marked', () => {
  const { own, theirs, pair } = factsOf({ report, pair: { localCandidateId: 'b', remoteCandidateId: 'c' } });
  assert.deepEqual(own.map(({ type, protocol, address, isInUse }) => [type, protocol, address, isInUse]),
    [['host', 'udp', '10.0.0.1:5000', false], ['relay', 'tls', '[fd00::1]:6000', true]]);
  assert.deepEqual(theirs.map(({ type, address, isInUse }) => [type, address, isInUse]), [['prflx', '', true]]);
  assert.deepEqual([pair.own.id, pair.theirs.id], ['b', 'c']);
  assert.equal(factsOf({ report, pair: null }).pair, null);
});

test('two channels of one label count as one', () => {
  const { channels } = factsOf({ report, pair: null });
  assert.deepEqual(channels.get('texts'), { messagesSent: 11, messagesReceived: 2, bytesSent: 33, bytesReceived: 4 });
});

test('a masked address says only of which kind it is', () => {
  const kinds = { '10.0.0.1:5000': 'IPv4', '[fd00::1]:6000': 'IPv6', 'a-b-c.local:5000': 'mDNS', 'turn.example:1': 'name', '': 'none' };
  for (const [address, kind] of Object.entries(kinds)) assert.equal(addressKind(address), kind);
});
