// Calls that survive: the line to the server breaks, for either side, at the worst moments; a page
// is reloaded; both sides do the same thing at once. Sound and picture take another way and go on.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import {
  answerButton, assertAllIsWell, callAndAnswer, enter, noOffers, state, stateOf, says, hasSaid,
} from './support/call-page.mjs';
import { assertFramesArrive, assertInCall } from './support/call.mjs';
import { startProxy } from './support/proxy.mjs';
import { serverFor } from './support/server.mjs';
import { during, eventually } from './support/wait.mjs';

/** How long the network is gone: ten seconds for the caller, as short as can be for the answerer. */
const OUTAGES = { caller: 10_000, answerer: 0 };

/** What the browser logs of a line that is cut. */
const CUT = /net::ERR_|WebSocket connection to/;

/** On long-polling only silence tells that a client is gone. Shorter than usual, so that tests are. */
const PINGS = ['--ping-interval', '2s', '--ping-timeout', '5s'];

/** On long-polling the browser may break off the good-bye with the page; then silence has to tell. */
const HOW_RELOADED = {
  websocket: /(Carl|guest-\w+) closed the page/,
  // By polling the server may not know; the browsers do, from each other.
  polling: /(Carl|guest-\w+) (closed the page|ended the call|lost the connection)|The connection to (Carl|guest-\w+) was lost/,
};

/** A visitor with a line of their own to the server, which the test can cut: `page.line`. */
async function enterByLine({ visit, t }, server, name, transport) {
  const line = await startProxy(Number(server.port));
  t.after(() => line.close());
  const page = await enter(visit, server, name, `http://localhost:${line.port}`, { transport });
  if (transport === 'websocket') await hasUpgraded(page);
  page.problems.expect(CUT);
  page.line = line;
  return page;
}

function hasUpgraded(page) {
  return eventually('on a WebSocket', async () => page.requests.some((url) => url.startsWith('ws:')));
}

