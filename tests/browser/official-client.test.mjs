// The official JavaScript client, from the oldest that speaks this protocol to the newest, makes a whole call through
// Switchboard over each transport: what protocol.md promises to every page written for it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { io as io31 } from 'socket.io-client-3.1';
import { io as io40 } from 'socket.io-client-4.0';
import { io as io45 } from 'socket.io-client-4.5';
import { io as io48 } from 'socket.io-client-4.8';
import { Client } from './support/client.mjs';
import { serverFor } from './support/server.mjs';

const versions = { '3.1': io31, '4.0': io40, '4.5': io45, '4.8': io48 };
const ways = {
  'polling only': { transports: ['polling'] },
  'WebSocket only': { transports: ['websocket'] },
  'an upgrade': {},
};

for (const [version, io] of Object.entries(versions)) {
  for (const [way, options] of Object.entries(ways)) {
    const client = `client ${version} with ${way}`;

    test(`a whole call: ${client}`, (t) => wholeCall(t, io, 'http', options));

    test(`a wrong password is says, then the server closes: ${client}`, async (t) => {
      const server = await serverFor(t);
      const stranger = clientFor(t, io, server.http, { ...options, userName: 'stranger', password: 'y' });
      const { event, code, message } = await stranger.hears('signalingError');
      assert.equal(code, 'wrong-password');
      assert.ok(message.length > 10, `a sentence, not ${JSON.stringify(message)}`);
      assert.notEqual(event, undefined);
      assert.equal(await stranger.hears('(disconnect)'), 'io server disconnect');
      assert.deepEqual(namesHeard(stranger), ['(connect)', 'signalingError', '(disconnect)']);
    });

    // Reported even on long-polling, where the client has just heard something and its next GET is
    // still on the way: the server has to wait for it.
    test(`a shutdown is says, then the transport closes: ${client}`, async (t) => {
      const server = await serverFor(t, '--drain', '2s');
      const user = clientFor(t, io, server.http, { ...options, userName: 'user' });
      await user.hears('(connect)');
      if (way === 'an upgrade') await user.hears('(upgrade)');
      const exitCode = server.stop();
      const closing = await user.hears('serverClosing');
      assert.equal(typeof closing.reason, 'string');
      assert.equal(typeof closing.retryAfterMs, 'number');
      // After 'io server disconnect' the official clients would not come back by themselves.
      assert.match(await user.hears('(disconnect)'), /^transport (close|error)$/);
      assert.equal(await exitCode, 0);
    });
  }
}

test('a whole call over https: client 4.8 with an upgrade', (t) => wholeCall(t, io48, 'https', {}));

test('a whole call between client 4.5 on polling and client 4.8 on WebSocket', async (t) => {
  await wholeCall(t, io45, 'http', ways['polling only'], io48, ways['WebSocket only']);
});

