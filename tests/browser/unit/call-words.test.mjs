// What the status line says of a call.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { callWords, otherWords } from '../../../public/js/pages/call-words.js';
import { endWords, withdrawnWords } from '../../../public/switchboard/call-words.js';

const wellWithBob = { otherUserName: 'Bob', other: 'here', serverIsAway: false };

test('each stage has its sentence', () => {
  const words = ['starting', 'waiting', 'connecting', 'connected'].map((stage) => callWords(stage, wellWithBob));
  assert.deepEqual(words, [
    'Starting camera and microphone. The browser may ask you first.',
    'Waiting for an answer…',
    'Connecting to Bob…',
    'In a call with Bob.',
  ]);
});

test('the words name what is missing: the server before the other side', () => {
  const away = { ...wellWithBob, other: 'away' };
  assert.equal(callWords('connected', away), 'In a call with Bob. Bob’s connection to the server is lost, waiting…');
  assert.equal(
    callWords('connected', { ...away, serverIsAway: true }),
    'In a call with Bob. The server is out of reach; the call goes on without it.',
  );
});

test('a call goes on without the server only while there is sound and picture', () => {
  for (const facts of [{ serverIsAway: true }, { other: 'gone' }]) {
    assert.match(callWords('connected', { ...wellWithBob, ...facts }), /the call goes on without it/);
    const words = callWords('connected', { ...wellWithBob, ...facts, isInterrupted: true });
    assert.match(words, /^The picture from Bob is interrupted/);
    assert.doesNotMatch(words, /goes on/);
  }
});

test('once the server has refused us, nobody is said to try again', () => {
  const gone = { ...wellWithBob, serverIsAway: true, serverIsGone: true };
  assert.equal(callWords('connected', gone), 'In a call with Bob. The server has closed the connection; the call goes on without it.');
  assert.match(callWords('connected', { ...gone, isInterrupted: true }), /The server has closed the connection\.$/);
});

test('that one is back is said only while the other is not missing', () => {
  const back = { ...wellWithBob, news: 'The server is back.' };
  assert.equal(callWords('connected', back), 'In a call with Bob. The server is back.');
  assert.doesNotMatch(callWords('connected', { ...back, other: 'away' }), /is back/);
});

test('a call that waits says where it is, and for whom it is', () => {
  assert.equal(callWords('waiting', { to: 'Bob', serverIsAway: false }), 'Waiting for Bob to answer…');
  assert.match(callWords('waiting', { ...wellWithBob, serverIsAway: true }), /^The server is out of reach; your call will wait/);
  assert.equal(callWords('waiting', { ...wellWithBob, news: 'The server is back.' }), 'Waiting for an answer… The server is back.');
});

test('the three ends of a call are distinguished', () => {
  const words = ['hangup', 'closed', 'lost'].map((reason) => endWords('Bob', reason));
  assert.deepEqual(words, ['Bob hung up.', 'Bob closed the page.', 'Bob lost the connection.']);
});

test('so are the reasons why an offer is gone', () => {
  const reasons = ['answered', 'closed', 'lost', 'hangup', 'a reason yet unknown'];
  const words = reasons.map((reason) => withdrawnWords('Bob', reason));
  assert.equal(new Set(words).size, 4);
  for (const sentence of words) assert.match(sentence, /Bob/);
});

test('what is missing from the other side is named', () => {
  assert.deepEqual(otherWords('Bob', { audio: false, video: false }), { label: 'Bob', note: '' });
  assert.deepEqual(otherWords('Bob', { audio: true, video: true }), { label: 'Bob sends no sound', note: 'Bob sends no picture' });
});
