// What the pages read in a description, and the one thing that they change in an answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  areOfDifferentConnections, callKey, dtlsRoleOf, isFromFirefox, ufragsOf, withDtlsRole,
} from '../../../public/switchboard/sdp.js';

const description = (...lines) => ({ type: 'answer', sdp: `${lines.join('\r\n')}\r\n` });

const answer = description(
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:7N/g', 'a=ice-pwd:secret', 'a=fingerprint:sha-256 AB:CD', 'a=setup:active',
  'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=ice-ufrag:7N/g', 'a=ice-pwd:secret', 'a=fingerprint:sha-256 AB:CD', 'a=setup:active',
);

test('an answer\'s names, secret and part in DTLS are read', () => {
  assert.deepEqual(ufragsOf(answer), ['7N/g', '7N/g']);
  assert.equal(callKey(answer), 'secret');
  assert.equal(dtlsRoleOf(answer), 'active');
  assert.equal(callKey(description('v=0')), '');
  assert.equal(dtlsRoleOf(description('v=0')), undefined);
});

test('a part in DTLS takes the place of the one claimed, in each section, and nothing else changes', () => {
  const changed = withDtlsRole(answer, 'passive');
  assert.equal(changed.type, 'answer');
  assert.equal(changed.sdp, answer.sdp.replaceAll('a=setup:active', 'a=setup:passive'));
  assert.equal(withDtlsRole(answer, undefined).sdp, answer.sdp);
});

test('a new connection has another certificate; without any, nothing is concluded', () => {
  const same = description('a=fingerprint:sha-256 ab:cd');
  const other = description('a=fingerprint:sha-256 EF:01');
  assert.equal(areOfDifferentConnections(answer, same), false);
  assert.equal(areOfDifferentConnections(answer, other), true);
  assert.equal(areOfDifferentConnections(answer, description('v=0')), false);
});

test('a description says whether Firefox made it', () => {
  assert.equal(isFromFirefox(description('v=0', 'o=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0')), true);
  assert.equal(isFromFirefox(description('v=0', 'o=- 1 2 IN IP4 127.0.0.1')), false);
});
