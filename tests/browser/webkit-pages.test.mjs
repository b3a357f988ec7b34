// What the built-in pages say in a browser without WebRTC: WebKitGTK as Debian builds it, where RTCPeerConnection is
// missing of its own accord. (page-support.test.mjs takes it away from Chromium.)

import assert from 'node:assert/strict';
import test from 'node:test';
import { io } from 'socket.io-client-4.8';
import { check, comesTo, results, words } from './support/check-page.mjs';
import { Client } from './support/client.mjs';
import { serverFor } from './support/server.mjs';
import { says } from './support/status.mjs';
import { eventually } from './support/wait.mjs';
import { noWebKit, visitInWebKit } from './support/webkit.mjs';

const PAGES = ['/', '/room.html', '/room/tea', '/chat.html', '/chat.html?room=tea'];
const SENTENCE = /^\s*This browser cannot connect to another one: WebRTC \(RTCPeerConnection\) is missing or switched off, [^.]+\.\s*$/;

test('without WebRTC call, room and chat say so in one sentence and offer nothing', { skip: noWebKit }, async (t) => {
  const server = await serverFor(t);
  const page = await visitInWebKit(t, 'about:blank');
  for (const path of PAGES) {
    await page.goto(`${server.http}${path}`);
    assert.equal(await page.evaluate(() => typeof RTCPeerConnection), 'undefined');
    await says(page, SENTENCE);
    const offered = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, video')].filter((element) => element.checkVisibility()).length);
    assert.equal(offered, 0, path);
    const asked = await page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /EIO=/.test(name)).length);
    assert.equal(asked, 0, path);
  }
});

for (const scheme of ['http', 'https']) {
  test(`by ${scheme} the check page says what is missing, and that page and server are well`, { skip: noWebKit }, async (t) => {
    const server = await serverFor(t);
    const page = await visitInWebKit(t, `${server[scheme]}/check`);
    await comesTo(page, 'secure', 'idle'); // By this its script has begun.
    await check(page);
    const { secure, certificate, websocket, host, srflx, relay, other } = await results(page);
    assert.deepEqual([secure, certificate, websocket], ['ok', scheme === 'https' ? 'ok' : 'untried', 'ok']);
    assert.deepEqual([host, srflx, relay, other], ['failed', 'untried', 'untried', 'untried']);
    assert.match(await words(page, 'host'), /^This browser cannot connect to another one \(no RTCPeerConnection\)/);
    for (const row of ['srflx', 'relay', 'other']) assert.equal(await words(page, row), 'Without RTCPeerConnection.');
    assert.doesNotMatch(await page.textContent('#status'), /waits for another device/);
  });
}

test('the inspector needs no WebRTC: it shows the call of two clients', { skip: noWebKit }, async (t) => {
  const server = await serverFor(t);
  const page = await visitInWebKit(t, `${server.http}/inspector#${server.inspectorKey}`);
  const [ann, bob] = ['Ann', 'Bob'].map((userName) => new Client(io, server.http, { userName }));
  t.after(() => [ann, bob].forEach((client) => client.close()));
  const { offerId } = await ann.asks('newOffer', { type: 'offer', sdp: 'v=0' });
  await bob.hears('newOfferAwaiting');
  assert.ok(offerId);
  await eventually('both clients and the offer on the page', async () => {
    const shown = await page.textContent('main');
    return ['Ann', 'Bob', 'newOffer'].every((word) => shown.includes(word));
  });
});
