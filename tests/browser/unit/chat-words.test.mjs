// What the chat page says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { aboutWords, chatWords, percent, safeName, transferWords } from '../../../public/js/pages/chat-words.js';
import { sizeWords } from '../../../public/js/size-words.js';

const facts = { room: 'tea', stage: 'connected', otherUserName: 'Bob', line: 'here', serverIsAway: false, serverIsGone: false };

test('how the other one went is distinguished, and what may come now', () => {
  const ended = (reason) => chatWords({ ...facts, stage: 'ended', line: undefined, reason });
  assert.equal(ended('left'), 'Bob left. Anyone with the address can chat with you.');
  assert.match(ended('closed'), /^Bob closed the page\./);
  assert.equal(ended('lost'), 'Bob lost the connection. Everything goes on when they are back.');
});

test('who is missing is said, the server first', () => {
  assert.equal(chatWords(facts), 'Connected to Bob.');
  const away = { ...facts, line: 'away' };
  assert.match(chatWords(away), /^Connected to Bob\. Bob’s connection to the server is lost, waiting…$/);
  assert.match(chatWords({ ...away, serverIsAway: true }), /The server is out of reach; the chat goes on without it\.$/);
  assert.match(chatWords({ ...facts, stage: 'waiting', serverIsAway: true }), /others cannot connect until it is back\.$/);
  assert.match(chatWords({ ...away, serverIsAway: true, serverIsGone: true }), /The server has closed the connection/);
});

test('sizes are given in the largest unit that makes sense of them', () => {
  const sizes = [[0, '0 bytes'], [999, '999 bytes'], [1000, '1.0 kB'], [50_000_000, '50.0 MB'], [999_999, '1.0 MB'], [123_456_789, '123 MB']];
  for (const [bytes, words] of sizes) assert.equal(sizeWords(bytes), words);
});

test('a file that has not all arrived never counts as 100 %, and an empty one always does', () => {
  assert.equal(percent({ moved: 999, size: 1000 }), 99);
  assert.equal(percent({ moved: 0, size: 0 }), 100);
});

test('both sides say what became of a file, each from its own side', () => {
  const transfer = { isOwn: true, stage: 'ended', ending: 'stopped', moved: 1, size: 2 };
  assert.equal(transferWords(transfer, 'Bob'), 'Bob cancelled it at 50 %.');
  assert.equal(transferWords({ ...transfer, ending: 'cancelled' }, 'Bob'), 'You cancelled it at 50 %.');
  assert.equal(transferWords({ ...transfer, ending: 'declined' }, 'Bob'), 'Bob declined it.');
  assert.equal(transferWords({ ...transfer, ending: 'broken' }, 'Bob'), 'Stopped at 50 %: Bob has left.');
  assert.equal(transferWords({ ...transfer, ending: 'broken' }, 'Bob', true), 'Stopped at 50 %: you left.');
  assert.equal(transferWords({ ...transfer, isOwn: false, ending: 'declined' }, 'Bob'), 'You declined it.');
  assert.equal(transferWords({ ...transfer, stage: 'done', isCompared: true }, 'Bob'), 'Delivered, unchanged.');
  assert.match(transferWords({ ...transfer, stage: 'done', isCompared: false }, 'Bob'), /Not compared/);
});

test('only an archive counts as a folder, whatever its sender calls it', () => {
  assert.equal(aboutWords({ name: 'tea.zip', folder: 2, size: 1000 }), 'A folder of 2 files, 1.0 kB');
  assert.equal(aboutWords({ name: 'tea.exe', folder: 2, size: 1000 }), '1.0 kB');
});

test('a name does not turn its letters round', () => {
  assert.equal(safeName('photo\u202Egnp.exe'), 'photognp.exe');
  assert.equal(safeName('日本 ü.txt'), '日本 ü.txt');
});
