// The inspector's reading of a run: which calls, pages and rooms its records make.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nearestEvent } from '../../../public/inspector/js/event-names.js';
import { Rows } from '../../../public/inspector/js/rows.js';
import { Run } from '../../../public/inspector/js/run.js';
import { goodCall, Script } from '../support/inspector-run.mjs';

function runOf(script) {
  const run = new Run();
  for (const record of script.records) run.add(record);
  return run;
}

function callOfTwo(options = {}) {
  const script = new Script();
  const [ann, bob] = [script.person('Ann', options), script.person('Bob', options)];
  ann.arrive();
  bob.arrive();
  const offer = goodCall(ann, bob);
  return { script, ann, bob, offer, run: runOf(script) };
}

test('call from offer to answer has both people and its records', () => {
  const { run, ann, bob, offer, script } = callOfTwo();
  assert.equal(run.calls.length, 1);
  const [call] = run.calls;
  assert.deepEqual([call.offerer, call.answerer, call.offerId, call.state], [ann.id, bob.id, offer.offerId, 'answered']);
  assert.deepEqual([call.offererName, call.answererName], ['Ann', 'Bob']);
  const wire = script.records.filter(({ kind }) => !['probe', 'connect'].includes(kind)).map(({ n }) => n);
  assert.deepEqual(call.records, wire);
});

test('candidate before the answer is held until the answer', () => {
  const { run, offer, script } = callOfTwo();
  const [call] = run.calls;
  const outcome = script.records.find(({ kind, answered }) => kind === 'outcome' && answered === offer.offerId);
  assert.equal(call.candidates.offerer.length, 2);
  assert.ok(call.candidates.offerer.every(({ delivered }) => delivered.n === outcome.n));
  assert.ok(call.candidates.answerer.every(({ delivered, n }) => script.records[delivered.n - 1].cause === n));
  assert.equal(call.held.offer.until, outcome.at);
});

test('answer without ack delivers candidates one by one', () => {
  const { run, script } = callOfTwo({ ack: false });
  const [call] = run.calls;
  assert.ok(call.candidates.offerer.every(({ delivered }) => script.records[delivered.n - 1].event === 'receivedIceCandidateFromServer'));
});

test('page joins its client by fragment whatever the order', () => {
  const script = new Script();
  const [ann, bob] = [script.person('Ann'), script.person('Bob')];
  ann.load();
  bob.load();
  // Bob's socket is faster than Ann's.
  bob.connect();
  ann.connect();
  const before = runOf(script);
  assert.deepEqual([before.clients.get(bob.id).page, before.clients.get(ann.id).page], ['w1', 'w2']);
  goodCall(ann, bob);
  const run = runOf(script);
  assert.deepEqual([run.clients.get(ann.id).page, run.clients.get(bob.id).page], ['w1', 'w2']);
  assert.ok(run.pages.get('w1').isCertain);
  assert.equal(run.calls[0].pcs.offerer, run.pages.get('w1').pcs.get(1));
  assert.equal(run.calls[0].pcs.answerer, run.pages.get('w2').pcs.get(1));
});

test('page and client of other addresses are not joined', () => {
  const script = new Script();
  script.person('Ann', { from: 'a1' }).load();
  const bob = script.person('Bob', { from: 'a2' }).connect();
  assert.equal(runOf(script).clients.get(bob.id).page, null);
});

test('reloaded page joins the next connect', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive();
  ann.leave().disconnect();
  const again = script.person('Ann').arrive();
  const run = runOf(script);
  assert.equal(run.clients.get(again.id).page, 'w2');
});

test('refused offer is a call that the server did not take', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive().prepareOffer();
  ann.refuse(ann.send('newOffer', ['offer']), 'bad-payload', 'This is no description.');
  const [call] = runOf(script).calls;
  assert.deepEqual([call.state, call.offerer, call.refusals[0].code], ['refused', ann.id, 'bad-payload']);
});

test('misspelled offer is a call with its connection', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive().prepareOffer().sendOffer({ event: 'newoffer' });
  const [call] = runOf(script).calls;
  assert.deepEqual([call.state, call.offerer], ['refused', ann.id]);
  assert.equal(call.pcs.offerer.page, 'w1');
});

test('misspelled events are taken for the nearest one', () => {
  const meant = {
    newoffer: 'newOffer',
    'new-answer': 'newAnswer',
    offer: 'newOffer',
    sendIceCandidate: 'sendIceCandidateToSignalingServer',
    'ice-candidate': 'sendIceCandidateToSignalingServer',
    'join-room': 'joining-room',
    'sending-SDP-ofer': 'sending-SDP-offer',
    'chat-message': null,
    hello: null,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(meant).map((name) => [name, nearestEvent(name)])), meant);
});

