// No call waits for ever, and none ends without need: a change that is refused or not answered, a
// hang-up that the server cannot tell, a way that is never found.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, assertAllIsWell, callAndAnswer, enter, state, says, wordsOf } from './support/call-page.mjs';
import { assertConnected, assertFramesArrive, assertInCall, assertPictureIsNotBlack } from './support/call.mjs';
import { answeringOnce, refusingAnswers, withSoundAlone, withoutAWay } from './support/faults.mjs';
import { areStable, assertNewWay, restartIce, sends } from './support/peer.mjs';
import { startProxy } from './support/proxy.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** What the browser logs of a line that is cut. */
const CUT = /net::ERR_|WebSocket connection to/;

const ENDED_WITHOUT_SERVER = /(Ann|Carl) ended the call\. The server is out of reach\. Trying again…/;

/** Carl calls Ann; `options` of a visit for each. */
async function enterBoth({ visit, t }, { caller = {}, answerer = {} } = {}) {
  const server = await serverFor(t, '--metrics', '127.0.0.1:0');
  const pages = { server, answerer: await enter(visit, server, 'Ann', server.http, answerer) };
  pages.caller = await enter(visit, server, 'Carl', server.http, caller);
  return pages;
}

for (const role of ['caller', 'answerer']) {
  browserTest(`an answer that the ${role}'s browser refuses is taken back, and the change offered once more`, async (story) => {
    const pages = await enterBoth(story, { [role]: { script: refusingAnswers } });
    const { caller, answerer } = pages;
    await callAndAnswer(caller, answerer);
    await pages[role].evaluate(() => (window.refusals = 1));
    await assertNewWay(caller, answerer, () => restartIce(pages[role]));
    assert.equal(await pages[role].evaluate(() => window.refusals), 0);
    for (const page of [caller, answerer]) assert.equal(await page.evaluate(() => observedCalls.length), 1);
    await assertAllIsWell(caller, answerer);
  });

  browserTest(`the ${role}'s browser refuses every answer: the two make a new connection, and pictures go on`, async (story) => {
    const pages = await enterBoth(story, { [role]: { script: refusingAnswers } });
    const { caller, answerer } = pages;
    await callAndAnswer(caller, answerer);
    await caller.click('#microphone');
    await pages[role].evaluate(() => (window.refusals = 2));
    await restartIce(pages[role]);
    for (const page of [caller, answerer]) {
      await eventually('a new connection', () => page.evaluate(() => observedCalls.length === 2));
      await says(page, /In a call with (Ann|Carl)\./);
    }
    // What was switched off stays off in it.
    await eventually('no sound sent', async () => !(await sends(caller, 'audio')));
    await caller.click('#microphone');
    await eventually('sound sent', () => sends(caller, 'audio'));
    await assertInCall(caller, answerer, { afterRefusal: true });
    await assertNewWay(caller, answerer, () => Promise.all([restartIce(caller), restartIce(answerer)]));
    await assertAllIsWell(caller, answerer);
  });

  browserTest(`the other side of the ${role} answers no change: it says so, and later changes do not wait`, async (story) => {
    const page = role;
    const other = role === 'caller' ? 'answerer' : 'caller';
    const pages = await enterBoth(story, { [page]: { failing: { video: 'NotAllowedError' } }, [other]: { script: answeringOnce } });
    await pages.caller.click('#call');
    await answerButton(pages.answerer).click();
    for (const one of [pages.caller, pages.answerer]) await state(one, 'connected');
    await pages[page].evaluate(() => mendDevices());
    await pages[page].click('#camera');
    await eventually('an offer', () => pages[page].evaluate(() => pc.signalingState === 'have-local-offer'));
    await says(pages[page], /(Ann|Carl)’s page does not take part in changes during a call/);
    await assertFramesArrive(pages[page]);
    await pages[page].click('#hangup');
    await says(pages[other], /hung up/);
  });

  browserTest(`the other side of the ${role} answers no ICE restart: pictures go on, and a screen can be shown`, async (story) => {
    const pages = await enterBoth(story, { [role === 'caller' ? 'answerer' : 'caller']: { script: answeringOnce } });
    const { caller, answerer } = pages;
    const page = pages[role];
    await callAndAnswer(caller, answerer);
    await restartIce(page);
    await says(page, /(Ann|Carl)’s page does not take part in changes during a call/);
    await page.click('#screen');
    await eventually('shown', async () => (await page.textContent('#screen .label')) === 'Stop sharing');
    for (const one of [caller, answerer]) await assertFramesArrive(one);
    await assertPictureIsNotBlack(page === caller ? answerer : caller);
    await assertAllIsWell(caller, answerer);
  });

  browserTest(`the ${role} hangs up while the server is away from both: the other page knows at once`, async ({ visit, t }) => {
    const server = await serverFor(t);
    const line = await startProxy(Number(server.port));
    t.after(() => line.close());
    const base = `http://localhost:${line.port}`;
    const pages = { answerer: await enter(visit, server, 'Ann', base), caller: await enter(visit, server, 'Carl', base) };
    const { caller, answerer } = pages;
    for (const page of [caller, answerer]) page.problems.expect(CUT);
    await callAndAnswer(caller, answerer);
    line.refusing = true;
    line.cut();
    for (const page of [caller, answerer]) await says(page, /server is out of reach/);
    const [one, other] = role === 'caller' ? [caller, answerer] : [answerer, caller];
    await one.click('#hangup');
    await says(other, ENDED_WITHOUT_SERVER);
    await state(other, 'offline');
    // That stays to be read, however often the page tries to reach the server.
    const tries = () => other.requests.filter((url) => /EIO=/.test(url)).length;
    const before = tries();
    await eventually('two more tries', () => tries() > before + 1);
    assert.match(await wordsOf(other), ENDED_WITHOUT_SERVER);
    line.refusing = false;
    await Promise.all([state(one, 'idle'), state(other, 'idle')]);
    await callAndAnswer(caller, answerer);
    await assertAllIsWell(caller, answerer);
  });
}

browserTest('a caller who offers sound alone is answered with sound alone, and nothing is negotiated unasked', async (story) => {
  const { caller, answerer } = await enterBoth(story, { caller: { script: withSoundAlone } });
  await caller.click('#call');
  await answerButton(answerer).click();
  for (const page of [caller, answerer]) await assertConnected(page);
  await state(answerer, 'connected');
  await areStable(caller, answerer);
  for (const page of [caller, answerer]) {
    assert.deepEqual(await page.evaluate(() => pc.getTransceivers().map(({ mid, receiver }) => [mid, receiver.track.kind])), [['0', 'audio']]);
  }
  assert.deepEqual(await answerer.evaluate(() => pc.getSenders().map(({ track }) => track?.kind)), ['audio']);
});

browserTest('no way is found: both pages say which candidates there were, and what to try', async (story) => {
  const { server, caller, answerer } = await enterBoth(story, { caller: { script: withoutAWay }, answerer: { script: withoutAWay } });
  await caller.click('#call');
  await answerButton(answerer).click();
  for (const [page, other] of [[caller, 'Ann'], [answerer, 'Carl']]) {
    await says(page, /The call failed|hung up/);
    if (/hung up/.test(await wordsOf(page))) continue; // The other one's patience ended first.
    await says(page, new RegExp(`No way to ${other} was found\\. Candidates: \\d+ host from this browser, \\d+ host from ${other}’s\\. .*firewall`));
  }
  for (const page of [caller, answerer]) await state(page, 'idle');
  assert.equal(await server.metric('switchboard_calls_total{stage="failed"}'), 1);
});
