// Rooms that survive: the line of one breaks, the server is started again, a way between two fails.
// Sound and pictures go on, or find another way.

import { browserTest } from './support/browser.mjs';
import { refusingAnswers } from './support/faults.mjs';
import { restartIce } from './support/peer.mjs';
import {
  announced, assertAllMeet, assertFramesArrive, assertMessages, join, joinAll, joinByLine, say, tile, tilesAre, titled, says, hasSaid,
} from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** The page says no longer that the server is out of reach, which it has said. What was new before may stand there all the time. */
const isBack = (page) => says(page, /^((?!out of reach)[^])*$/);

browserTest('one is cut off from the server and returns; the call goes on, and a newcomer is met', async (story) => {
  const { visit, t } = story;
  const server = await serverFor(t, '--reconnect-grace', '2m');
  const ann = await join(visit, server.http, 'Ann');
  const bob = await join(visit, server.http, 'Bob');
  const carl = await joinByLine(story, server, 'Carl');
  await assertAllMeet([ann, bob, carl]);

  carl.line.refusing = true;
  carl.line.cut();
  await says(carl, /The server is out of reach; the call goes on without it/);
  await titled(carl, 'The server is out of reach; the call goes on without it – tea');
  for (const page of [ann, bob]) await says(page, /Carl’s connection to the server is lost, waiting/);
  for (const page of [ann, bob, carl]) await assertFramesArrive(page);
  await say(carl, 'I am still here');
  for (const page of [ann, bob]) await assertMessages(page, ['Carl: I am still here']);

  // A member that joins meanwhile is connected when the line is back.
  const dora = await join(visit, server.http, 'Dora');
  for (const page of [ann, bob]) await hasSaid(page, /Dora joined\. Carl’s connection to the server is lost, waiting/);
  carl.line.refusing = false;
  await hasSaid(carl, /The server is back|Dora joined/);
  for (const page of [ann, bob, dora]) await hasSaid(page, /Carl is back/);
  await assertAllMeet([ann, bob, carl, dora]);
  // Said once, each of them, however often the status line has changed meanwhile.
  await eventually('all of it said', async () =>
    /Carl joined\. Carl’s connection to the server is lost, waiting… Carl writes: I am still here Dora joined\. Carl is back\.$/.test(await announced(ann)));
});

browserTest('what is lost on a dying line comes with the next one', async (story) => {
  const { visit, t } = story;
  const server = await serverFor(t);
  const bob = await joinByLine(story, server, 'Bob');
  bob.line.frozen = true;
  const ann = await join(visit, server.http, 'Ann'); // Her offer is on its way to nowhere.
  bob.line.cut();
  bob.line.frozen = false;
  await assertAllMeet([ann, bob]);
});

browserTest('a join goes on once the server is back, and says so', async (story) => {
  const server = await serverFor(story.t);
  const ann = await joinByLine(story, server, 'Ann'); // Has fetched what a join needs.
  await ann.click('#leave');
  ann.line.refusing = true;
  ann.line.cut();
  await ann.click('#join');
  await hasSaid(ann, /^The server is out of reach\. Trying again…/);
  ann.line.refusing = false;
  await hasSaid(ann, /^Joining…/);
  await hasSaid(ann, /^You are alone in “tea”\./);
});

browserTest('another network, or a way that fails: another one is found to each', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = await joinAll(visit, server, ['Ann', 'Bob', 'Carl']);
  await assertAllMeet(pages);
  for (const change of [restartIce, failWays]) {
    const before = await ufrags(pages);
    await change(pages[0]);
    if (change === failWays) await tileSays(pages[0], 'Bob', /Interrupted/);
    await eventually('new credentials', async () => (await ufrags(pages)).every((ufrag) => !before.includes(ufrag)));
    await pages[0].evaluate(() => pcs.forEach((pc) => pc.dispatchEvent(new Event('connectionstatechange'))));
    await tileSays(pages[0], 'Bob', /^$/);
    await assertAllMeet(pages);
  }
});

