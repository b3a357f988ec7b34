// One room with two doors: members of our page, who come by Socket.IO, and members of the example
// page, which speaks a bare WebSocket and knows no library; one of them in Firefox.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { browserTest } from './support/browser.mjs';
import { PLAYERS, isInstalled, play } from './support/players.mjs';
import { assertAllMeet, assertFramesArrive, joinAll, tilesAre, hasSaid } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** The example page's address for a member of `server`'s room; it is served by another one. */
async function exampleFor(t, server, userName) {
  const other = await serverFor(t, EXAMPLES);
  const query = new URLSearchParams({ room: 'tea', userName, server: `localhost:${server.port}` });
  return `${other.http}/room.html?${query}`;
}

/** Moving pictures of this many others are on the example page. */
async function assertPictures(page, others) {
  const counts = () => page.evaluate(() =>
    [...document.querySelectorAll('video')].map((video) => video.getVideoPlaybackQuality().totalVideoFrames));
  await eventually(`${others} pictures`, async () => (await counts()).length === others);
  const before = await counts();
  await eventually('all of them moving', async () => (await counts()).every((count, place) => count > before[place]));
}

browserTest('two by Socket.IO and one by a bare WebSocket are in one room', async ({ visit, t }) => {
  const server = await serverFor(t, '--ice-server', 'stun:127.0.0.1:65535');
  const pages = await joinAll(visit, server, ['Ann', 'Bob']);
  const cem = await visit(await exampleFor(t, server, 'Cem'), { camera: 'several' });
  cem.problems.expect(/favicon/); // The example has no picture of its own.
  await assertAllMeet(pages, 3);
  await assertPictures(cem, 2);
  for (const page of pages) await tilesAre(page, ['Ann', 'Bob', 'Cem']);
  const servers = await cem.evaluate(() => observedCalls.map(({ pc }) => pc.getConfiguration().iceServers[0]?.urls[0]));
  assert.deepEqual(servers, Array(2).fill('stun:127.0.0.1:65535'), 'the server’s list is used');

  await cem.reload();
  for (const page of pages) await hasSaid(page, /Cem closed the page/);
  await assertAllMeet(pages, 3);
  await assertPictures(cem, 2);

  await pages[0].click('#leave');
  await hasSaid(pages[1], /Ann left\. You are the host now\./);
  await assertPictures(cem, 1);
  await assertFramesArrive(pages[1]);
});

browserTest('a page with a bare WebSocket that is left for another one leaves its room, and returns by "back"', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann] = await joinAll(visit, server, ['Ann']);
  const cem = await visit(await exampleFor(t, server, 'Cem'), { camera: 'several' });
  cem.problems.expect(/favicon/);
  await tilesAre(ann, ['Ann', 'Cem']);
  await cem.goto('about:blank');
  await hasSaid(ann, /Cem closed the page/);
  await tilesAre(ann, ['Ann']);
  await cem.goBack();
  await tilesAre(ann, ['Ann', 'Cem']);
  await assertPictures(cem, 1);
});

browserTest('one of them in Firefox', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) {
    t.skip('no Firefox here');
    return;
  }
  const server = await serverFor(t);
  const pages = await joinAll(visit, server, ['Ann', 'Bob']);
  const close = await play(PLAYERS.Firefox, await exampleFor(t, server, 'Fox'));
  try {
    for (const page of pages) await tilesAre(page, ['Ann', 'Bob', 'Fox']);
    await assertAllMeet(pages, 3);
  } finally {
    await close();
  }
  for (const page of pages) await hasSaid(page, /Fox (closed the page|lost the connection)|Fox’s connection to the server is lost/);
});
