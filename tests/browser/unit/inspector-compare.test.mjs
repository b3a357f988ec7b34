// Two runs compared by the course's steps.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareRuns } from '../../../public/inspector/js/compare-runs.js';
import { Run } from '../../../public/inspector/js/run.js';
import { goodCall, Script } from '../support/inspector-run.mjs';

function runOf(play, options = {}) {
  const script = new Script();
  const [ann, bob] = ['Ann', 'Bob'].map((name) => script.person(name, options).arrive());
  play(ann, bob, script);
  const run = new Run();
  for (const record of script.records) run.add(record);
  return run;
}

const compared = (one, other) => compareRuns(one, one.calls.at(-1), other, other.calls.at(-1));
const onlyOffered = (ann) => ann.prepareOffer().sendOffer().gather();

test('two good calls have no difference, however long they took', () => {
  const slow = runOf((ann, bob, script) => {
    script.wait(5000);
    goodCall(ann, bob);
  });
  const { rows, firstDifference } = compared(runOf(goodCall), slow);
  assert.equal(rows.length, 23);
  assert.equal(firstDifference, null);
  assert.ok(rows.every(({ same }) => same));
  assert.equal(rows[0].title, rows[0].a.title);
});

test('a step that is only inferred is no difference to one that was seen', () => {
  assert.equal(compared(runOf(goodCall), runOf(goodCall, { probe: false })).firstDifference, null);
});

test('the first difference is the first step in time that only one call has done', () => {
  for (const [one, other, done] of [[goodCall, onlyOffered, 'a'], [onlyOffered, goodCall, 'b']]) {
    const { rows, firstDifference } = compared(runOf(one), runOf(other));
    assert.ok(rows.includes(firstDifference));
    assert.equal(firstDifference.number, '12');
    assert.equal(firstDifference[done].state, 'done');
    assert.match(firstDifference[done].words, /^after \d+\.\d\d s$/);
    assert.deepEqual(rows.slice(0, 11).map(({ same }) => same), Array(11).fill(true));
    assert.equal(rows.find(({ number }) => number === '22').same, false);
  }
});

test('step 17 comes before step 15, so a call without it differs first there', () => {
  const stuck = runOf((ann, bob) => {
    onlyOffered(ann);
    bob.media().makePc().addTracks().setRemote(ann.offer, { ok: false, error: { name: 'OperationError', message: '' } });
  });
  assert.equal(compared(runOf(goodCall), stuck).firstDifference.number, '17');
});

test('calls of two courses have nothing in common', () => {
  const channel = runOf(goodCall, { kinds: ['application'] });
  if (channel.calls.at(-1).course !== 16) channel.calls.at(-1).course = 16;
  const { rows, firstDifference } = compared(runOf(goodCall), channel);
  assert.equal(rows.length, 23);
  assert.match(rows[0].title, / \/ /);
  assert.equal(rows[22].b, null);
  assert.ok(firstDifference);
});

test('a missing call gives rows of the other one', () => {
  const run = runOf(goodCall);
  const { rows } = compareRuns(run, run.calls[0], new Run(), undefined);
  assert.equal(rows.length, 23);
  assert.ok(rows.every(({ b, same }) => b === null && !same));
  assert.deepEqual(compareRuns(new Run(), undefined, new Run(), undefined), { rows: [], firstDifference: null });
});
