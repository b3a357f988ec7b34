// Browsers that cannot do what the pages are for, and what the pages say while all is well.

import assert from 'node:assert/strict';
import { chromium } from './support/chromium.mjs';
import { browserTest } from './support/browser.mjs';
import { enter, state, stateOf, says, hasSaid, wordsOf } from './support/call-page.mjs';
import { withOneConnection, withoutWebRtc } from './support/faults.mjs';
import { startProxy } from './support/proxy.mjs';
import { QUIET } from './support/players.mjs';
import { join, openLobby, tile } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { keepingStatus } from './support/status.mjs';
import { eventually } from './support/wait.mjs';

const PAGES = ['/', '/room.html', '/room/tea', '/chat.html', '/chat.html?room=tea'];

browserTest('without WebRTC each page says so at load, offers nothing, and does not connect', async ({ visit, t }) => {
  const server = await serverFor(t);
  for (const path of PAGES) {
    const page = await visit(`${server.http}${path}`, { script: withoutWebRtc });
    await says(page, /^This browser cannot connect to another one: WebRTC \(RTCPeerConnection\) is missing[^.]+\.\s*$/);
    assert.equal(await page.locator('button:visible, input:visible, video:visible').count(), 0, path);
    assert.deepEqual(page.requests.filter((url) => /EIO=/.test(url)), [], path);
  }
});

browserTest('a browser that makes no more connections says so, in a call and in a room, and the other side does not wait for ever', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Ann', server.http, { script: withOneConnection });
  await page.click('#call');
  await says(page, /makes no more connections for this page\. Please reload the page/);
  assert.equal(await stateOf(page), 'idle');

  const ann = await join(visit, server.http, 'Ann', { script: withOneConnection });
  const bob = await join(visit, server.http, 'Bob');
  await says(ann, /makes no more connections for this page\. Please reload the page/);
  assert.equal(await tile(ann, 'Bob').locator('.tile-note').textContent(), 'No connection to Bob');
  await says(bob, /No way to Ann was found\. Candidates: \d+ host from this browser, none from Ann’s\./);
  assert.equal(await tile(bob, 'Ann').locator('.tile-note').textContent(), 'No connection to Ann');
  await ann.click('#leave');
  await hasSaid(bob, /Ann left/);
});

browserTest('a name is typed and Call pressed: nothing is said of a server that was never away', async ({ visit, t }) => {
  const server = await serverFor(t);
  const line = await startProxy(Number(server.port), { delay: 150 });
  t.after(() => line.close());
  const page = await visit(`http://localhost:${line.port}`);
  await state(page, 'idle');
  const other = await enter(visit, server, 'Ann');
  await page.fill('#name', 'Carl');
  await page.focus('#name');
  await page.click('#call'); // The field is left by this very click.
  await state(page, 'waiting');
  await other.getByRole('button', { name: 'Answer Carl' }).click();
  await state(page, 'connected');
  assert.deepEqual((await page.evaluate(() => said)).filter((words) => /server is|started again/.test(words)), []);
  assert.equal(await wordsOf(page).then((words) => words.trim()), 'In a call with Ann.');
});

browserTest('a machine without devices that calls them over-constrained is one without devices', async ({ visit, t }) => {
  const server = await serverFor(t);
  const failing = { audio: 'OverconstrainedError', video: 'OverconstrainedError' };
  const page = await enter(visit, server, 'Ann', server.http, { failing });
  await page.click('#call');
  await says(page, /No camera or microphone found\. For now you only watch and listen\./);
  const lobby = await openLobby(visit, server.http, 'Bob', { failing });
  await says(lobby, /No camera or microphone found\./);
});

for (const path of ['/', '/chat.html?room=tea']) {
  browserTest(`${path}: who comes back by the back button reads nothing of a server that was never away`, async ({ t }) => {
    const server = await serverFor(t);
    const browser = await launchWithPageCache(t);
    const page = await browser.newPage();
    await page.addInitScript(keepingStatus);
    await page.goto(`${server.http}${path}`);
    if (path !== '/') await page.click('#join');
    await state(page, path === '/' ? 'idle' : 'waiting');
    await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => (window.isBack = persisted)));
    await page.goto(`${server.http}/healthz`);
    await page.goBack({ waitUntil: 'commit' });
    await eventually('back', () => page.evaluate(() => window.isBack === true));
    if (path === '/') {
      // By this the page is connected again.
      await page.click('#call');
      await state(page, 'waiting');
    } else {
      const other = await browser.newPage();
      await other.goto(`${server.http}${path}`);
      await other.click('#join');
      await Promise.all([state(page, 'connected'), state(other, 'connected')]);
    }
    assert.deepEqual((await page.evaluate(() => said)).filter((words) => /server is/.test(words)), []);
  });
}

browserTest('a page that is left and kept for the back button takes its offer along: closed, not lost', async ({ t }) => {
  const server = await serverFor(t);
  const browser = await launchWithPageCache(t);
  const [ann, bob] = [await browser.newPage(), await browser.newPage()];
  for (const page of [ann, bob]) {
    await page.goto(`${server.http}/chat.html`);
    await page.evaluate(async (userName) => {
      const { io } = await import('/socket.io/socket.io.esm.min.js');
      window.own = io({ forceNew: true, auth: { userName, password: 'x' } });
      await new Promise((resolve) => own.once('connect', resolve));
      if (own.io.engine.transport.name === 'polling') await new Promise((resolve) => own.io.engine.once('upgrade', resolve));
    }, page === ann ? 'Ann' : 'Bob');
  }
  await bob.evaluate(() => {
    window.reason = new Promise((resolve) => own.on('offerWithdrawn', (withdrawn) => resolve(withdrawn.reason)));
  });
  await ann.evaluate(() => own.emitWithAck('newOffer', { type: 'offer', sdp: 'v=0' }));
  await ann.goto(`${server.http}/healthz`);
  assert.equal(await bob.evaluate(() => window.reason), 'closed');
});

/** A browser that keeps pages for its "back" button: those of the other tests do not. */
async function launchWithPageCache(t) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: QUIET,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  t.after(() => browser.close());
  return browser;
}
