// A call that waits: what may be done with it once, and what not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IncomingCall } from '../../../public/switchboard/incoming-call.js';
import { loadDetails } from '../../../public/switchboard/loaded.js';

await loadDetails(); // As a client does.

function waiting(client) {
  return new IncomingCall({ offererUserName: 'Ann', offerId: 'abc', to: 'Bob' }, client);
}

test('a call that is being answered is not answered or declined meanwhile, and waits again where that failed', async () => {
  const answers = [];
  const incoming = waiting({ answer: () => new Promise((resolve, reject) => answers.push({ resolve, reject })), decline: async () => {} });
  const first = incoming.answer();
  await assert.rejects(incoming.answer(), { code: 'busy' });
  await assert.rejects(incoming.decline(), { code: 'busy' });
  answers[0].reject(new Error('no camera'));
  await assert.rejects(first, /no camera/);
  const second = incoming.answer({ video: false });
  answers[1].resolve('a call');
  assert.deepEqual([await second, answers.length], ['a call', 2]);
});

test('each end has a sentence, and is reported once', () => {
  const sentences = ['taken', 'declined', 'away', 'answered', 'hangup'].map((reason) => {
    const incoming = waiting({});
    const ends = [];
    incoming.onend = (end) => ends.push(end);
    for (const one of [reason, 'expired']) incoming.end(one);
    assert.deepEqual(ends.map((end) => end.reason), [reason]);
    return ends[0].message;
  });
  assert.equal(new Set(sentences).size, 5, sentences.join(' '));
  for (const sentence of sentences) assert.match(sentence, /Ann/);
});
