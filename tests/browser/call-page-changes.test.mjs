// What may change within a call: a camera is switched on late, a screen is shown, another way
// through the network is found. Each is negotiated anew between the two pages.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, assertAllIsWell, callAndAnswer, enter, state, says } from './support/call-page.mjs';
import { assertConnected, assertFramesArrive, assertInCall, assertPictureIsNotBlack } from './support/call.mjs';
import { areStable, assertNewWay, restartIce, sends } from './support/peer.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** Two visitors; devices of the one in `role` fail as given. */
async function enterBoth({ visit, t }, role, options = {}) {
  const server = await serverFor(t);
  const optionsOf = (who) => (who === role ? options : {});
  const answerer = await enter(visit, server, 'Ann', server.http, optionsOf('answerer'));
  const caller = await enter(visit, server, 'Carl', server.http, optionsOf('caller'));
  return { answerer, caller, page: role === 'answerer' ? answerer : caller, other: role === 'answerer' ? caller : answerer };
}

for (const role of ['caller', 'answerer']) {
  browserTest(`the ${role}'s camera that was refused is switched on during the call`, async (story) => {
    const refused = { failing: { video: 'NotAllowedError' } };
    const { caller, answerer, page, other } = await enterBoth(story, role, refused);
    await caller.click('#call');
    await answerButton(answerer).click();
    await Promise.all([assertConnected(caller), assertConnected(answerer)]);
    await state(other, 'connected');
    assert.equal(await page.getAttribute('#camera', 'aria-pressed'), 'false');
    assert.match(await other.textContent('#stage-note'), /(Ann|Carl) sends no picture/);

    // Still refused: the page says so again, and nothing else happens.
    await page.click('#camera');
    await says(page, /does not let this page use the camera/);
    await page.evaluate(() => mendDevices());
    await page.click('#camera');
    await eventually('the camera on', async () => (await page.getAttribute('#camera', 'aria-pressed')) === 'true');
    await assertInCall(caller, answerer);
    assert.equal(await other.textContent('#stage-note'), '');
    await page.click('#camera');
    await eventually('the camera off', async () => !(await sends(page, 'video')));
    await page.click('#camera');
    await eventually('the camera on again', () => sends(page, 'video'));
    await assertAllIsWell(page, other);
  });

  browserTest(`the ${role}'s microphone that was missing is switched on during the call`, async (story) => {
    const missing = { failing: { audio: 'NotFoundError' } };
    const { caller, answerer, page, other } = await enterBoth(story, role, missing);
    await callAndAnswer(caller, answerer);
    assert.equal(await sends(page, 'audio'), false);
    await page.evaluate(() => mendDevices());
    await page.click('#microphone');
    await eventually('sound sent', () => sends(page, 'audio'));
    await eventually('sound received', () => other.evaluate(async () => {
      const report = await pc.getStats();
      return [...report.values()].some(({ type, kind, packetsReceived }) =>
        type === 'inbound-rtp' && kind === 'audio' && packetsReceived > 0);
    }));
    await assertAllIsWell(page, other);
  });

  for (const camera of ['fake', 'none']) {
    const who = camera === 'none' ? `the ${role}, without a camera,` : `the ${role}`;
    browserTest(`${who} shows a screen and stops`, async (story) => {
      const failing = camera === 'none' ? { failing: { video: 'NotFoundError' } } : {};
      const { caller, answerer, page, other } = await enterBoth(story, role, failing);
      await caller.click('#call');
      await answerButton(answerer).click();
      await Promise.all([state(caller, 'connected'), state(answerer, 'connected')]);
      assert.equal(await page.textContent('#screen .label'), 'Share screen');

      for (const stop of ['our button', "the browser's"]) {
        await page.click('#screen');
        await eventually('shown', async () => (await page.textContent('#screen .label')) === 'Stop sharing');
        await eventually('a screen sent', async () => (await sentSurface(page)) !== undefined);
        await areStable(caller, answerer);
        await assertPictureIsNotBlack(other);
        await assertFramesArrive(other);
        if (stop === 'our button') await page.click('#screen');
        else await page.evaluate(endScreen);
        await eventually('no longer shown', async () => (await page.textContent('#screen .label')) === 'Share screen');
        await eventually('no screen sent', async () => (await sentSurface(page)) === undefined);
        if (camera === 'none') {
          await eventually('a note that no picture is sent', async () => /sends no picture/.test(await other.textContent('#stage-note')));
        } else {
          await assertFramesArrive(other);
        }
      }
      if (camera === 'none') await page.evaluate(() => mendDevices());
      await assertAllIsWell(page, other);
    });
  }
}

browserTest('both change something at the same time, again and again', async (story) => {
  const { caller, answerer } = await enterBoth(story, 'caller', { failing: { video: 'NotFoundError' } });
  await caller.click('#call');
  await answerButton(answerer).click();
  await Promise.all([state(caller, 'connected'), state(answerer, 'connected')]);
  await caller.evaluate(() => mendDevices());
  await assertNewWay(caller, answerer, () =>
    Promise.all([caller.click('#camera'), restartIce(answerer), restartIce(caller)]));
  for (let round = 0; round < 5; round += 1) {
    await assertNewWay(caller, answerer, () => Promise.all([restartIce(answerer), restartIce(caller)]));
  }
  await eventually('the camera sent', () => sends(caller, 'video'));
  for (const page of [caller, answerer]) await assertPictureIsNotBlack(page);
  await assertAllIsWell(caller, answerer);
});

for (const role of ['caller', 'answerer']) {
  browserTest(`the ${role}'s network changes: another way is found, and pictures go on`, async (story) => {
    const { caller, answerer, page, other } = await enterBoth(story, role);
    await callAndAnswer(caller, answerer);
    await assertNewWay(caller, answerer, () => restartIce(page));
    await assertAllIsWell(other, page);
  });
}

browserTest('a way that fails is replaced by another, at the caller\'s bidding', async (story) => {
  const { caller, answerer } = await enterBoth(story);
  await callAndAnswer(caller, answerer);
  await assertNewWay(caller, answerer, async () => {
    for (const page of [answerer, caller]) {
      await page.evaluate(failConnection);
      await says(page, /The picture from (Ann|Carl) is interrupted/);
    }
  });
  for (const page of [caller, answerer]) {
    await page.evaluate(() => pc.dispatchEvent(new Event('connectionstatechange')));
    await says(page, /In a call with/);
  }
  await assertAllIsWell(caller, answerer);
});

/** As when packets no longer arrive; really stopping them is not in our power here. */
function failConnection() {
  Object.defineProperty(pc, 'connectionState', { value: 'failed', configurable: true });
  pc.dispatchEvent(new Event('connectionstatechange'));
  delete pc.connectionState;
}

/** What the picture that is sent shows: a screen, a window; undefined for a camera or nothing. */
function sentSurface(page) {
  return page.evaluate(() => {
    const { track } = pc.getSenders().find((sender) => sender.track?.kind === 'video') ?? {};
    return track?.getSettings().displaySurface;
  });
}

/** As the browser does when its own button is pressed: the track ends, and says so. */
function endScreen() {
  const { track } = pc.getSenders().find((sender) => sender.track?.kind === 'video');
  track.stop();
  track.dispatchEvent(new Event('ended'));
}
