// What a client ends at a server that has lost its newest state.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { roomSignaling } from '../../../public/switchboard/room-signaling.js';
import { endUnknownCalls } from '../../../public/switchboard/unknown-calls.js';

test('calls that only the server has are ended, those of the client go on', () => {
  const ended = [];
  const restored = { calls: ['1', '2', '3'].map((offerId) => ({ offerId, userName: 'Ann' })), openOffer: null, rooms: [] };
  const calls = [{ offerId: '1', _key: 'key' }, { offerId: '2' }, { offerId: '4', _key: 'key' }];
  endUnknownCalls({ restored, hangup: (offerId) => ended.push(offerId) }, calls);
  assert.deepEqual(ended, ['2', '3']);
});

/** A line to a server that has this client in the rooms a to d; and what is said on it. */
function lineInFourRooms() {
  const said = [];
  let listeners;
  const line = {
    restored: { rooms: ['a', 'b', 'c'].map((room) => ({ room })), waiting: [{ room: 'd' }] },
    hear() {},
    listen: (wanted) => (listeners = wanted),
    say: (event, { room }) => said.push(`${event} ${room}`),
    ask: async () => ({ ok: true }),
  };
  return { line, said, connect: (isKnown) => listeners.onConnected({ isKnown }) };
}

test('rooms that only the server has are left, those of the client stay', async () => {
  const { line, said, connect } = lineInFourRooms();
  const signaling = roomSignaling(line);
  await Promise.all([signaling.joinRoom('a'), signaling.joinRoom('b')]);
  signaling.leaveRoom('b');
  assert.deepEqual(said.splice(0), ['leaving-room b']);
  connect(false);
  assert.deepEqual(said, ['leaving-room b', 'leaving-room c', 'leaving-room d']);
});

test('a server that knows the client is believed', () => {
  const { line, said, connect } = lineInFourRooms();
  roomSignaling(line);
  connect(true);
  assert.deepEqual(said, []);
});
