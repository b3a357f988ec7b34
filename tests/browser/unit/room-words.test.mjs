// What the room page says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { leftWords, lineNotes, meshWords, roomWords, stateWords, tileWords, titleWords, waitingWords } from '../../../public/js/pages/room-words.js';

/** A room with these people, all well. */
function roomOf(...names) {
  const members = names.map((userName) => ({ userName, line: 'here' }));
  return { room: 'tea', members, serverIsAway: false, serverIsGone: false, news: '' };
}

test('who is here is named, and from five on counted', () => {
  assert.equal(roomWords(roomOf()), 'You are alone in “tea”.');
  assert.equal(roomWords(roomOf('Ann')), 'In “tea” with Ann.');
  assert.equal(roomWords(roomOf('Ann', 'Bob', 'Carl', 'Dora')), 'In “tea” with Ann, Bob, Carl and Dora.');
  assert.equal(roomWords(roomOf('Ann', 'Bob', 'Carl', 'Dora', 'Eve')), 'In “tea” with Ann, Bob, Carl and 2 others.');
});

// Once the first took the place of the second: who joined or left while a connection was lost was not shown.
test('what is new is shown beside who is missing, the server before the members', () => {
  const facts = { ...roomOf('Ann', 'Bob'), news: 'Carl joined.' };
  assert.match(roomWords(facts), /^In “tea” with Ann and Bob\. Carl joined\.$/);
  facts.members[0].line = 'away';
  assert.match(roomWords(facts), /\. Carl joined\. Ann’s connection to the server is lost, waiting…$/);
  facts.members[1].line = 'away';
  assert.match(roomWords(facts), /The connections of Ann and Bob to the server are lost/);
  assert.match(roomWords({ ...facts, serverIsAway: true }), /\. Carl joined\. The server is out of reach; the call goes on without it\.$/);
  facts.members = facts.members.map((member) => ({ ...member, line: 'gone' }));
  assert.match(roomWords({ ...facts, news: '' }), /with Ann and Bob\. The server has lost Ann and Bob; the call goes on without it\.$/);
});

test('for ears each lost connection is a note of its own, which does not change with the others', () => {
  const facts = roomOf('Ann', 'Bob', 'Carl');
  assert.deepEqual(lineNotes(facts), []);
  facts.members[0].line = 'away';
  const [note, ...others] = lineNotes(facts);
  assert.match(note, /^Ann’s connection to the server is lost/);
  assert.deepEqual(others, []);
  facts.members[1].line = 'away';
  facts.members[2].line = 'gone';
  assert.deepEqual(lineNotes(facts), [note, note.replace('Ann', 'Bob'), 'The server has lost Carl; the call goes on without it.']);
  assert.deepEqual(lineNotes({ ...facts, serverIsAway: true }).slice(0, 2), ['The server is out of reach; the call goes on without it.', note]);
});

test('the title says which connection is lost, else who is here, and names the room once', () => {
  const facts = { ...roomOf('Ann'), news: 'Ann joined.' };
  const title = (waiting) => titleWords('tea', stateWords(facts), waiting);
  assert.equal(title(), 'In “tea” with Ann – Switchboard');
  assert.equal(title(1), '1 waits – tea – Switchboard');
  assert.equal(title(2), '2 wait – tea – Switchboard');
  facts.serverIsAway = true;
  assert.equal(title(), 'The server is out of reach; the call goes on without it – tea – Switchboard');
  facts.members = [];
  facts.serverIsAway = false;
  assert.equal(title(), 'You are alone in “tea” – Switchboard');
  assert.equal(titleWords('tea', 'Joining…'), 'Joining… – tea – Switchboard');
  assert.equal(titleWords('a', 'You left the room.'), 'You left the room – a – Switchboard');
  assert.equal(titleWords('tea', ''), 'tea – Switchboard');
});

test('who waits for the host is named, several are counted', () => {
  assert.deepEqual([[], ['Bob'], ['Bob', 'Carl']].map(waitingWords), ['', 'Bob waits to be let in.', '2 people wait to be let in.']);
});

test('alone without the server there is no call that could go on', () => {
  assert.doesNotMatch(roomWords({ ...roomOf(), serverIsAway: true }), /goes on/);
});

test('the three ways to go are distinguished', () => {
  const words = ['left', 'closed', 'lost'].map((reason) => leftWords({ userName: 'Bob', reason }));
  assert.deepEqual(words, ['Bob left.', 'Bob closed the page.', 'Bob lost the connection.']);
});

test('a tile with a picture that arrives says nothing', () => {
  const bob = { userName: 'Bob', link: 'connected', hasPicture: true };
  assert.equal(tileWords(bob), '');
  assert.equal(tileWords({ ...bob, hasPicture: false }), 'No picture');
  assert.match(tileWords({ ...bob, link: 'failed' }), /^No connection to Bob$/);
  assert.match(tileWords({ ...bob, link: 'interrupted' }), /Interrupted/);
});

test('what a mesh costs is said from six people on, with the right figures', () => {
  assert.equal(meshWords(5), '');
  assert.match(meshWords(6), /^6 people make 15 connections .* 5 times\./);
  assert.match(meshWords(16), /^16 people make 120 connections .* 15 times\./);
});

test('who may enter a room that is not open is said while there is no news', () => {
  const facts = { ...roomOf('Ann'), access: 'locked' };
  assert.match(roomWords(facts), /^In “tea” with Ann\. The room is locked/);
  assert.match(roomWords({ ...facts, access: 'ask' }), / The host is asked before anyone enters\.$/);
  assert.match(roomWords({ ...facts, access: 'ask', isHost: true }), / You are asked before anyone enters\.$/);
  assert.match(roomWords({ ...facts, news: 'Bob left.' }), /^In “tea” with Ann\. Bob left\.$/);
  assert.match(roomWords({ ...facts, serverIsAway: true }), /^In “tea” with Ann\. The server is out of reach[^.]*\.$/);
  assert.equal(roomWords({ ...facts, access: 'open' }), 'In “tea” with Ann.');
});

test('the own tile does not blame the camera where no device was opened', () => {
  const own = { userName: 'Ann', link: 'connected', isOwn: true, hasPicture: false };
  assert.equal(tileWords(own), 'Your camera is off');
  assert.equal(tileWords({ ...own, isOpen: false }), 'Camera and microphone are not in use');
  assert.equal(tileWords({ ...own, isOpen: false, isOpening: true }), '');
});
