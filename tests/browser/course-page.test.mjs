// A page in the course's manner, unchanged but for the port, in real browsers against Switchboard.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { browserTest } from './support/browser.mjs';
import { assertFramesArrive, assertInCall } from './support/call.mjs';
import {
  allCandidatesSent,
  answerButton,
  connected,
  listenForRefusals,
  replaceIn,
  serveCoursePage,
} from './support/course-page.mjs';
import { eventually } from './support/wait.mjs';

browserTest('an answerer who is there already hears of the offer and answers it', async ({ visit, t }) => {
  const { https } = await serveCoursePage(t);
  const answerer = await visit(https);
  await connected(answerer);
  const caller = await visit(https);
  await caller.click('#call');
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
});

browserTest('an answerer who comes late finds the offer in the list and answers it', async ({ visit, t }) => {
  const { https } = await serveCoursePage(t);
  const caller = await visit(https);
  await caller.click('#call');
  await allCandidatesSent(caller);
  const answerer = await visit(https);
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
});

browserTest('the page works over http on localhost too', async ({ visit, t }) => {
  const { http } = await serveCoursePage(t);
  const caller = await visit(http);
  await caller.click('#call');
  const answerer = await visit(http);
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
});

browserTest('a caller who reloads can call again: the old button is refused, the new one works', async ({ visit, t }) => {
  const { https } = await serveCoursePage(t);
  const answerer = await visit(https);
  const refusals = await listenForRefusals(answerer);
  const caller = await visit(https);
  await caller.click('#call');
  await answerButton(answerer, 1).waitFor();

  await caller.reload();
  await connected(caller);
  await answerButton(answerer, 1).click();
  await eventually('the refusal that the old offer is gone', async () => (await refusals()).length === 1);
  assert.deepEqual(await refusals(), ['no-such-offer']);
  await allCandidatesSent(answerer);

  await caller.click('#call');
  await answerButton(answerer, 2).click();
  // Nobody can tell the candidates of the refused answer from early ones of the next: they are held
  // for some seconds, and may reach the caller first, whose browser has no use for them.
  await assertInCall(caller, answerer, { afterRefusal: true });
  assert.equal((await refusals()).length, 1);
});

browserTest('a caller who reloads in the middle of a call can call the same answerer again', async ({ visit, t }) => {
  const { https } = await serveCoursePage(t);
  const answerer = await visit(https);
  const caller = await visit(https);
  await caller.click('#call');
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);

  await caller.reload();
  await caller.click('#call');
  await answerButton(answerer, 2).click();
  await assertInCall(caller, answerer);
});

browserTest('a third user sees the offer too, answers too late, is refused, and disturbs nobody', async ({ visit, t }) => {
  const { https } = await serveCoursePage(t);
  const answerer = await visit(https);
  const third = await visit(https);
  await connected(third);
  const refusals = await listenForRefusals(third);
  const caller = await visit(https);
  await caller.click('#call');
  await answerButton(third, 1).waitFor();
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);

  await answerButton(third, 1).click();
  await eventually('the refusal that another one has answered', async () => (await refusals()).length > 0);
  assert.deepEqual(await refusals(), ['already-answered']);
  await allCandidatesSent(third);
  // The two go on as before: frames arrive, and none of the third one's candidates was added.
  for (const page of [caller, answerer]) await assertFramesArrive(page);
  await assertInCall(caller, answerer);
});

browserTest('the page may come from another origin, on polling, on WebSocket and with the upgrade', async ({ visit, t }) => {
  const { https, folder } = await serveCoursePage(t);
  const otherOrigin = await serveElsewhere(t, folder, https);
  const caller = await visit(`http://localhost:${otherOrigin}`);
  for (const transport of ['polling', 'websocket']) {
    const outcome = await caller.evaluate(tryTransport, [https, transport]);
    assert.equal(outcome, 'pong', `${transport} from another origin`);
  }
  await eventually('upgraded to WebSocket', () => caller.evaluate(() => socket.io.engine.transport.name === 'websocket'));

  const answerer = await visit(https);
  await connected(answerer);
  await caller.click('#call');
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
});

const evil = { hosts: 'MAP evil.example 127.0.0.1' };

browserTest('a page from a foreign host is refused, on polling and on WebSocket', async ({ visit, t }) => {
  const { https, folder } = await serveCoursePage(t);
  const otherOrigin = await serveElsewhere(t, folder, https);
  const page = await visit(`http://evil.example:${otherOrigin}`, evil);
  page.problems.expect(/evil\.example|WebSocket connection to|Failed to load resource/);
  for (const transport of ['polling', 'websocket']) {
    assert.equal(await page.evaluate(tryTransport, [https, transport]), 'refused', transport);
  }
});

browserTest('a foreign name that leads to this server is refused too', async ({ visit, t }) => {
  const { port } = await serveCoursePage(t);
  const foreign = `https://evil.example:${port}`;
  const page = await visit(foreign, evil);
  page.problems.expect(/evil\.example|WebSocket connection to|Failed to load resource/);
  for (const transport of ['polling', 'websocket']) {
    assert.equal(await page.evaluate(tryTransport, [foreign, transport]), 'refused', transport);
  }
});

/** Serves the folder a second time, from an origin that is not Switchboard's. Resolves to the port. */
async function serveElsewhere(t, folder, switchboard) {
  const index = join(folder, 'index.html');
  await replaceIn(index, '"/socket.io/socket.io.js"', `"${switchboard}/socket.io/socket.io.js"`);
  const types = { html: 'text/html', js: 'text/javascript' };
  const server = createServer(async ({ url }, response) => {
    const file = url === '/' ? 'index.html' : url.slice(1);
    response.setHeader('content-type', types[file.split('.').at(-1)]);
    response.end(await readFile(join(folder, file)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

/** Runs in the page: connects over one transport alone. */
function tryTransport([url, transport]) {
  return new Promise((resolve) => {
    const auth = { userName: 'visitor', password: 'x' };
    const socket = io(url, { auth, transports: [transport], forceNew: true, reconnection: false });
    socket.on('connect', async () => {
      resolve(await socket.emitWithAck('test'));
      socket.disconnect();
    });
    socket.on('connect_error', () => resolve('refused'));
  });
}
