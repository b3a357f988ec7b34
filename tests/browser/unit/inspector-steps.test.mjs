// The course's steps of a call, as the inspector ticks them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Run } from '../../../public/inspector/js/run.js';
import { stepsOf } from '../../../public/inspector/js/steps.js';
import { goodCall, Script } from '../support/inspector-run.mjs';

function runOf(records) {
  const run = new Run();
  for (const record of records) run.add(record);
  return run;
}

function stepsIn(script) {
  const run = runOf(script.records);
  return stepsOf(run, run.calls.at(-1));
}

const numbersOf = (steps, state) => steps.filter((step) => step.state === state).map(({ number }) => number);
const stateOf = (steps, wanted) => steps.find(({ number }) => number === wanted);

function two(options) {
  const script = new Script();
  return { script, ann: script.person('Ann', options).arrive(), bob: script.person('Bob', options).arrive() };
}

test('a good call with the probe has all 23 steps done, and seen', () => {
  const { script, ann, bob } = two();
  goodCall(ann, bob);
  const steps = stepsIn(script);
  assert.equal(steps.length, 23);
  assert.equal(numbersOf(steps, 'done').length, 23);
  // No STUN server is configured.
  assert.deepEqual(steps.filter(({ hollow }) => hollow).map(({ number }) => number), ['3']);
});

test('a good call without the probe has all steps done, those in browsers inferred', () => {
  const { script, ann, bob } = two({ probe: false });
  goodCall(ann, bob);
  const steps = stepsIn(script);
  assert.equal(numbersOf(steps, 'done').length, 23);
  assert.deepEqual(steps.filter(({ hollow }) => !hollow).map(({ number }) => number), ['8', '9', '10', '11', '19', '21']);
});

test('at no record of a good call is a step skipped or out of order', () => {
  for (const probe of [true, false]) {
    const { script, ann, bob } = two({ probe });
    goodCall(ann, bob);
    const run = new Run();
    for (const record of script.records) {
      run.add(record);
      for (const call of run.calls) {
        const steps = stepsOf(run, call);
        assert.deepEqual([...numbersOf(steps, 'skipped'), ...numbersOf(steps, 'out-of-order')], [], `record ${record.n}`);
        assert.ok(steps.every(({ state, waitingFor }) => state !== 'waiting' || waitingFor), `record ${record.n}`);
      }
    }
  }
});

test('an offer that lies there waits for another person, to come or to answer', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive();
  ann.prepareOffer().sendOffer().gather();
  const waiting = () => stepsIn(script).filter(({ state }) => state === 'waiting');
  assert.deepEqual(waiting().map(({ number }) => number), ['10']);
  script.person('Bob').arrive();
  assert.deepEqual(waiting().map(({ number }) => number), ['12']);
  assert.match(waiting()[0].waitingFor, /Another person/);
});

test('a step that the page has left out is skipped', () => {
  const { script, ann, bob } = two();
  ann.media().makePc().addTracks().createOffer().sendOffer();
  bob.prepareAnswer(ann.calling).sendAnswer(ann.calling);
  assert.deepEqual(numbersOf(stepsIn(script), 'skipped'), ['6']);
});

test('a failed method is waited for with the error', () => {
  const { script, ann, bob } = two();
  ann.prepareOffer().sendOffer().gather();
  bob.prepareAnswer(ann.calling).sendAnswer(ann.calling);
  ann.setRemote(bob.answer, { ok: false, error: { name: 'InvalidStateError', message: 'wrong state' } });
  const step = stateOf(stepsIn(script), '22');
  assert.equal(step.state, 'waiting');
  assert.match(step.waitingFor, /Ann.*setRemoteDescription has failed with InvalidStateError: wrong state/);
});

test('tracks that are added after the offer are out of order', () => {
  const { script, ann } = two();
  ann.media().makePc().createOffer().setOffer().addTracks().sendOffer();
  assert.deepEqual(numbersOf(stepsIn(script), 'out-of-order'), ['4']);
});

