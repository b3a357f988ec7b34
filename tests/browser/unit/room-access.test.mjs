// Who may enter a room, from the view of one client: host, access, waiting clients, and the room after a restart of the
// server.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RoomAccess } from '../../../public/switchboard/room-access.js';

function start() {
  const seen = [];
  const sent = [];
  const signaling = { host: (event, payload) => Promise.resolve(sent.push([event, payload])) };
  const access = new RoomAccess(/** @type {any} */ (signaling), 'tea', (type, detail) => seen.push([type, detail]));
  return { access, seen, sent };
}

/** @param {Partial<import('../../../docs/protocol').Joined>} [more] */
const joined = (more) => ({ room: 'tea', peerId: 'own', polite: /** @type {const} */ (true), members: [], host: 'own', access: /** @type {const} */ ('open'), ...more });

test('maker of a room is its host, and events tell changes only', () => {
  const { access, seen } = start();
  assert.equal(access.isHost, false, 'not in the room yet');
  access.joined(joined());
  access.joined(joined());
  assert.deepEqual(seen, [['host', 'own']]);
  assert.ok(access.isHost);
  access.showAccess('ask');
  access.showAccess('ask');
  access.showHost('other');
  assert.deepEqual(seen.slice(1), [['access', 'ask'], ['host', 'other']]);
  assert.ok(!access.isHost);
});

test('waiting clients are admitted and rejected by id, and unknown to a former host', async () => {
  const { access, seen, sent } = start();
  access.joined(joined({ access: 'ask' }));
  access.showWaiting([{ peerId: 'p1', userName: 'Bob' }, { peerId: 'p2', userName: 'Cem' }]);
  assert.deepEqual(access.waiting.map(({ id, name }) => [id, name]), [['p1', 'Bob'], ['p2', 'Cem']]);
  await access.waiting[1].admit();
  await access.waiting[0].reject();
  assert.deepEqual(sent, [['admitting-peer', { room: 'tea', to: 'p2' }], ['rejecting-peer', { room: 'tea', to: 'p1' }]]);
  access.showHost('other');
  assert.deepEqual(access.waiting, []);
  assert.deepEqual(seen.at(-1), ['waiting', []]);
});

test('after a restart the host restores the access the members know, later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const [host, expected] of [['own', [['setting-access', { room: 'tea', access: 'locked' }]]], ['other', []]]) {
    const { access, sent } = start();
    access.joined(joined({ access: 'locked', host: 'other' }));
    access.restore();
    access.joined(joined({ host }));
    access.restore(); // Restarted once more: it is the same access that comes back.
    t.mock.timers.tick(29_999);
    assert.deepEqual(sent, [], 'the members have time to return');
    t.mock.timers.tick(1);
    assert.deepEqual(sent, expected);
  }
});

test('access restored by no one where the room was open, is closed to all, or its host decides', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const deeds = { open: () => {}, left: (access) => access.close(), decided: (access) => access.set('open'), changed: (access) => access.showAccess('ask') };
  for (const [deed, act] of Object.entries(deeds)) {
    const { access, sent } = start();
    access.joined(joined({ access: deed === 'open' ? 'open' : 'locked' }));
    access.restore();
    access.joined(joined());
    await act(access);
    sent.length = 0;
    t.mock.timers.tick(60_000);
    assert.deepEqual(sent, [], deed);
  }
});
