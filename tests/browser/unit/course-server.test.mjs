// The official server of the comparison: its lobbies are apart, as Switchboard's are. A page that is
// left may stay connected for the server until its ping time-out; its users must not be taken for
// those of a later scenario, who have the same names.

import assert from 'node:assert/strict';
import test from 'node:test';
import { io } from 'socket.io-client-4.8';
import { startCourseServer } from '../conformance/course-server.mjs';
import { Client } from '../support/client.mjs';

test('an answer goes to the offer of its own lobby, whatever names another lobby has', async (t) => {
  const server = await startCourseServer({ site: '.', clientFile: () => '' });
  t.after(() => server.stop());
  const user = async (userName, lobby) => {
    const client = new Client(io, `http://127.0.0.1:${server.port}`, { auth: { userName, lobby, password: 'x' } });
    t.after(() => client.close());
    await client.hears('(connect)');
    return client;
  };
  const left = await user('caller', 'an earlier scenario');
  left.socket.emit('newOffer', 'an old offer');
  await left.isUnderstood();

  const caller = await user('caller', 'this scenario');
  const answerer = await user('answerer', 'this scenario');
  caller.socket.emit('newOffer', 'an offer');
  caller.sendCandidate('a candidate', true);
  const [offer] = await answerer.hears('newOfferAwaiting');
  await caller.isUnderstood();
  assert.deepEqual(await answerer.asks('newAnswer', { ...offer, answer: 'an answer' }), ['a candidate']);
  assert.equal((await caller.hears('answerResponse')).answer, 'an answer');
  await left.isUnderstood();
  assert.deepEqual(left.events, []);
});
