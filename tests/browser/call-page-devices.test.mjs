// Cameras and microphones on our own call page: switched off, missing, refused, in use.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, enter, told } from './support/call-page.mjs';
import { assertConnected, assertFramesArrive, assertInCall, assertPictureIsNotBlack } from './support/call.mjs';
import { sends } from './support/peer.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

browserTest('microphone and camera can be switched off and on again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  for (const [button, kind] of [['#microphone', 'audio'], ['#camera', 'video']]) {
    const before = await caller.getAttribute(button, 'aria-pressed');
    await caller.click(button);
    await eventually(`${kind} off`, async () => !(await sends(caller, kind)));
    assert.notEqual(await caller.getAttribute(button, 'aria-pressed'), before);
    await caller.click(button);
    await eventually(`${kind} on`, () => sends(caller, kind));
    assert.equal(await caller.getAttribute(button, 'aria-pressed'), before);
  }
  await assertInCall(caller, answerer);
});

for (const role of ['an answerer', 'a caller']) {
  browserTest(`${role} without a camera is told so, and sees the other`, async ({ visit, t }) => {
    const server = await serverFor(t);
    const blind = (who) => (who === role ? { camera: 'none' } : {});
    const answerer = await enter(visit, server, 'Ann', server.http, blind('an answerer'));
    const caller = await enter(visit, server, 'Carl', server.http, blind('a caller'));
    await caller.click('#call');
    await answerButton(answerer).click();
    await Promise.all([assertConnected(caller), assertConnected(answerer)]);
    const page = role === 'a caller' ? caller : answerer;
    await assertFramesArrive(page);
    await assertPictureIsNotBlack(page);
    await told(page, /camera/i);
  });
}

browserTest('a refused camera is told in words', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Carl', server.http, { camera: 'refused' });
  await page.click('#call');
  await told(page, /camera/i);
  await told(page, /allow|permission|refuse|block|denied/i);
});

browserTest('a caller without a microphone is told so, and is seen', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl', server.http, { failing: { audio: 'NotFoundError' } });
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await told(caller, /microphone/i);
});

browserTest('a camera that another program uses is told in words', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Carl', server.http, { failing: { video: 'NotReadableError' } });
  await page.click('#call');
  await told(page, /camera/i);
  await told(page, /use|busy/i);
});

browserTest('another camera and microphone are chosen in the middle of a call', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl', server.http, { camera: 'slow' });
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  const description = await caller.evaluate(() => pc.localDescription.sdp);
  await caller.click('#devices summary');
  for (const [kind, list] of [['video', '#choose-video'], ['audio', '#choose-audio']]) {
    const options = caller.locator(`${list} option`);
    await eventually('a choice', async () => (await options.count()) > 1);
    const last = await options.last().getAttribute('value');
    assert.notEqual(await sentDevice(caller, kind), last);
    await caller.selectOption(list, last);
    await eventually(`another ${kind} device`, async () => (await sentDevice(caller, kind)) === last);
  }
  // Frames, not what they show: the last fake camera's picture may be of one colour.
  await assertFramesArrive(answerer);
  assert.equal(await caller.evaluate(() => pc.localDescription.sdp), description); // Nothing was negotiated.
});

function sentDevice(page, kind) {
  return page.evaluate((wanted) =>
    pc.getSenders().find(({ track }) => track?.kind === wanted)?.track.getSettings().deviceId, kind);
}
