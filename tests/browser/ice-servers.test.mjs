// Our pages and the list of STUN and TURN servers: who uses it, when it is fetched, and what the page says. The list is made
// up here; turn-calls.test.mjs has calls through the server's own relay.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, enter, state, says } from './support/call-page.mjs';
import { assertConnected, assertFramesArrive } from './support/call.mjs';
import { join as joinChat } from './support/chat-page.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import {
  areInstalled, assertNewNames, assertNoWarnings, callAndAnswer as callInAny, watchWarnings,
} from './support/pairing.mjs';
import { assertNewWay, restartIce } from './support/peer.mjs';
import { join as joinRoom } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/**
 * Runs in the page, before its scripts: answers what the page asks for by `window.iceReply`, and keeps the requests. A closed
 * port stands for a TURN server: it refuses at once.
 */
function playTheList() {
  const real = window.fetch;
  window.iceRequests = [];
  window.iceReply = () => new Response(JSON.stringify({ ttl: 3600, iceServers: [{
    urls: [`turn:127.0.0.1:9?transport=tcp`], username: `${iceRequests.length}:0f`, credential: 'c',
  }] }));
  window.fetch = async (input, init) => {
    const { pathname } = new URL(input, location.href);
    if (!pathname.endsWith('/api/ice-servers')) return real(input, init);
    window.iceRequests.push({ pathname, ...init?.headers });
    return window.iceReply();
  };
}

/** Runs in the page, before it connects again: the same, with credentials that end after 10 s. */
function playShortLives() {
  const real = window.fetch;
  window.iceCount = 0;
  window.fetch = async (input, init) => {
    if (!String(input).includes('/api/ice-servers')) return real(input, init);
    window.iceCount += 1;
    const urls = ['turn:127.0.0.1:65535?transport=tcp']; // Firefox refuses others of the ports that are closed.
    return new Response(JSON.stringify({ ttl: 10, iceServers: [{ urls, username: `${window.iceCount}:0f`, credential: 'c' }] }));
  };
}

/** The same, and the list never comes. */
function playSilence() {
  window.iceAsked = 0;
  const real = window.fetch;
  window.fetch = (input, init) => {
    if (!String(input).includes('/api/ice-servers')) return real(input, init);
    window.iceAsked += 1;
    return new Promise(() => {});
  };
}

/** The same, and the server is too busy. */
function playFailure() {
  const real = window.fetch;
  window.fetch = (input, init) => String(input).includes('/api/ice-servers')
    ? Promise.resolve(new Response('{"code":"busy","message":"The server is too busy."}', { status: 503 }))
    : real(input, init);
}

/** The same, and the list is empty. */
function playNothing() {
  const real = window.fetch;
  window.fetch = (input, init) => String(input).includes('/api/ice-servers')
    ? Promise.resolve(new Response('{"iceServers":[],"ttl":3600}'))
    : real(input, init);
}

const userNames = (page) => page.evaluate(() => pc.getConfiguration().iceServers.map(({ username }) => username));

async function callAndAnswer(caller, answerer) {
  await caller.click('#call');
  await answerButton(answerer).click();
  for (const page of [caller, answerer]) await assertConnected(page);
}

browserTest('a call uses the list, and an ICE restart the one of that moment, on both sides', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', server.http, { script: playTheList });
  const bob = await enter(visit, server, 'Bob', server.http, { script: playTheList });
  for (const page of [ann, bob]) {
    assert.deepEqual(await page.evaluate(() => iceRequests[0]), { pathname: '/api/ice-servers', Authorization: 'Bearer x' });
  }
  await callAndAnswer(ann, bob);
  const used = [await userNames(ann), await userNames(bob)];
  for (const [name] of used) assert.match(name, /^\d:0f$/);
  // The credentials of before end: the clock is past their time.
  for (const page of [ann, bob]) {
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 3_600_000;
    });
  }
  assert.deepEqual([await userNames(ann), await userNames(bob)], used, 'a running connection keeps what it has');
  await assertNewWay(ann, bob, () => restartIce(ann));
  for (const [page, [before]] of [[ann, used[0]], [bob, used[1]]]) assert.notDeepEqual(await userNames(page), [before]);
  for (const page of [ann, bob]) await assertFramesArrive(page);
});