browserTest('who is away longer than the grace is still seen and heard, and comes in anew', async (story) => {
  const { visit, t } = story;
  const server = await serverFor(t, '--reconnect-grace', '1s');
  const ann = await join(visit, server.http, 'Ann');
  const carl = await joinByLine(story, server, 'Carl');
  await assertAllMeet([ann, carl]);
  carl.line.refusing = true;
  carl.line.cut();
  await says(ann, /The server has lost Carl; the call goes on without it/);
  for (const page of [ann, carl]) await assertFramesArrive(page);
  carl.line.refusing = false;
  await hasSaid(carl, /The server is back/);
  await assertAllMeet([ann, carl]);
  for (const page of [ann, carl]) await tilesAre(page, ['Ann', 'Carl']);
});

browserTest('one leaves while the server is away: the others see it at once', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = await joinAll(visit, server, ['Ann', 'Bob', 'Carl']);
  await assertAllMeet(pages);
  for (const page of pages) page.problems.expect(/net::ERR_|WebSocket connection to/);
  await server.kill();
  for (const page of pages) await hasSaid(page, /The server is out of reach/);
  await pages[0].click('#leave');
  for (const page of pages.slice(1)) await tilesAre(page, ['Bob', 'Carl']);
  for (const page of pages.slice(1)) await assertFramesArrive(page);
  await serverFor(t, '--port', server.port);
  for (const page of pages.slice(1)) await isBack(page);
  await assertAllMeet(pages.slice(1));
});

browserTest('a browser that refuses every answer gets a new connection to the other member', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = [await join(visit, server.http, 'Ann', { script: refusingAnswers }), await join(visit, server.http, 'Bob')];
  await assertAllMeet(pages);
  await pages[0].evaluate(() => (window.refusals = 2));
  await restartIce(pages[0]);
  for (const page of pages) await eventually('a new connection', () => page.evaluate(() => observedCalls.length === 2));
  await assertAllMeet(pages);
  await say(pages[0], 'Still here');
  await assertMessages(pages[1], ['Ann: Still here']);
});

browserTest('the server is started again: all come in anew and meet again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = await joinAll(visit, server, ['Ann', 'Bob', 'Carl']);
  await assertAllMeet(pages);
  for (const page of pages) page.problems.expect(/net::ERR_|WebSocket connection to/);
  await server.kill();
  for (const page of pages) await hasSaid(page, /The server is out of reach; the call goes on without it/);
  for (const page of pages) await assertFramesArrive(page);
  await serverFor(t, '--port', server.port);
  for (const page of pages) await isBack(page);
  await assertAllMeet(pages);
  for (const page of pages) await tilesAre(page, ['Ann', 'Bob', 'Carl']);
  await pages[0].click('#leave');
  for (const page of pages.slice(1)) await hasSaid(page, /Ann left/);
  await assertAllMeet(pages.slice(1));
});

/** As when packets no longer arrive from anybody; really stopping them is not in our power here. */
function failWays(page) {
  return page.evaluate(() => pcs.forEach((pc) => {
    Object.defineProperty(pc, 'connectionState', { value: 'failed', configurable: true });
    pc.dispatchEvent(new Event('connectionstatechange'));
    delete pc.connectionState;
  }));
}

/** By which names the first of the pages is known to each other one, and they to it. */
function ufrags([page]) {
  return page.evaluate(() => [...pcs.values()].flatMap((pc) =>
    [pc.currentLocalDescription, pc.currentRemoteDescription].map(({ sdp }) => /^a=ice-ufrag:(\S+)/m.exec(sdp)[1])));
}

function tileSays(page, name, pattern) {
  return eventually(`${name}: ${pattern}`, async () => pattern.test(await tile(page, name).locator('.tile-note').textContent()));
}
