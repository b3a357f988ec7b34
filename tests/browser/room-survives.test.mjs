// Rooms that survive: the line of one breaks, the server is started again. Sound and pictures take
// another way and go on meanwhile.

import { browserTest } from './support/browser.mjs';
import {
  assertAllMeet, assertFramesArrive, assertMessages, join, joinAll, joinByLine, say, tilesAre, told,
} from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';

browserTest('one is cut off from the server and returns; the call goes on, and a newcomer is met', async (story) => {
  const { visit, t } = story;
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann');
  const bob = await join(visit, server.http, 'Bob');
  const carl = await joinByLine(story, server, 'Carl');
  await assertAllMeet([ann, bob, carl]);

  carl.line.refusing = true;
  carl.line.cut();
  await told(carl, /The server is out of reach; the call goes on without it/);
  for (const page of [ann, bob]) await told(page, /Carl’s connection to the server is lost, waiting/);
  for (const page of [ann, bob, carl]) await assertFramesArrive(page);
  await say(carl, 'I am still here');
  for (const page of [ann, bob]) await assertMessages(page, ['Carl: I am still here']);

  // Whoever comes meanwhile is met when the line is back.
  const dora = await join(visit, server.http, 'Dora');
  carl.line.refusing = false;
  await told(carl, /The server is back|Dora joined/);
  for (const page of [ann, bob, dora]) await told(page, /Carl is back/);
  await assertAllMeet([ann, bob, carl, dora]);
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

browserTest('who is away longer than the grace is still seen and heard, and comes in anew', async (story) => {
  const { visit, t } = story;
  const server = await serverFor(t, '--reconnect-grace', '1s');
  const ann = await join(visit, server.http, 'Ann');
  const carl = await joinByLine(story, server, 'Carl');
  await assertAllMeet([ann, carl]);
  carl.line.refusing = true;
  carl.line.cut();
  await told(ann, /The server has lost Carl; the call goes on without it/);
  for (const page of [ann, carl]) await assertFramesArrive(page);
  carl.line.refusing = false;
  await told(carl, /The server is back/);
  await assertAllMeet([ann, carl]);
  for (const page of [ann, carl]) await tilesAre(page, ['Ann', 'Carl']);
});

browserTest('the server is started again: all come in anew and meet again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = await joinAll(visit, server, ['Ann', 'Bob', 'Carl']);
  await assertAllMeet(pages);
  for (const page of pages) page.problems.expect(/net::ERR_|WebSocket connection to/);
  await server.kill();
  for (const page of pages) await told(page, /The server is out of reach; the call goes on without it/);
  for (const page of pages) await assertFramesArrive(page);
  await serverFor(t, '--port', server.port);
  for (const page of pages) await told(page, /In “tea” with .*\. (The server is back|\w+ joined)/);
  await assertAllMeet(pages);
  for (const page of pages) await tilesAre(page, ['Ann', 'Bob', 'Carl']);
  await pages[0].click('#leave');
  for (const page of pages.slice(1)) await told(page, /Ann left/);
  await assertAllMeet(pages.slice(1));
});