for (const transport of ['polling', 'websocket']) {
  for (const cutOff of ['caller', 'answerer']) {
    /** Two visitors, and which of them is cut off. */
    const enterBoth = async (story) => {
      const server = await serverFor(story.t, ...PINGS);
      const answerer = await enterByLine(story, server, 'Ann', transport);
      const caller = await enterByLine(story, server, 'Carl', transport);
      const [page, other] = cutOff === 'caller' ? [caller, answerer] : [answerer, caller];
      return { caller, answerer, page, other, name: cutOff === 'caller' ? /Carl/ : /Ann/ };
    };

    browserTest(`the ${cutOff}'s line dies unnoticed while the call is set up (${transport})`, async (story) => {
      const { caller, answerer, page } = await enterBoth(story);
      await caller.click('#call');
      await answerButton(answerer).waitFor();
      // From here on nothing passes: the answer or the candidates, on their way up or down, are lost.
      page.line.frozen = true;
      await answerButton(answerer).click();
      await state(answerer, 'connecting');
      await during(OUTAGES[cutOff], async () => assert.equal(await stateOf(answerer), 'connecting'));
      page.line.cut();
      await hasSaid(page, /server is out of reach/);
      page.line.frozen = false;
      await assertInCall(caller, answerer);
      await assertAllIsWell(caller, answerer);
    });

    browserTest(`the ${cutOff}'s line loses what is on its way, and works again (${transport})`, async (story) => {
      const { caller, answerer, page } = await enterBoth(story);
      await caller.click('#call');
      await answerButton(answerer).waitFor();
      page.line.frozen = true;
      await answerButton(answerer).click();
      await state(answerer, 'connecting');
      page.line.cut();
      page.line.frozen = false;
      await assertInCall(caller, answerer);
      await assertAllIsWell(answerer, caller);
    });

    browserTest(`the ${cutOff}'s line is cut in a running call (${transport})`, async (story) => {
      const { caller, answerer, page, other, name } = await enterBoth(story);
      await callAndAnswer(caller, answerer);
      page.line.refusing = true;
      page.line.cut();
      await says(page, /server is out of reach; the call goes on/);
      await says(other, /connection to the server is lost, waiting/);
      await says(other, name);
      await during(OUTAGES[cutOff], () => Promise.all([page, other].map(assertFramesArrive)));
      page.line.refusing = false;
      await hasSaid(page, /The server is back/);
      await hasSaid(other, /(Ann|Carl) is back/);
      await assertInCall(caller, answerer);
      await assertAllIsWell(page, other);
    });
  }

  browserTest(`a hang-up while cut off reaches the other side all the same (${transport})`, async (story) => {
    const server = await serverFor(story.t, ...PINGS);
    const answerer = await enterByLine(story, server, 'Ann', transport);
    const caller = await enterByLine(story, server, 'Carl', transport);
    await callAndAnswer(caller, answerer);
    caller.line.refusing = true;
    caller.line.cut();
    await hasSaid(answerer, /Carl.s connection to the server is lost/);
    await caller.click('#hangup');
    await state(caller, 'offline');
    // The server cannot say so; the browser can.
    await hasSaid(answerer, /Carl ended the call/);
    await state(answerer, 'idle');
    caller.line.refusing = false;
    await state(caller, 'idle');
    await callAndAnswer(caller, answerer);
  });

  browserTest(`a hang-up while cut off for longer than the grace, too (${transport})`, async (story) => {
    const server = await serverFor(story.t, ...PINGS, '--reconnect-grace', '2s');
    const answerer = await enterByLine(story, server, 'Ann', transport);
    const caller = await enterByLine(story, server, 'Carl', transport);
    await callAndAnswer(caller, answerer);
    caller.line.refusing = true;
    caller.line.cut();
    await hasSaid(answerer, /Carl.s connection to the server is lost/);
    await caller.click('#hangup');
    await hasSaid(answerer, /Carl ended the call/);
    await state(answerer, 'idle');
    caller.line.refusing = false;
    await state(caller, 'idle');
    await callAndAnswer(answerer, caller);
  });

  browserTest(`a caller who waits is cut off, and waits on (${transport})`, async (story) => {
    const server = await serverFor(story.t, ...PINGS, '--reconnect-grace', '20s');
    const answerer = await enterByLine(story, server, 'Ann', transport);
    const caller = await enterByLine(story, server, 'Carl', transport);
    await caller.click('#call');
    await state(caller, 'waiting');
    const offerId = await answerButton(answerer).getAttribute('data-offer-id');
    caller.line.refusing = true;
    caller.line.cut();
    await hasSaid(caller, /your call will wait there again/);
    assert.equal(await stateOf(caller), 'waiting');
    await noOffers(answerer); // after 5 s
    caller.line.refusing = false;
    await hasSaid(caller, /Waiting for an answer.*The server is back/);
    assert.equal(await answerButton(answerer).getAttribute('data-offer-id'), offerId);
    await answerButton(answerer).click();
    await assertInCall(caller, answerer);
    await assertAllIsWell(answerer, caller);
  });

  // What a name that the page offers changes does not depend on the transport.
  for (const name of transport === 'websocket' ? ['Carl', undefined] : ['Carl']) {
    const who = `a caller with ${name ? 'a fixed' : 'an offered'} name (${transport})`;

    browserTest(`${who} reloads while waiting`, async (story) => {
      const server = await serverFor(story.t, ...PINGS);
      const answerer = await enterByLine(story, server, 'Ann', transport);
      const caller = await enterByLine(story, server, name, transport);
      await caller.click('#call');
      await answerButton(answerer).waitFor();
      await caller.reload();
      await noOffers(answerer);
      await state(caller, 'idle');
      await callAndAnswer(caller, answerer);
      await assertAllIsWell(caller, answerer);
    });

    browserTest(`${who} reloads in a call: it is a new page, and the other page says so`, async (story) => {
      const server = await serverFor(story.t, ...PINGS, '--reconnect-grace', '5s');
      const answerer = await enterByLine(story, server, 'Ann', transport);
      const caller = await enterByLine(story, server, name, transport);
      await callAndAnswer(caller, answerer);
      await caller.reload();
      await hasSaid(answerer, HOW_RELOADED[transport]);
      await Promise.all([state(answerer, 'idle'), state(caller, 'idle')]);
      await callAndAnswer(caller, answerer);
      await assertAllIsWell(caller, answerer);
    });
  }
}

