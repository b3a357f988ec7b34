// Refusals in the user's language: by the sentence, else by the code, never by accident.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import library from '../../../public/words/library.js';
import refusals from '../../../public/words/refusals.js';

let words;

before(async () => {
  // A German room page, as far as words.js looks at it.
  const root = { lang: 'de', dataset: { words: 'library shared room' }, classList: { remove() {} } };
  globalThis.NodeFilter = { SHOW_ELEMENT: 1, SHOW_TEXT: 4 };
  globalThis.document = { documentElement: root, createTreeWalker: () => ({ currentNode: null }) };
  words = await import('../../../public/js/words.js');
});

test('a sentence that no table has is translated by its code', () => {
  for (const [code, message] of [
    ['room-locked', 'This room is locked: its host lets no one else in at the moment.'],
    ['not-admitted', 'A sentence of another server.'],
    // Sentences that look as if a table had them, with a name: “{1} left.”, “{1} and {2}”.
    ['no-such-peer', 'No other member of this room has this peerId: it may have left.'],
    ['room-full', 'This room and all others are full.'],
  ]) {
    assert.equal(words.refusalWords({ code, message }), refusals[code].de, message);
  }
});

test('a sentence that a table has says more than its code', () => {
  assert.equal(words.refusalWords({ code: 'room-full', message: 'The room is full.' }), library['The room is full.'].de);
  assert.equal(words.refusalWords({ code: 'rejected', message: 'The token has expired: get a new one.' }), refusals['The token has expired: get a new one.'].de);
  assert.equal(words.refusalWords({ code: 'unreachable', message: 'The server at https://tea.local/ did not reply.' }), 'Der Server https://tea.local/ hat nicht geantwortet.');
});

test('what is reported of one member is translated behind the name', () => {
  assert.equal(words.translate('Ann: The call has ended, or the room was left.'), `Ann: ${library['The call has ended, or the room was left.'].de}`);
  assert.equal(words.translate('Ann: Nothing and something else.'), 'Ann: Nothing and something else.');
  assert.equal(words.translate('host and relay'), 'host und relay');
});

test('the reason of a back end is shown as it is, and the server\'s own one translated', () => {
  assert.equal(words.refusalWords({ code: 'disconnected', message: 'The lesson is over.' }), 'The lesson is over.');
  const own = 'Your connection was ended by the service that runs this server.';
  assert.equal(words.refusalWords({ code: 'disconnected', message: own }), refusals[own].de);
});

test('a sentence and a code that no table has stay as they are', () => {
  assert.equal(words.refusalWords({ code: 'unheard-of', message: 'Something else.' }), 'Something else.');
  assert.equal(words.refusalWords({ message: 'Something else.' }), 'Something else.');
});
