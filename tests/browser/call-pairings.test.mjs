// Chromium and Firefox with each other, each in both parts: what is negotiated within a call works
// from either side, again and again, also after the way between them has failed.

import { browserTest } from './support/browser.mjs';
import { says } from './support/call-page.mjs';
import {
  PAIRINGS, areInstalled, assertNewNames, assertNoWarnings, assertOffIsSeen, assertPicturesArrive, callAndAnswer, enterIn, watchWarnings,
} from './support/pairing.mjs';
import { restartIce } from './support/peer.mjs';
import { serverFor } from './support/server.mjs';
import { relayUdp, throughRelay } from './support/udp-relay.mjs';
import { eventually } from './support/wait.mjs';

for (const [callers, answerers] of PAIRINGS) {
  browserTest(`${callers} calls ${answerers}: five ICE restarts from each side, and from both at once`, async (story) => {
    if (!areInstalled(story.t, [callers, answerers])) return;
    const server = await serverFor(story.t);
    const caller = await enterIn(callers, story, server, 'Carl');
    const answerer = await enterIn(answerers, story, server, 'Ann');
    const pages = [caller, answerer];
    await callAndAnswer(caller, answerer);
    for (const page of pages) await watchWarnings(page);
    for (const page of [answerer, caller]) {
      for (let round = 0; round < 5; round += 1) await assertNewNames(pages, () => restartIce(page));
    }
    for (let round = 0; round < 3; round += 1) {
      await assertNewNames(pages, () => Promise.all(pages.map(restartIce)));
    }
    for (const page of pages) await assertPicturesArrive(page);
    for (const page of pages) await assertNoWarnings(page);
    await caller.click('#hangup');
    await says(answerer, /Carl hung up/);
  });
}

for (const [callers, answerers] of PAIRINGS.filter((pairing) => pairing.includes('Chromium'))) {
  browserTest(`${callers} calls ${answerers}: the way between them fails, another one is found, and pictures go on`, async (story) => {
    if (!areInstalled(story.t, [callers, answerers])) return;
    const server = await serverFor(story.t);
    const isCallerRelayed = callers === 'Chromium';
    const caller = await enterIn(callers, story, server, 'Carl', isCallerRelayed ? { script: throughRelay } : {});
    const answerer = await enterIn(answerers, story, server, 'Ann', isCallerRelayed ? {} : { script: throughRelay });
    const pages = [caller, answerer];
    const relay = await relayUdp(isCallerRelayed ? caller : answerer);
    story.t.after(relay.close);
    await callAndAnswer(caller, answerer);
    for (const page of pages) await watchWarnings(page);
    await caller.evaluate(() => {
      // Where a new connection takes its place, it is closed by then.
      pc.addEventListener('connectionstatechange', ({ target }) => (window.hasFailed ||= /failed|closed/.test(target.connectionState)));
    });
    await assertNewNames(pages, async () => {
      relay.isStopped = true;
      for (const page of pages) await says(page, /The picture from (Ann|Carl) is interrupted/);
      await eventually('failed', () => caller.evaluate(() => window.hasFailed === true));
      relay.isStopped = false;
    });
    for (const page of pages) await says(page, /In a call with (Ann|Carl)\./);
    for (const page of pages) await assertPicturesArrive(page);
    await assertOffIsSeen(pages);
    for (const page of pages) await assertNoWarnings(page);
  });
}