test('offer of a closed page is withdrawn', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive().prepareOffer().sendOffer();
  ann.disconnect();
  const [call] = runOf(script).calls;
  assert.deepEqual([call.state, call.ended.reason, call.held.offer.until], ['withdrawn', 'closed', call.ended.at]);
});

test('declined offer to one user is withdrawn by the other side', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive().prepareOffer();
  const bob = script.person('Bob').arrive();
  ann.sendOffer({ payload: [{ offer: ann.offer, to: 'Bob' }] });
  const { offerId } = ann.calling;
  bob.outcome(bob.send('declineOffer', [{ offerId }]), { declined: offerId });
  ann.sent('offerWithdrawn', [{ offerId, offererUserName: 'Ann', reason: 'declined' }]);
  const [call] = runOf(script).calls;
  assert.deepEqual([call.to, call.state, call.ended.reason, call.ended.by], ['Bob', 'withdrawn', 'declined', bob.id]);
  assert.deepEqual([...call.shownTo.keys()], [bob.id]);
  assert.equal(call.held.offer.until, call.ended.at);
});

test('second offer of a client is a second call', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive().prepareOffer().sendOffer();
  ann.prepareOffer().sendOffer();
  const run = runOf(script);
  assert.deepEqual(run.calls.map(({ state }) => state), ['withdrawn', 'offered']);
});

test('candidate that overtakes its offer belongs to it', () => {
  const script = new Script();
  const ann = script.person('Ann').arrive().prepareOffer();
  ann.gather();
  ann.sendOffer();
  const [call] = runOf(script).calls;
  assert.equal(call.candidates.offerer.length, 2);
});

test('room of three has a call for each pair', () => {
  const script = new Script();
  const people = ['Ann', 'Bob', 'Cem'].map((name) => script.person(name).arrive());
  for (const person of people) {
    const receive = person.send('joining-room', [{ room: 'tea' }], { ack: 1 });
    person.outcome(receive, { joined: 'tea', peerId: `p-${person.userName}` });
  }
  const [ann, bob] = people;
  bob.prepareOffer();
  const offer = bob.send('sending-SDP-offer', [{ room: 'tea', to: 'p-Ann', offer: bob.offer }]);
  ann.sent('receiving-SDP-offer', [{ room: 'tea', from: 'p-Bob', userName: 'Bob', offer: bob.offer }], offer.n);
  const run = runOf(script);
  assert.deepEqual(
    run.calls.map(({ kind, offererName, answererName, state }) => [kind, offererName, answererName, state]),
    [
      ['room', 'Bob', 'Ann', 'offered'],
      ['room', 'Cem', 'Ann', 'waiting'],
      ['room', 'Cem', 'Bob', 'waiting'],
    ],
  );
  assert.ok(run.calls[0].shown);
  assert.deepEqual([...[...run.rooms.values()][0].members.keys()], ['p-Ann', 'p-Bob', 'p-Cem']);
});

test('client that waits is in the room once the host has admitted it', () => {
  const script = new Script();
  const [ann, bob, cem] = ['Ann', 'Bob', 'Cem'].map((name) => script.person(name).arrive());
  ann.outcome(ann.send('joining-room', [{ room: 'tea' }], { ack: 1 }), { joined: 'tea', peerId: 'p-Ann' });
  for (const person of [bob, cem]) {
    const receive = person.send('joining-room', [{ room: 'tea' }], { ack: 1 });
    person.outcome(receive, { waiting: 'tea', peerId: `p-${person.userName}` });
  }
  assert.deepEqual(runOf(script).calls, []);
  const admit = ann.send('admitting-peer', [{ room: 'tea', to: 'p-Bob' }], { ack: 2 });
  bob.sent('joined-room', [{ room: 'tea', peerId: 'p-Bob', members: [{ peerId: 'p-Ann', userName: 'Ann' }] }], admit.n);
  const run = runOf(script);
  assert.deepEqual(run.calls.map(({ kind, offererName, answererName }) => [kind, offererName, answererName]), [['room', 'Bob', 'Ann']]);
  assert.deepEqual([...[...run.rooms.values()][0].members.keys()], ['p-Ann', 'p-Bob']);
});

