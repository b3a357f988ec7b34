// What becomes of the course's page when its connection to the server breaks, or the server is
// started again. The page knows nothing of all this: whatever is possible happens without it.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { assertFramesArrive, assertInCall } from './support/call.mjs';
import { allCandidatesSent, answerButton, connected, listenForRefusals, serveCoursePage } from './support/course-page.mjs';
import { startProxy } from './support/proxy.mjs';
import { eventually } from './support/wait.mjs';

/** A visitor whose way to the server can be cut. */
async function visitByProxy(t, visit, { https, port }) {
  const proxy = await startProxy(port);
  t.after(() => proxy.close());
  const page = await visit(https, { hosts: `MAP localhost:${port} 127.0.0.1:${proxy.port}` });
  page.problems.expect(/WebSocket connection to|Failed to load resource/);
  await connected(page);
  return {
    page,
    async cut() {
      proxy.refusing = true;
      proxy.cut();
      await eventually('cut off', () => page.evaluate(() => !socket.connected));
    },
    async mend() {
      proxy.refusing = false;
      await connected(page);
    },
  };
}

browserTest('a caller who waits is cut off and comes back: its old offer can be answered', async ({ visit, t }) => {
  const server = await serveCoursePage(t);
  const answerer = await visit(server.https);
  const { page: caller, cut, mend } = await visitByProxy(t, visit, server);
  await caller.click('#call');
  await allCandidatesSent(caller);
  await cut();
  await mend();
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
});

browserTest('an answer to a caller who is cut off waits for it', async ({ visit, t }) => {
  const server = await serveCoursePage(t);
  const answerer = await visit(server.https);
  const { page: caller, cut, mend } = await visitByProxy(t, visit, server);
  await caller.click('#call');
  await allCandidatesSent(caller);
  await cut();
  await answerButton(answerer, 1).click();
  await allCandidatesSent(answerer);
  await mend();
  await assertInCall(caller, answerer);
});

browserTest('a caller that does not come back in time is reported as lost, and its old button is refused', async ({ visit, t }) => {
  const server = await serveCoursePage(t, '--reconnect-grace', '1s');
  const answerer = await visit(server.https);
  const refusals = await listenForRefusals(answerer);
  const withdrawn = answerer.evaluate(() => new Promise((resolve) => socket.on('offerWithdrawn', resolve)));
  const { page: caller, cut, mend } = await visitByProxy(t, visit, server);
  await caller.click('#call');
  await answerButton(answerer, 1).waitFor();
  await cut();
  assert.equal((await withdrawn).reason, 'lost');
  await answerButton(answerer, 1).click();
  await eventually('refused', async () => (await refusals()).includes('no-such-offer'));
  await mend();
  await caller.click('#call');
  await answerButton(answerer, 2).click();
  await assertInCall(caller, answerer, { afterRefusal: true });
});

browserTest('the network of one is cut in a running call: the picture goes on, and the next call works', async ({ visit, t }) => {
  const server = await serveCoursePage(t);
  const answerer = await visit(server.https);
  const { page: caller, cut, mend } = await visitByProxy(t, visit, server);
  await caller.click('#call');
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
  await cut();
  for (const page of [caller, answerer]) await assertFramesArrive(page);
  await mend();
  for (const page of [caller, answerer]) await assertFramesArrive(page);

  await caller.click('#call');
  await answerButton(answerer, 2).click();
  await assertInCall(caller, answerer);
});

browserTest('the server is killed and started again while a caller waits: the old button is refused, the next call works', async ({ visit, t }) => {
  const server = await serveCoursePage(t);
  const [answerer, caller] = [await visit(server.https), await visit(server.https)];
  for (const page of [answerer, caller]) page.problems.expect(/WebSocket connection to|Failed to load resource/);
  await connected(answerer);
  const refusals = await listenForRefusals(answerer);
  await caller.click('#call');
  await answerButton(answerer, 1).waitFor();
  await server.restart();
  for (const page of [answerer, caller]) await connectedAgain(page);
  await answerButton(answerer, 1).click();
  await eventually('refused', async () => (await refusals()).includes('no-such-offer'));
  await allCandidatesSent(answerer);

  await caller.click('#call');
  await answerButton(answerer, 2).click();
  await assertInCall(caller, answerer, { afterRefusal: true });
});

browserTest('the server is killed and started again in a running call: the picture goes on, and the next call works', async ({ visit, t }) => {
  const server = await serveCoursePage(t);
  const [answerer, caller] = [await visit(server.https), await visit(server.https)];
  for (const page of [answerer, caller]) page.problems.expect(/WebSocket connection to|Failed to load resource/);
  await connected(answerer);
  await caller.click('#call');
  await answerButton(answerer, 1).click();
  await assertInCall(caller, answerer);
  await server.restart();
  for (const page of [answerer, caller]) await connectedAgain(page);
  for (const page of [answerer, caller]) await assertFramesArrive(page);

  await caller.click('#call');
  await answerButton(answerer, 2).click();
  await assertInCall(caller, answerer);
});

/** The page has noticed that the server was gone, and is back. */
async function connectedAgain(page) {
  await eventually('an answer of the new server', () =>
    page.evaluate(() => socket.timeout(500).emitWithAck('test').catch(() => undefined)));
}
