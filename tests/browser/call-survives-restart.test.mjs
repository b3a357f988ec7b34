// Calls that survive: the server itself goes away and is started again, knowing nothing. Pages come
// back by themselves; calls that wait are put back, calls that run are joined again.

import { browserTest } from './support/browser.mjs';
import {
  answerButton, assertAllIsWell, callAndAnswer, enter, noOffers, state, stateOf, says, hasSaid,
} from './support/call-page.mjs';
import { assertFramesArrive, assertInCall } from './support/call.mjs';
import { assertNewWay, restartIce } from './support/peer.mjs';
import { startProxy } from './support/proxy.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** A server and two visitors; `restart()` ends it in the given way and starts another in its place. */
async function begin({ visit, t }, ending = 'kill', ...args) {
  const server = await serverFor(t, '--drain', '1s', ...args);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  for (const page of [answerer, caller]) page.problems.expect(/net::ERR_|WebSocket connection to/);
  const start = () => serverFor(t, '--port', server.port, ...args);
  return { server, answerer, caller, end: () => server[ending](), start };
}

for (const [ending, what] of [['kill', 'killed'], ['stop', 'stopped']]) {
  browserTest(`the server is ${what} and started again while a caller waits`, async (story) => {
    const { answerer, caller, end, start } = await begin(story, ending);
    await caller.click('#call');
    await answerButton(answerer).waitFor();
    await end();
    await says(caller, /your call will wait there again/);
    await state(answerer, 'offline');
    await noOffers(answerer);
    await start();
    await hasSaid(caller, /Waiting for an answer.*The server had lost your call; it is waiting there again/);
    await answerButton(answerer).click();
    await assertInCall(caller, answerer);
    await assertAllIsWell(answerer, caller);
  });

  browserTest(`the server is ${what} and started again in a running call`, async (story) => {
    const { answerer, caller, end, start } = await begin(story, ending);
    await callAndAnswer(caller, answerer);
    await end();
    for (const page of [caller, answerer]) await says(page, /server is out of reach; the call goes on/);
    for (const page of [caller, answerer]) await assertFramesArrive(page);
    await start();
    for (const page of [caller, answerer]) await hasSaid(page, /In a call with \w+\. The server is back/);
    await assertNewWay(caller, answerer, () => restartIce(caller));
    await assertAllIsWell(caller, answerer);
  });
}

browserTest('what changes in a running call while the server is away reaches the other when it is back', async (story) => {
  const { answerer, caller, end, start } = await begin(story);
  await callAndAnswer(caller, answerer);
  await end();
  await says(caller, /server is out of reach/);
  await assertNewWay(caller, answerer, async () => {
    await restartIce(caller);
    await start();
  });
  await assertAllIsWell(answerer, caller);
});

browserTest('a client that alone is back after a restart talks on, and reads so', async (story) => {
  const { answerer, caller, end, start, server } = await begin(story, 'kill', '--reconnect-grace', '3s');
  const line = await startProxy(Number(server.port));
  story.t.after(() => line.close());
  const third = await enter(story.visit, server, 'Tom', `http://localhost:${line.port}`);
  third.problems.expect(/net::ERR_|WebSocket connection to/);
  await callAndAnswer(caller, third);
  line.refusing = true;
  await end();
  await start();
  await says(caller, /The server has lost Tom; the call goes on without it/);
  for (const page of [caller, third]) await assertFramesArrive(page);
  await caller.click('#hangup');
  await state(caller, 'idle');
  await callAndAnswer(caller, answerer);
});

browserTest('the server is started again before the answer is there: nobody is stuck', async (story) => {
  const { visit, t } = story;
  const { server, caller, end, start } = await begin(story);
  const line = await startProxy(Number(server.port));
  t.after(() => line.close());
  const answerer = await enter(visit, server, 'Tom', `http://localhost:${line.port}`);
  answerer.problems.expect(/net::ERR_|WebSocket connection to/);
  await eventually('on a WebSocket', async () => answerer.requests.some((url) => url.startsWith('ws:')));
  await caller.click('#call');
  await answerButton(answerer).waitFor();
  line.frozen = true;
  await answerButton(answerer).click();
  await state(answerer, 'connecting');
  await end();
  await start();
  await hasSaid(caller, /The server had lost your call; it is waiting there again/);
  line.cut();
  line.frozen = false;
  await eventually('idle, or in the call', async () => (await stateOf(answerer)) === 'idle');
  await says(answerer, /offer is gone|answer once more/);
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await assertAllIsWell(caller, answerer);
});
