// The proof that calls need the TURN server, and that it is enough: two visitors in networks without a way between them, and
// the server, which both reach.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, enter, state, stateOf } from './support/call-page.mjs';
import { allCandidatesFound, assertFramesArrive, assertPictureIsNotBlack } from './support/call.mjs';
import { makeNetworks, SERVER, whyNoNamespaces } from './support/namespaces.mjs';
import { binary, serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

browserTest('visitors without a way between their networks call each other by the relay, and not without it', async ({ visit, t }) => {
  const reason = whyNoNamespaces();
  if (reason) {
    t.skip(reason);
    return;
  }
  const networks = makeNetworks(t);
  const program = networks.programFor('server', binary());
  const flags = ['--bind', SERVER, '--password', 'secret'];

  const come = async (server) => {
    const url = `https://${SERVER}:${server.port}`;
    return Promise.all(['ann', 'bob'].map((network) =>
      enter(visit, server, network, url, { program: networks.programFor(network, CHROMIUM), script: knowPassword })));
  };
  const call = async ([ann, bob]) => {
    await ann.click('#call');
    await answerButton(bob).click();
    for (const page of [ann, bob]) await allCandidatesFound(page);
  };

  // Without the relay each has only an address that the other one does not reach.
  const without = await serverFor(t, ...flags, { program });
  const strangers = await come(without);
  await call(strangers);
  const relayed = await serverFor(t, ...flags, '--turn', '--turn-port', '0', { program });
  const [ann, bob] = await come(relayed);
  await call([ann, bob]);
  for (const page of [ann, bob]) await state(page, 'connected');
  for (const page of [ann, bob]) {
    await assertFramesArrive(page);
    await assertPictureIsNotBlack(page);
    const { types, addresses } = await chosenPair(page);
    assert.ok(types.includes('relay'), `by the relay, not by ${types}`);
    assert.ok(addresses.includes(SERVER), `by ${SERVER}, not by ${addresses}`);
  }
  assert.equal(await messageBetween(ann, bob), 'tea?');

  // In all that time the others had no luck, although they know each other's candidates.
  for (const page of strangers) {
    await eventually('given up', () => page.evaluate(() =>
      observedCalls.every(({ pc }) => /failed|closed|disconnected/.test(pc.iceConnectionState))));
    const heard = await page.evaluate(() => observedCalls.flatMap(({ added }) => added).length);
    assert.ok(heard > 0, 'candidates of the other side');
    assert.notEqual(await stateOf(page), 'connected');
  }
});

/** Runs in the page, before its scripts. */
function knowPassword() {
  sessionStorage.setItem('password', 'secret');
}

/** The types and addresses of both candidates that the page's connection uses. */
function chosenPair(page) {
  return page.evaluate(async () => {
    const stats = await observedCalls.at(-1).pc.getStats();
    const transport = [...stats.values()].find(({ type }) => type === 'transport');
    const pair = stats.get(transport.selectedCandidatePairId);
    const both = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)];
    return { types: both.map(({ candidateType }) => candidateType), addresses: both.map(({ address }) => address) };
  });
}

/** What one page receives from the other by a data channel of their call. */
async function messageBetween(one, other) {
  const received = other.evaluate(() => new Promise((resolve) => {
    observedCalls.at(-1).pc.addEventListener('datachannel', ({ channel }) => {
      channel.onmessage = ({ data }) => resolve(data);
    });
  }));
  await one.evaluate(() => {
    const channel = observedCalls.at(-1).pc.createDataChannel('proof');
    channel.onopen = () => channel.send('tea?');
  });
  return received;
}
