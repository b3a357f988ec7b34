// How the call and the room page rate a connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPoorSign, createPoorWatch, durationWords, qualityOf, readTraffic } from '../../../public/js/pages/quality.js';
import { rowsOf } from '../../../public/js/pages/quality-words.js';

const traffic = (changes) => ({
  at: 0, way: 'direct', roundTripMs: 20, sent: 0, received: 0, packets: 0, lost: 0, picture: null, ...changes,
});

test('loss since the last look and the round trip decide, not what was lost long ago', () => {
  const before = traffic({ packets: 1000, lost: 500 });
  const cases = [
    [{ packets: 1100, lost: 500 }, 'good'],
    [{ packets: 1095, lost: 505 }, 'fair'],
    [{ packets: 1050, lost: 550 }, 'poor'],
    [{ packets: 1100, lost: 500, roundTripMs: 400 }, 'fair'],
    [{ packets: 1100, lost: 500, roundTripMs: 900 }, 'poor'],
    [{ packets: 1100, lost: 500, roundTripMs: null }, 'good'],
    // A late packet that was counted as lost arrives after all.
    [{ packets: 1100, lost: 499 }, 'good'],
    // A new connection in place of a broken one.
    [{ packets: 10, lost: 0 }, 'good'],
  ];
  for (const [changes, quality] of cases) assert.equal(qualityOf(traffic(changes), before), quality, JSON.stringify(changes));
  assert.equal(qualityOf(before, before, 'interrupted'), 'lost');
});

test('a poor moment is not worth a word, and a good one does not end it', () => {
  const sign = createPoorSign();
  const seen = ['good', 'poor', 'fair', 'poor', 'poor', 'good', 'fair', 'poor', 'good', 'good', 'good', 'poor', 'poor', 'lost', 'poor'].map(sign);
  const yes = (from, to) => (_, n) => n >= from && n <= to;
  assert.deepEqual(seen, Array.from({ length: 15 }, (_, n) => yes(4, 9)(_, n) || n === 12));
});

/** A member of a room whose statistics are made here: of 100 more packets at each look so many are `lost`. */
function createMember(id) {
  let packets = 0;
  let packetsLost = 0;
  return {
    id, state: 'connected', lost: 0, looks: 0,
    async stats() {
      this.looks += 1;
      packets += 100 - this.lost;
      packetsLost += this.lost;
      const report = new Map([['in', { type: 'inbound-rtp', packetsReceived: packets }]]);
      return { way: 'direct', roundTripMs: 1, bytesSent: 0, bytesReceived: 0, packetsLost, picture: null, report };
    },
  };
}

test('of several members the one with a poor connection is told, once, and again when it is well', async () => {
  const told = [];
  const look = createPoorWatch((id, isPoor) => told.push([id, isPoor]));
  const [ann, bob] = [createMember('ann'), createMember('bob')];
  let now = 0;
  const looks = async (count, members = [ann, bob]) => {
    for (let n = 0; n < count; n += 1) await look(members, () => (now += 2000));
  };
  bob.lost = 30;
  await looks(2);
  assert.deepEqual(told, [], 'the first look compares with nothing, and one bad moment is not worth a sign');
  await looks(5);
  assert.deepEqual(told.splice(0), [['bob', true]]);
  bob.lost = 0;
  await looks(2);
  assert.deepEqual(told, []);
  await looks(3);
  assert.deepEqual(told.splice(0), [['bob', false]]);
  assert.deepEqual([ann.looks, bob.looks], [12, 12], 'one look at the statistics each time');

  // A connection that is lost is no poor one, and is not measured.
  bob.lost = 30;
  await looks(2);
  bob.state = 'interrupted';
  await looks(1);
  assert.deepEqual([told.splice(0), bob.looks], [[['bob', true], ['bob', false]], 14]);
  bob.state = 'connected';
  await looks(2);
  assert.deepEqual(told, []);

  // Nor is one to a member that left meanwhile, or whose connection ended.
  await looks(1, [ann]);
  bob.stats = () => Promise.reject(new Error('closed'));
  await looks(3);
  assert.deepEqual(told, []);
});

test('what was lost while the page was out of sight says nothing about now', async () => {
  const told = [];
  const look = createPoorWatch((...what) => told.push(what));
  const ann = createMember('ann');
  await look([ann], () => 0);
  await look([ann], () => 2_000);
  ann.lost = 90;
  await look([ann], () => 60_000);
  ann.lost = 0;
  await look([ann], () => 62_000);
  ann.lost = 90;
  await look([ann], () => 64_000);
  assert.deepEqual(told, []);
  await look([ann], () => 66_000);
  assert.deepEqual(told, [['ann', true]]);
});

test('rows say rates between two looks, and nothing where nothing is known', () => {
  const before = traffic({});
  const now = traffic({
    at: 2000, sent: 100_000, received: 1_000_000, packets: 98, lost: 2, way: 'relayed',
    picture: { width: 640, height: 360, framesPerSecond: 24.4 },
  });
  assert.deepEqual(rowsOf(now, before), [
    ['Way', 'through a relay'], ['Round trip', '20 ms'], ['Lost packets', '2.0 %'], ['Receiving', '4.0 Mbit/s'], ['Sending', '400 kbit/s'],
    ['Picture', '640 × 360, 24 a second'],
  ]);
  const values = rowsOf(traffic({ way: null, roundTripMs: null })).map(([, value]) => value);
  assert.deepEqual(values, ['–', '–', '0.0 %', '–', '–', '–']);
});

test('packets of all tracks are counted', () => {
  const report = new Map([
    ['a', { type: 'inbound-rtp', packetsReceived: 3 }], ['b', { type: 'inbound-rtp', packetsReceived: 4 }], ['c', { type: 'transport' }],
  ]);
  const stats = { way: 'direct', roundTripMs: 1, bytesSent: 2, bytesReceived: 3, packetsLost: 4, picture: null, report };
  assert.deepEqual(readTraffic(stats, 9), traffic({ at: 9, roundTripMs: 1, sent: 2, received: 3, packets: 7, lost: 4 }));
});

test('a duration has hours only where there are any', () => {
  assert.deepEqual([0, 7_400, 750_000, 3_723_000].map(durationWords), ['0:00', '0:07', '12:30', '1:02:03']);
});
