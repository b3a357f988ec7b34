// The network of one visitor is gone for a while, and the browser says so (`offline`): short, or long
// enough for the server to miss them. The host is not this very machine's name, since of that no
// network matters. Call, room and chat go on, and both sides read what is true.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { state, says, hasSaid, wordsOf } from './support/call-page.mjs';
import { areConnected, assertMessages, join as joinChat, say } from './support/chat-page.mjs';
import { areInstalled, assertPicturesArrive, callAndAnswer, enterIn } from './support/pairing.mjs';
import { startProxy } from './support/proxy.mjs';
import { assertAllMeet, assertFramesArrive, join as joinRoom } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { keepingStatus } from './support/status.mjs';
import { during } from './support/wait.mjs';

/** The server misses a client after 7 s, and waits for a minute. */
const FLAGS = ['--ping-interval', '2s', '--ping-timeout', '5s', '--reconnect-grace', '60s'];

const OUTAGES = { 'short of what the server notices': 3_000, 'that the server notices': 40_000 };

/** Enough for the server to notice; the 40 s are longer than any patience of the pages (30 s), too. */
const NOTICED_MS = 12_000;

/** What the browser logs of requests without a network. */
const OFFLINE = /net::ERR_|WebSocket connection to/;

/** A server, and a line to it for the one whose network fails. */
async function begin({ t }) {
  const server = await serverFor(t, ...FLAGS);
  const line = await startProxy(Number(server.port));
  t.after(() => line.close());
  line.http = `http://a.localhost:${line.port}`;
  return { server, line };
}

/** The network of `page` is gone for so long; meanwhile and afterwards `probe` must not fail. */
async function loseNetwork(page, line, ms, probe) {
  page.problems?.expect(OFFLINE);
  line.hold();
  await setOffline(page, true);
  await during(ms, probe);
  line.release();
  await setOffline(page, false);
  await probe();
}

async function setOffline(page, isOffline) {
  if (page.context) await page.context().setOffline(isOffline);
  else await page.evaluate((name) => dispatchEvent(new Event(name)), isOffline ? 'offline' : 'online');
}

/** All that the pages ever said of the other one's end, or of a server that is gone for good. */
async function assertNoEndWasTold(pages) {
  for (const page of pages) {
    const ends = (await page.evaluate(() => said)).filter((words) => /closed|hung up|left|ended|lost the connection|interrupted/.test(words));
    assert.deepEqual(ends, []);
  }
}

for (const [what, ms] of Object.entries(OUTAGES)) {
  for (const browser of ['Chromium', 'Firefox']) {
    for (const role of ['caller', 'answerer']) {
      browserTest(`call: the ${role}, in ${browser}, is without a network for a time ${what}`, async (story) => {
        if (!areInstalled(story.t, [browser])) return;
        const { server, line } = await begin(story);
        const lost = await enterIn(browser, story, line, 'Lou');
        const other = await enterIn('Chromium', story, server, 'Ann');
        await callAndAnswer(...(role === 'caller' ? [lost, other] : [other, lost]));
        for (const page of [lost, other]) await page.evaluate(keepingStatus);
        // The whole of it once in each browser, and once for each role.
        const isWhole = (browser === 'Chromium') === (role === 'caller');
        await loseNetwork(lost, line, isWhole ? ms : Math.min(ms, NOTICED_MS), async () => {
          for (const page of [lost, other]) await assertPicturesArrive(page);
        });
        if (ms > 7_000) await hasSaid(other, /Lou is back/);
        await says(lost, /In a call with Ann\.( The server is back\.)?\s*$/);
        await says(other, /In a call with Lou\.( Lou is back\.)?\s*$/);
        await assertNoEndWasTold([lost, other]);
        await lost.click('#hangup');
        await says(other, /Lou hung up/);
      });
    }
  }

  browserTest(`room: one is without a network for a time ${what}`, async (story) => {
    const { server, line } = await begin(story);
    const lost = await joinRoom(story.visit, line.http, 'Lou');
    const other = await joinRoom(story.visit, server.http, 'Ann');
    await assertAllMeet([lost, other]);
    for (const page of [lost, other]) await page.evaluate(keepingStatus);
    await loseNetwork(lost, line, ms, async () => {
      for (const page of [lost, other]) await assertFramesArrive(page);
    });
    if (ms > 7_000) await hasSaid(other, /Lou is back/);
    await assertAllMeet([lost, other]);
    await assertNoEndWasTold([lost, other]);
    await lost.click('#leave');
    await hasSaid(other, /Lou left/);
  });

  browserTest(`chat: one is without a network for a time ${what}`, async (story) => {
    const { server, line } = await begin(story);
    const lost = await joinChat(story.visit, line.http, 'Lou');
    const other = await joinChat(story.visit, server.http, 'Ann');
    await areConnected([lost, other]);
    for (const page of [lost, other]) await page.evaluate(keepingStatus);
    await loseNetwork(lost, line, ms, async () => {
      for (const page of [lost, other]) assert.match(await wordsOf(page), /^Connected to/);
    });
    await say(lost, 'still here');
    await assertMessages(other, ['Lou: still here']);
    for (const page of [lost, other]) await state(page, 'connected');
    await assertNoEndWasTold([lost, other]);
    await lost.click('#leave');
    await says(other, /Lou left/);
  });
}
