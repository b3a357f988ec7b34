// Streams at /gst: GStreamer's own JavaScript API (npm: gstwebrtc-api) and our example page watch a camera, in Chromium and
// Firefox, and the page watches one that this API makes.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { browserTest } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { picture, produce } from './support/gst-camera.mjs';
import { PLAYERS, isInstalled } from './support/players.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const DIST = fileURLToPath(new URL('node_modules/gstwebrtc-api/dist/', import.meta.url));
const API = DIST + readdirSync(DIST).find((name) => name.endsWith('.min.js'));

const gstOf = (server) => `${server.http.replace('http', 'ws')}/gst`;

/** A page with a camera of this name. */
async function cameraFor(visit, server, name) {
  const page = await visit(`${server.http}/healthz`);
  page.problems.expect(/favicon/);
  const id = await page.evaluate(produce, { address: gstOf(server), name });
  return { page, id, stopped: () => page.evaluate(() => window.camera.stopped), sessions: () => page.evaluate(() => window.camera.sessions.size) };
}

/** A page that is connected by GStreamer's API. It notes which producers there are, and what has happened. */
async function apiFor(visit, server) {
  const page = await visit(`${server.http}/healthz`);
  page.problems.expect(/favicon/);
  await page.addScriptTag({ path: API });
  await page.evaluate((signalingServerUrl) => {
    const api = new GstWebRTCAPI({ signalingServerUrl, meta: { name: 'browser' }, webrtcConfig: {}, reconnectionTimeout: 0 });
    Object.assign(window, { api, seen: [] });
    api.registerPeerListener({
      producerAdded: ({ id, meta }) => window.seen.push(`added ${meta.name} ${id}`),
      producerRemoved: ({ id }) => window.seen.push(`removed ${id}`),
    });
    return new Promise((connected) => api.registerConnectionListener({ connected, disconnected() {} }));
  }, gstOf(server));
  return page;
}

/** Runs in the page: watches a producer by GStreamer's API; with `offerOptions` the page itself offers. */
function watchByApi({ id, offerOptions }) {
  const session = offerOptions
    ? window.api.createConsumerSessionWithOfferOptions(id, offerOptions)
    : window.api.createConsumerSession(id);
  const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true });
  document.body.prepend(video);
  session.addEventListener('error', ({ message }) => window.seen.push(`error ${message}`));
  session.addEventListener('closed', () => window.seen.push('closed'));
  session.addEventListener('streamsChanged', () => ([video.srcObject] = session.streams));
  window.session = session;
  return session.connect();
}

const seen = (page) => page.evaluate(() => window.seen);

/** The page shows a picture, and then others. */
async function assertPictures(page) {
  const shown = new Set([0]);
  await eventually('moving pictures', async () => shown.add(await page.evaluate(picture)).size > 4);
}

/** Presses the button of a camera on the example page, once it is there. */
async function press(page, name) {
  await eventually(`the button of ${name}`, () => page.evaluate((wanted) => {
    const button = [...document.querySelectorAll('#cameras button')].find(({ textContent }) => textContent === wanted);
    button?.click();
    return Boolean(button);
  }, name));
}

browserTest('the JavaScript API of GStreamer lists a camera, calls it and sees it leave', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES, '--gst');
  const viewer = await apiFor(visit, server);
  const camera = await cameraFor(visit, server, 'kitchen');
  await eventually('the camera in the list', async () => (await seen(viewer)).includes(`added kitchen ${camera.id}`));
  for (const offerOptions of [null, { offerToReceiveVideo: true }]) {
    assert.equal(await viewer.evaluate(watchByApi, { id: camera.id, offerOptions }), true);
    await assertPictures(viewer);
    assert.equal(await camera.sessions(), 1);
    await viewer.evaluate(() => window.session.close());
    await eventually('no session', async () => (await camera.sessions()) === 0);
  }
  await viewer.evaluate(watchByApi, { id: camera.id });
  await assertPictures(viewer);
  assert.equal(await camera.stopped(), '');
  await camera.page.goto('about:blank');
  await eventually('the end', async () => (await seen(viewer)).includes(`removed ${camera.id}`));
  assert.deepEqual(await seen(viewer), [`added kitchen ${camera.id}`, 'closed', 'closed', 'closed', `removed ${camera.id}`]);
});

browserTest('the example page shows a camera of the JavaScript API, and another one', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES, '--gst');
  const page = await visit(`${server.http}/camera.html`);
  page.problems.expect(/favicon/);
  await eventually('words', async () => (await page.textContent('#status')) === 'There is no camera at the moment.');
  const producer = await apiFor(visit, server);
  await producer.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    window.producing = window.api.createProducerSession(stream);
    return window.producing.start();
  });
  const camera = await cameraFor(visit, server, 'kitchen');
  await press(page, 'browser');
  await assertPictures(page);
  await press(page, 'kitchen');
  await eventually('the other one', async () => (await camera.sessions()) === 1);
  await assertPictures(page);
  await press(page, 'browser');
  await eventually('no session', async () => (await camera.sessions()) === 0);
  await assertPictures(page);
  await producer.evaluate(() => window.producing.close());
  await eventually('one camera', async () => (await page.locator('#cameras button').count()) === 1);
  assert.equal(await page.evaluate(() => document.querySelector('video').srcObject), null);
  assert.equal(await camera.stopped(), '');
});

browserTest('Firefox watches a camera in Chromium, on the example page', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) {
    t.skip('no Firefox here');
    return;
  }
  const server = await serverFor(t, EXAMPLES, '--gst');
  const camera = await cameraFor(visit, server, 'kitchen');
  const fox = await visitInFirefox(t, `${server.http}/camera.html`);
  await press(fox, 'kitchen');
  await assertPictures(fox);
  assert.equal(await camera.stopped(), '');
});
