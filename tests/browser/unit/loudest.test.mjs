// Who of a room speaks longest at present.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createLoudest } from '../../../public/js/loudest.js';

const ALL = ['ann', 'bob', 'carl'];

/** Hears these levels, by id, every 100 ms from `from` on for so long; the speaker at the end. */
function hear(loudest, from, ms, levels) {
  for (let now = from; now <= from + ms; now += 100) loudest.hear(ALL.map((id) => ({ id, level: levels[id] ?? 0 })), now);
  return loudest.speaker;
}

test('the loudest for one and a half seconds is the speaker, and no earlier', () => {
  const loudest = createLoudest();
  assert.equal(hear(loudest, 0, 1_400, { ann: 0.2, bob: 0.1 }), undefined);
  assert.equal(hear(loudest, 1_500, 0, { ann: 0.2, bob: 0.1 }), 'ann');
});

test('a word in between changes nothing, and the last speaker stays in silence', () => {
  const loudest = createLoudest();
  hear(loudest, 0, 1_600, { ann: 0.2 });
  assert.equal(hear(loudest, 1_700, 1_000, { bob: 0.5 }), 'ann');
  assert.equal(hear(loudest, 2_800, 60_000, {}), 'ann');
});

test('who takes breath goes on, who is silent for longer begins again', () => {
  const loudest = createLoudest();
  hear(loudest, 0, 800, { bob: 0.2 });
  hear(loudest, 900, 500, {});
  assert.equal(hear(loudest, 1_500, 0, { bob: 0.2 }), 'bob');

  const other = createLoudest();
  hear(other, 0, 800, { bob: 0.2 });
  hear(other, 900, 900, {});
  assert.equal(hear(other, 1_900, 500, { bob: 0.2 }), undefined);
});

test('a whisper below the threshold is no speech, and one who has left is no speaker', () => {
  const loudest = createLoudest();
  assert.equal(hear(loudest, 0, 3_000, { ann: 0.005 }), undefined);
  hear(loudest, 3_100, 2_000, { ann: 0.2 });
  assert.equal(loudest.hear([{ id: 'bob', level: 0 }], 5_200), true);
  assert.equal(loudest.speaker, undefined);
});