async function wholeCall(t, callersIo, scheme, callersOptions, answerersIo = callersIo, answerersOptions = callersOptions) {
  const server = await serverFor(t);
  const url = server[scheme];
  const caller = clientFor(t, callersIo, url, { ...callersOptions, userName: 'caller' });
  const answerer = clientFor(t, answerersIo, url, { ...answerersOptions, userName: 'answerer' });
  await Promise.all([caller.hears('(connect)'), answerer.hears('(connect)')]);

  // The offer goes out at once: with an upgrade, in the middle of it.
  const offer = { type: 'offer', sdp: 'v=0\r\no=caller', unknownKey: { kept: true } };
  const callersCandidates = eightCandidates('caller');
  caller.socket.emit('newOffer', offer);
  for (const candidate of callersCandidates.slice(0, 4)) caller.sendCandidate(candidate, true);

  const [announced, ...others] = await answerer.hears('newOfferAwaiting');
  assert.deepEqual(others, []);
  assert.deepEqual(Object.keys(announced).slice(0, 6), [
    'offererUserName',
    'offer',
    'offerIceCandidates',
    'answererUserName',
    'answer',
    'answererIceCandidates',
  ]);
  assert.equal(announced.offererUserName, 'caller');
  assert.deepEqual(announced.offer, offer);
  assert.equal(announced.answererUserName, null);
  assert.equal(announced.answer, null);

  // One who comes now finds the offer in the list, with the candidates so far.
  await caller.isUnderstood();
  const latecomer = clientFor(t, answerersIo, url, { ...answerersOptions, userName: 'latecomer' });
  const list = await latecomer.hears('availableOffers');
  assert.deepEqual(list, [{ ...announced, offerIceCandidates: callersCandidates.slice(0, 4) }]);

  for (const [client, options] of [[caller, callersOptions], [answerer, answerersOptions]]) {
    if (!options.transports) await client.hears('(upgrade)');
  }

  // Three of the answerer's candidates come before its answer, five after it.
  const answerersCandidates = eightCandidates('answerer');
  for (const candidate of answerersCandidates.slice(0, 3)) answerer.sendCandidate(candidate, false);
  const answer = { type: 'answer', sdp: 'v=0\r\no=answerer', unknownKey: [null, 1, 'ü'] };
  const soFar = await answerer.asks('newAnswer', { ...announced, answer });
  assert.deepEqual(soFar, callersCandidates.slice(0, 4));
  for (const candidate of answerersCandidates.slice(3)) answerer.sendCandidate(candidate, false);

  const answered = await caller.hears('answerResponse');
  assert.equal(answered.offerId, announced.offerId);
  assert.equal(answered.offererUserName, 'caller');
  assert.equal(answered.answererUserName, 'answerer');
  assert.deepEqual(answered.offer, offer);
  assert.deepEqual(answered.answer, answer);
  assert.deepEqual(answered.answererIceCandidates, []);
  for (const candidate of callersCandidates.slice(4)) caller.sendCandidate(candidate, true);

  await answerer.hears('receivedIceCandidateFromServer', 4);
  await caller.hears('receivedIceCandidateFromServer', 8);
  const ended = await caller.asks('hangup');
  assert.deepEqual(ended, { ended: 1 });
  const hungUp = { userName: 'caller', offerId: announced.offerId, reason: 'hangup' };
  assert.deepEqual(await answerer.hears('peerHangup'), hungUp);

  // All that each of the three heard, in order: every candidate once, and nothing else.
  await Promise.all([answerer, caller, latecomer].map((client) => client.isUnderstood()));
  assert.deepEqual(answerer.events, [
    ['newOfferAwaiting', [announced]],
    ['(ack of newAnswer)', callersCandidates.slice(0, 4)],
    ...callersCandidates.slice(4).map((candidate) => ['receivedIceCandidateFromServer', candidate]),
    ['peerHangup', hungUp],
  ]);
  assert.deepEqual(caller.events, [
    ['answerResponse', answered],
    ...answerersCandidates.map((candidate) => ['receivedIceCandidateFromServer', candidate]),
    ['(ack of hangup)', ended],
  ]);
  assert.deepEqual(latecomer.events, [
    ['availableOffers', list],
    ['offerWithdrawn', { offerId: announced.offerId, offererUserName: 'caller', reason: 'answered' }],
  ]);
}

/** Candidates that must survive: plain ones, null, unknown keys, bytes; the same again after the answer. */
function eightCandidates(side) {
  return Array.from({ length: 8 }, (_, n) => {
    const plain = { candidate: `candidate:${n} of the ${side}`, sdpMid: '0', sdpMLineIndex: 0 };
    if (n % 4 === 1) return null;
    if (n % 4 === 2) return { ...plain, unknownKey: { nested: [null, true, 1.5, 'ünïcode'] } };
    if (n % 4 === 3) return { ...plain, bytes: Buffer.from([0, n, 128, 255]) };
    return plain;
  });
}

function namesHeard(client) {
  return client.heard.map(([event]) => event).filter((event) => event !== '(upgrade)');
}

function clientFor(t, io, url, options) {
  const client = new Client(io, url, options);
  t.after(() => client.close());
  return client;
}