test('an answer that is created before the offer is set is out of order', () => {
  const { script, ann, bob } = two();
  ann.prepareOffer().sendOffer().gather();
  bob.media().makePc().addTracks();
  bob.createAnswer({ ok: false, error: { name: 'InvalidStateError', message: 'no offer' } });
  bob.setRemote(ann.calling.description);
  assert.deepEqual(numbersOf(stepsIn(script), 'out-of-order'), ['15']);
});

test('a candidate that is added before the remote description is out of order until one is added', () => {
  const { script, ann, bob } = two();
  ann.prepareOffer().sendOffer().gather();
  bob.prepareAnswer(ann.calling).sendAnswer(ann.calling);
  bob.gather();
  ann.addCandidates(bob.candidates.slice(0, 1), { ok: false, error: { name: 'InvalidStateError', message: 'null' } });
  assert.deepEqual(numbersOf(stepsIn(script), 'out-of-order'), ['23']);
  ann.setRemote(bob.answer).addCandidates(bob.candidates.slice(1));
  assert.deepEqual(numbersOf(stepsIn(script), 'out-of-order'), []);
});

test('a page that answers tracks after the offer is set is in order', () => {
  const { script, ann, bob } = two();
  ann.prepareOffer().sendOffer().gather();
  bob.media().makePc().setRemote(ann.calling.description).addTracks().createAnswer().setAnswer().sendAnswer(ann.calling);
  assert.deepEqual(numbersOf(stepsIn(script), 'out-of-order'), []);
});

test('a call that has ended waits for nothing', () => {
  const { script, ann } = two();
  ann.prepareOffer().sendOffer().gather();
  ann.disconnect();
  assert.deepEqual(numbersOf(stepsIn(script), 'waiting'), []);
});

test('a misspelled offer waits for newOffer at step 8', () => {
  const { script, ann } = two();
  ann.prepareOffer().sendOffer({ event: 'newoffer' });
  const waiting = stepsIn(script).filter(({ state }) => state === 'waiting');
  assert.deepEqual(waiting.map(({ number }) => number), ['8']);
  assert.match(waiting[0].waitingFor, /Ann.*newOffer/);
});

test('a data channel call has 16 steps, all done in order', () => {
  const script = new Script();
  const [one, other] = ['1', '2'].map((name) => script.person(name, { as: 'rooms', kinds: ['application'] }).arrive());
  for (const person of [one, other]) {
    const receive = person.send('joining-room', { action: 'joining-room', room: 'tea' });
    person.outcome(receive, { joined: 'tea', peerId: `p-${person.userName}` });
  }
  const relay = (from, to, event, theirs, data) => {
    const sent = from.send(event, { action: event, room: 'tea', to: `p-${to.userName}`, data });
    to.sent(theirs, { signal: theirs, room: 'tea', from: `p-${from.userName}`, data }, sent.n);
  };
  const candidates = (from, to) => {
    from.gather(['host'], { send: false });
    for (const candidate of from.candidates) relay(from, to, 'sending-ICE-candidate', 'receiving-ICE-candidate', { candidate });
    to.addCandidates(from.candidates);
  };
  other.makePc().addTracks().createOffer().setOffer();
  relay(other, one, 'sending-SDP-offer', 'receiving-SDP-offer', { offer: other.offer });
  one.makePc().setRemote(other.offer).createAnswer();
  one.answer = one.describe('answer', ['application']);
  one.setAnswer();
  relay(one, other, 'accepting-SDP-offer', 'accepting-SDP-offer', { answer: one.answer });
  candidates(other, one);
  other.setRemote(one.answer);
  candidates(one, other);
  one.tell('channel', { pc: 1, label: 'chat', id: 0, local: false });
  const steps = stepsIn(script);
  assert.equal(steps.length, 16);
  assert.deepEqual(steps.filter(({ state }) => state !== 'done').map(({ number, state }) => `${number} ${state}`), []);
});