test('frames of a bare websocket are read as those of a room', () => {
  const script = new Script();
  const [ann, bob] = ['Ann', 'Bob'].map((name) => script.person(name, { as: 'rooms' }).arrive());
  for (const person of [ann, bob]) {
    const receive = person.send('joining-room', { action: 'joining-room', room: 'tea' });
    person.outcome(receive, { joined: 'tea', peerId: `p-${person.userName}` });
  }
  bob.prepareOffer();
  const offer = bob.send('sending-SDP-offer', { action: 'sending-SDP-offer', room: 'tea', to: 'p-Ann', data: { offer: bob.offer } });
  ann.sent('receiving-SDP-offer', { signal: 'receiving-SDP-offer', room: 'tea', from: 'p-Bob', data: { offer: bob.offer } }, offer.n);
  const [call] = runOf(script).calls;
  assert.deepEqual([call.state, call.offererName, call.pcs.offerer.page], ['offered', 'Bob', 'w2']);
  assert.ok(call.shown);
});

test('pair of the data channel course is a call of 16 steps', () => {
  const script = new Script();
  const [one, two] = ['1', '2'].map((name) => script.person(name, { as: 'pairs', kinds: ['application'] }).arrive());
  const join = two.send('NORMAL_SERVER_PROCESS/JOIN_ROOM_REQUEST', { label: 'NORMAL_SERVER_PROCESS', data: { type: 'JOIN_ROOM_REQUEST', roomName: 'tea', userId: 2 } });
  two.sent('NORMAL_SERVER_PROCESS/JOIN_ROOM_RESPONSE_SUCCESS', { label: 'NORMAL_SERVER_PROCESS', data: { type: 'JOIN_ROOM_RESPONSE_SUCCESS', creatorId: '1', roomName: 'tea' } }, join.n);
  two.prepareOffer();
  const offer = two.send('WEBRTC_PROCESS/OFFER', { label: 'WEBRTC_PROCESS', data: { type: 'OFFER', offer: two.offer, otherUserId: 1 } });
  one.sent('WEBRTC_PROCESS/OFFER', { label: 'WEBRTC_PROCESS', data: { type: 'OFFER', offer: two.offer, otherUserId: 1 } }, offer.n);
  const [call] = runOf(script).calls;
  assert.deepEqual([call.kind, call.course, call.offererName, call.answererName, call.state], ['pair', 16, '2', '1', 'offered']);
});

test('restarted server leaves only what was lost', () => {
  const { script } = callOfTwo();
  const run = new Run({ startedAt: 1 });
  for (const record of script.records) run.add(record);
  run.setHeader({ startedAt: 1 });
  assert.equal(run.calls.length, 1);
  run.setHeader({ startedAt: 2 });
  assert.deepEqual([run.calls.length, run.records.length, run.restart], [0, 0, { clients: ['Ann', 'Bob'], calls: [['Ann', 'Bob']] }]);
});

test('odd records never throw', () => {
  const odd = [null, undefined, 1, -1, NaN, '', 'x', '__proto__', 'constructor', true, [], [null], [[]], {}, { sdp: 1 }, { sdp: 'a=ice-ufrag:x' }, { candidate: {} }, [{ offerId: {} }]];
  const { script } = callOfTwo();
  let seed = 7;
  const pick = (list) => list[(seed = (seed * 1103515245 + 12345) % 2147483648) % list.length];
  for (let round = 0; round < 200; round += 1) {
    const run = new Run(pick(odd));
    for (const record of script.records) {
      const copy = structuredClone(record);
      if (pick([0, 1, 2]) === 0) copy[pick(Object.keys(copy).filter((key) => key !== 'n'))] = pick(odd);
      if (Array.isArray(copy.payload) && pick([0, 1]) === 0) copy.payload[0] = pick(odd);
      run.add(copy);
    }
    for (const value of odd) run.add(value);
    run.setHeader(pick(odd));
  }
});

test('client that upgrades is connected by WebSocket, in the run and in its lane', () => {
  const connect = { n: 1, at: 1, kind: 'connect', client: 'a1', userName: 'Ann', as: 'socketio', transport: 'polling', lobby: '', back: false, from: 'a1' };
  const upgrade = { n: 2, at: 2, kind: 'upgrade', client: 'a1' };
  const [run, rows] = [new Run(), new Rows()];
  for (const record of [connect, upgrade, { n: 3, at: 3, kind: 'upgrade', client: 'nobody' }]) {
    run.add(record);
    rows.add(record);
  }
  assert.equal(run.clients.get('a1').transport, 'websocket');
  assert.equal(rows.lanes.byClient.get('a1').transport, 'websocket');
  assert.equal(rows.byRecord.get(2).title, 'upgraded');
});
