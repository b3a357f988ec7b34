// What the browser client says on the console of mistakes that would leave no trace.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Hints, SENT_BY_PAGES, SENT_BY_SERVER, nearest } from '../../../public/socket.io/hints.js';

const COURSE = ['connect', 'availableOffers', 'newOfferAwaiting', 'answerResponse', 'receivedIceCandidateFromServer'];

/** What the console heard. */
function listen(t) {
  const { mock } = t.mock.method(console, 'warn', () => {});
  return () => mock.calls.map((call) => call.arguments.join(' '));
}

for (const [written, meant] of [
  ['newOfer', 'newOffer'],
  ['newoffer', 'newOffer'],
  ['new-offer', 'newOffer'],
  ['answer', 'newAnswer'],
  ['message', undefined],
  ['sendIceCandidateToSignallingServer', 'sendIceCandidateToSignalingServer'],
  ['joinRoom', 'joining-room'],
  ['join-room', 'joining-room'],
  ['hang-up', 'hangup'],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
]) {
  test(`nearest to "${written.slice(0, 40)}" is ${meant}`, () => {
    assert.equal(nearest(written, SENT_BY_PAGES), meant);
  });
}

test('an event that the server does not know gives one sentence, with the name that was meant', (t) => {
  const heard = listen(t);
  const hints = new Hints();
  for (const event of ['newOfer', 'newOfer', 'chat', 'newOffer', 'sendIceCandidatesToServer', 'test', 'joining-room']) {
    hints.sent(event);
  }
  assert.deepEqual(heard(), [
    'Socket.IO: The server knows no event "newOfer" and ignores it. Did you mean "newOffer"?',
    'Socket.IO: The server knows no event "chat" and ignores it.',
  ]);
});

test('a page that makes up names gets twenty sentences', (t) => {
  const heard = listen(t);
  const hints = new Hints();
  for (let n = 0; n < 1000; n += 1) hints.sent(`made up ${n}`);
  assert.equal(heard().length, 20);
});

test('a refusal without a listener gives a sentence each time', (t) => {
  const heard = listen(t);
  const hints = new Hints();
  const refusal = { event: 'newAnswer', code: 'no-such-offer', message: 'The offer is gone.' };
  hints.received(['signalingError', refusal], COURSE);
  hints.received(['signalingError', refusal], COURSE);
  hints.received(['signalingError', refusal], ['signalingError']);
  assert.deepEqual(heard(), Array(2).fill('Socket.IO: The server refused "newAnswer": The offer is gone. (no-such-offer)'));
});

test('a page in the course\'s manner gets no sentence', (t) => {
  const heard = listen(t);
  const hints = new Hints();
  for (const event of ['newOffer', 'newAnswer', 'sendIceCandidateToSignalingServer']) hints.sent(event);
  for (const event of SENT_BY_SERVER.filter((name) => !/SDP|ICE|signalingError/.test(name))) hints.received([event], COURSE);
  assert.deepEqual(heard(), []);
});

test('an event that a call needs and the page misses gives one sentence, with the name that it listens to', (t) => {
  const heard = listen(t);
  const hints = new Hints();
  const listened = ['connect', 'answerRespons', 'availableOffers'];
  for (let n = 0; n < 2; n += 1) hints.received(['answerResponse', {}], listened);
  hints.received(['receivedIceCandidateFromServer', {}], listened);
  hints.received(['newOfferAwaiting', []], listened);
  assert.deepEqual(heard(), [
    'Socket.IO: The server sent "answerResponse", and this page does not listen to it. It listens to "answerRespons", which does not come. Did you mean "answerResponse"?',
    'Socket.IO: The server sent "receivedIceCandidateFromServer", and this page does not listen to it.',
    'Socket.IO: The server sent "newOfferAwaiting", and this page does not listen to it.',
  ]);
});

test('offers are no news to a page that takes part in no calls', (t) => {
  const heard = listen(t);
  const hints = new Hints();
  hints.sent('joining-room');
  hints.received(['newOfferAwaiting', []], ['connect', 'joined-room']);
  hints.received(['availableOffers', []], []);
  assert.deepEqual(heard(), []);
  hints.sent('newOffer');
  hints.received(['availableOffers', []], []);
  assert.equal(heard().length, 1);
});

test('a page that listens to newOfferWaiting gets a sentence only where that does not come', (t) => {
  const heard = listen(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const listened = ['newOfferWaiting', 'answerResponse'];
  const [withAliases, without] = [new Hints(), new Hints()];
  withAliases.received(['newOfferAwaiting', []], listened);
  withAliases.received(['newOfferWaiting', []], listened);
  without.received(['newOfferAwaiting', []], listened);
  t.mock.timers.tick(10_000);
  assert.deepEqual(heard(), [
    'Socket.IO: The server sent "newOfferAwaiting", and this page does not listen to it. It listens to "newOfferWaiting", which does not come. Did you mean "newOfferAwaiting"?',
  ]);
});