browserTest('who comes back later than anybody waits is in the call again all the same', async (story) => {
  const server = await serverFor(story.t, ...PINGS, '--reconnect-grace', '1s');
  const answerer = await enterByLine(story, server, 'Ann', 'websocket');
  const caller = await enterByLine(story, server, 'Carl', 'websocket');
  await callAndAnswer(caller, answerer);
  caller.line.refusing = true;
  caller.line.cut();
  await hasSaid(answerer, /The server has lost Carl; the call goes on without it/);
  caller.line.refusing = false;
  await hasSaid(answerer, /Carl is back/);
  for (const page of [caller, answerer]) await assertFramesArrive(page);
  await assertAllIsWell(caller, answerer);
});

browserTest('of two that answer at once one learns that it was late, and the next calls work', async (story) => {
  const server = await serverFor(story.t);
  const answerers = [];
  for (const name of ['Ann', 'Tom']) answerers.push(await enterByLine(story, server, name, 'websocket'));
  const caller = await enter(story.visit, server, 'Carl');
  await caller.click('#call');
  await Promise.all(answerers.map((page) => answerButton(page).waitFor()));
  // Neither hears of the other before both have answered.
  for (const { line } of answerers) line.hold();
  for (const page of answerers) await answerButton(page).click();
  await Promise.all(answerers.map((page) => state(page, 'connecting')));
  for (const { line } of answerers) line.release();
  const states = () => Promise.all(answerers.map(stateOf));
  await eventually('one in the call, one idle', async () => (await states()).sort().join() === 'connected,idle');
  const [winner, loser] = (await stateOf(answerers[0])) === 'connected' ? answerers : answerers.toReversed();
  await says(loser, /first|faster/);
  await assertAllIsWell(caller, winner);
  await winner.click('#hangup');
  await state(caller, 'idle');
  await callAndAnswer(caller, loser);
});

browserTest('both call each other at once, and one answers', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = [await enter(visit, server, 'Ann'), await enter(visit, server, 'Carl')];
  await Promise.all(pages.map((page) => page.evaluate(() => document.querySelector('#call').click())));
  await Promise.all(pages.map((page) => state(page, 'waiting')));
  await answerButton(pages[0]).click();
  await assertInCall(...pages);
  await Promise.all(pages.map(noOffers));
  await assertAllIsWell(...pages);
});

browserTest('both call each other and answer each other at once: nobody is stuck', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = [await enter(visit, server, 'Ann'), await enter(visit, server, 'Carl')];
  await Promise.all(pages.map((page) => page.click('#call')));
  await Promise.all(pages.map((page) => answerButton(page).waitFor()));
  await Promise.all(pages.map(answerAtOnce));
  const settled = async () => {
    const states = (await Promise.all(pages.map(stateOf))).join();
    return states === 'idle,idle' || states === 'connected,connected' ? states : null;
  };
  const states = await eventually('both idle, or in a call', settled);
  if (states === 'idle,idle') {
    for (const page of pages) await says(page, /(Ann|Carl) (no longer waits|hung up)|offer is gone/);
    await callAndAnswer(...pages);
  }
  await assertAllIsWell(...pages);
});

/**
 * In the next tick of the page, as near to the other one as two processes can be brought. The other
 * one may have been quicker, and the button gone.
 */
function answerAtOnce(page) {
  return page.evaluate(() => document.querySelector('button.answer')?.click());
}