browserTest('Firefox calls Chromium: an ICE restart with new servers, from either side', async (story) => {
  if (!areInstalled(story.t, ['Firefox', 'Chromium'])) return;
  const server = await serverFor(story.t);
  const pages = [await visitInFirefox(story.t, server.http), await story.visit(server.http, { camera: 'several' })];
  for (const [n, page] of pages.entries()) {
    await state(page, 'idle');
    await page.evaluate(playShortLives);
    // Under another name the page connects again, and asks again for the list.
    await page.fill('#name', ['Carl', 'Ann'][n]);
    if (n === 1) await page.press('#name', 'Enter');
    await eventually('a list', () => page.evaluate(() => window.iceCount > 0));
  }
  await callInAny(...pages);
  for (const page of pages) await watchWarnings(page);
  for (const page of pages) {
    const used = await Promise.all(pages.map(userNames));
    for (const each of pages) {
      const before = await each.evaluate(() => window.iceCount);
      await eventually('a newer list', () => each.evaluate((count) => window.iceCount > count, before));
    }
    await assertNewNames(pages, () => restartIce(page));
    for (const [n, each] of pages.entries()) assert.notDeepEqual(await userNames(each), used[n]);
  }
  for (const page of pages) await assertNoWarnings(page);
});

browserTest('a list that does not come delays a call by two seconds only', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', server.http, { script: playSilence });
  const bob = await enter(visit, server, 'Bob', server.http, { script: playSilence });
  await callAndAnswer(ann, bob);
  assert.ok(await ann.evaluate(() => iceAsked > 0));
  await says(ann, /In a call with Bob\./);
});

browserTest('a list that cannot be had is said below the switch, and a call works without it', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', server.http, { script: playFailure });
  const bob = await enter(visit, server, 'Bob', server.http, { script: playFailure });
  await eventually('the reason', async () => /could not be fetched\. The server is too busy\./.test(await ann.textContent('#ice-note')));
  await callAndAnswer(ann, bob);
  assert.equal(await ann.textContent('#problem'), '');
  await eventually('the way', async () => (await ann.textContent('#ways')) === 'Direct: Bob.');
});

browserTest('“Relay only” is in the address, and without a relay the page names the flag', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', `${server.http}/?relay`, { script: playNothing });
  assert.equal(await ann.isChecked('#relay-only'), true);
  await eventually('the note', async () => /“Relay only” is on, .*--turn/.test(await ann.textContent('#ice-note')));
  await ann.click('#call');
  await state(ann, 'waiting');
  assert.match(await ann.textContent('#problem'), /this server names no relay.*--turn/);
  assert.equal(await ann.evaluate(() => pc.getConfiguration().iceTransportPolicy), 'relay');
  await ann.click('#hangup');
  await ann.uncheck('#relay-only');
  assert.equal(ann.url(), `${server.http}/`);
  await ann.check('#relay-only');
  assert.equal(ann.url(), `${server.http}/?relay`);
});

browserTest('room and chat use the list and the switch, too', async ({ visit, t }) => {
  const server = await serverFor(t);
  const used = (page, wanted) => eventually(wanted, () => page.evaluate((words) => words === [...(window.pcs?.values() ?? [])].map((pc) => {
    const { iceServers, iceTransportPolicy } = pc.getConfiguration();
    return `${iceServers[0]?.username} ${iceTransportPolicy}`;
  }).join(), wanted));
  for (const join of [joinRoom, joinChat]) {
    const ann = await join(visit, server.http, 'Ann', { script: playTheList });
    const bob = await join(visit, server.http, 'Bob', { script: playTheList });
    for (const page of [ann, bob]) await used(page, '1:0f all');
    for (const page of [ann, bob]) await eventually('the way', async () => /^Direct: /.test(await page.textContent('#ways')));
    for (const page of [ann, bob]) await page.close();
  }
  const ann = await joinChat(visit, server.http, 'Ann', { script: playNothing, query: '&relay' });
  assert.match(await ann.textContent('#problem'), /this server names no relay.*--turn/);
  await joinChat(visit, server.http, 'Bob', { script: playNothing });
  await used(ann, 'undefined relay');
});
