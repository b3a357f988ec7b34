// Cameras and microphones on our own call page: switched off, missing, refused, in use.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { answerButton, enter, state, says } from './support/call-page.mjs';
import { assertConnected, assertFramesArrive, assertInCall, assertPictureIsNotBlack } from './support/call.mjs';
import { isAccessible } from './support/inspector-page.mjs';
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
  const description = await caller.evaluate(() => pc.localDescription.sdp);
  const signs = {
    audio: async () => (await answerer.textContent('#remote-name-words')) === 'Carl sends no sound',
    video: async () => (await answerer.textContent('#stage-note')) === 'Carl sends no picture',
  };
  const hasPicture = () => answerer.isVisible('.stage.has-remote #remote-video');
  for (const [button, kind] of [['#microphone', 'audio'], ['#camera', 'video']]) {
    const before = await caller.getAttribute(button, 'aria-pressed');
    await caller.click(button);
    await eventually(`${kind} off`, async () => !(await sends(caller, kind)));
    assert.notEqual(await caller.getAttribute(button, 'aria-pressed'), before);
    await eventually(`the other side shows that ${kind} is off`, signs[kind]);
    assert.equal(await hasPicture(), kind === 'audio');
    if (kind === 'video') {
      assert.equal(await answerer.textContent('#remote-initial'), 'C');
      assert.match(await answerer.textContent('#other-said'), /Carl sends no picture\./);
      await isAccessible(answerer, 'the other camera is off');
    }
    await caller.click(button);
    await eventually(`${kind} on`, () => sends(caller, kind));
    assert.equal(await caller.getAttribute(button, 'aria-pressed'), before);
    await eventually(`the other side shows that ${kind} is on`, async () => !(await signs[kind]()));
  }
  await eventually('the picture again', hasPicture);
  assert.equal(await answerer.textContent('#remote-name-words'), 'Carl');
  assert.equal(await caller.evaluate(() => pc.localDescription.sdp), description); // Nothing was negotiated.
  await assertInCall(caller, answerer);
});

browserTest('camera and microphone are tried before a call, which uses the same stream', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', server.http, { script: keepStreams });
  const live = () => ann.evaluate(() => window.streams.map((stream) => stream.getTracks().every(({ readyState }) => readyState === 'live')));
  assert.deepEqual(await live(), []); // Nobody was asked at the load of the page.
  await ann.click('#open-preview');
  await eventually('the own picture', () => ann.evaluate(() => document.querySelector('#local-video').videoWidth > 0));
  await eventually('the microphone is heard', async () => (await ann.textContent('#level-words')) === 'The microphone works.');
  await isAccessible(ann, 'a preview');
  await ann.click('#microphone');
  await eventually('no level', async () => (await ann.textContent('#level-words')) === 'The microphone is off.');
  await ann.click('#microphone');
  await ann.click('#close-preview');
  await eventually('closed', async () => (await live()).join() === 'false');
  assert.equal(await ann.isVisible('#preview'), false);

  await ann.click('#open-preview');
  await eventually('a preview again', async () => (await live()).join() === 'false,true');
  await ann.click('#call');
  await state(ann, 'waiting');
  const sent = await ann.evaluate(() => pc.getSenders().map(({ track }) => track.id).sort());
  assert.deepEqual(sent, await ann.evaluate(() => window.streams[1].getTracks().map(({ id }) => id).sort()));
  await ann.click('#hangup');
  await state(ann, 'idle');
  assert.deepEqual(await live(), [false, false]);
});

/** Runs in the page before its scripts: keeps what the browser gives. */
function keepStreams() {
  window.streams = [];
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (...wanted) {
    const stream = await getUserMedia.apply(this, wanted);
    window.streams.push(stream);
    return stream;
  };
}

for (const role of ['an answerer', 'a caller']) {
  browserTest(`${role} without a camera reads so, and sees the other`, async ({ visit, t }) => {
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
    await says(page, /camera/i);
  });
}

browserTest('a refused camera is described in words', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Carl', server.http, { camera: 'refused' });
  await page.click('#call');
  await says(page, /camera/i);
  await says(page, /allow|permission|refuse|block|denied/i);
});

browserTest('a caller without a microphone reads so, and is seen', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl', server.http, { failing: { audio: 'NotFoundError' } });
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await says(caller, /microphone/i);
});

browserTest('a camera that another program uses is described in words', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Carl', server.http, { failing: { video: 'NotReadableError' } });
  await page.click('#call');
  await says(page, /camera/i);
  await says(page, /use|busy/i);
});

browserTest('another camera and microphone are chosen in the middle of a call', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl', server.http, { camera: 'several', script: blurCameras });
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  const description = await caller.evaluate(() => pc.localDescription.sdp);
  await caller.click('#devices summary');
  await switchesEffects(caller);
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

/** What the browser does to the sound changes in what is sent; the mirror, in what is seen. Both are kept. */
async function switchesEffects(page) {
  const effect = page.locator('#effect-noiseSuppression');
  const sent = () => page.evaluate(() => pc.getSenders().find(({ track }) => track?.kind === 'audio').track.getSettings());
  assert.equal((await sent()).noiseSuppression, true);
  await effect.uncheck();
  await eventually('sound as the microphone hears it', async () => (await sent()).noiseSuppression === false);
  const { echoCancellation, autoGainControl } = await sent();
  assert.deepEqual([echoCancellation, autoGainControl], [true, true]);
  const transform = () => page.evaluate(() => getComputedStyle(document.querySelector('#local-video')).transform);
  assert.match(await transform(), /^matrix\(-1, /);
  // The camera blurs where the user wants it, until that is taken back.
  const isBlurred = () => page.evaluate(() => pc.getSenders().find(({ track }) => track?.kind === 'video').track.getSettings().backgroundBlur);
  const blur = page.locator('#effect-backgroundBlur');
  assert.deepEqual([await blur.isChecked(), await isBlurred()], [false, false]);
  for (const wanted of [true, false, true]) {
    await blur.setChecked(wanted);
    await eventually(`a background ${wanted ? 'blurred' : 'as it is'}`, async () => (await isBlurred()) === wanted && (await blur.isChecked()) === wanted);
  }
  await page.locator('#mirror').uncheck();
  await eventually('no mirror', async () => (await transform()) === 'none');
  assert.deepEqual(await page.evaluate(() => [localStorage.noiseSuppression, localStorage.backgroundBlur, localStorage.mirror]), ['off', 'on', 'off']);
}

/** Runs in the page before its scripts: its cameras can blur the background. */
function blurCameras() {
  const blurred = new WeakMap();
  const { getCapabilities, getSettings, applyConstraints } = MediaStreamTrack.prototype;
  const { getSupportedConstraints } = MediaDevices.prototype;
  MediaDevices.prototype.getSupportedConstraints = function () {
    return { ...getSupportedConstraints.call(this), backgroundBlur: true };
  };
  Object.assign(MediaStreamTrack.prototype, {
    getCapabilities() {
      return { ...getCapabilities.call(this), ...(this.kind === 'video' && { backgroundBlur: [false, true] }) };
    },
    getSettings() {
      return { ...getSettings.call(this), ...(this.kind === 'video' && { backgroundBlur: blurred.get(this) ?? false }) };
    },
    async applyConstraints({ backgroundBlur = false, ...others }) {
      await applyConstraints.call(this, others);
      blurred.set(this, backgroundBlur);
    },
  });
}

function sentDevice(page, kind) {
  return page.evaluate((wanted) =>
    pc.getSenders().find(({ track }) => track?.kind === wanted)?.track.getSettings().deviceId, kind);
}
