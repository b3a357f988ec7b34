// What happens to a page happens to its connection: it is left, closed, set aside for the "back"
// button, or sleeps. Against the official server. CLIENT=official asks the official client.

import assert from 'node:assert/strict';
import test from 'node:test';
import { chromium } from './support/chromium.mjs';
import { browserTest } from './support/browser.mjs';
import { hears, openSocket } from './support/client-page.mjs';
import { countingServer } from './support/counting-server.mjs';
import { QUIET } from './support/players.mjs';
import { isOfficial } from './support/scripted-server.mjs';
import { eventually } from './support/wait.mjs';

const WAYS = { polling: ['polling'], websocket: ['websocket'], 'the upgrade': ['polling', 'websocket'] };

/** Connected, and moved to WebSocket where that is the way. */
async function settle(page, transports) {
  await hears(page, 'connect');
  if (transports.length > 1) await hears(page, 'upgrade');
}

const LEAVINGS = {
  'going elsewhere': (page) => page.goto('about:blank'),
  'closing the tab': (page) => page.close(),
};

for (const [way, transports] of Object.entries(WAYS)) {
  const ending = way === 'polling' ? 'transport error' : 'transport close';
  for (const [how, leave] of Object.entries(LEAVINGS)) {
    browserTest(`${way}: the server hears of ${how} at once, as ${ending}`, async ({ visit, t }) => {
      const server = await countingServer(t);
      const page = await visit(server.url);
      await openSocket(page, { transports });
      await settle(page, transports);
      await leave(page);
      await eventually('an end on the server', () => server.endings.length > 0);
      assert.deepEqual(server.endings, [ending]);
    });

    browserTest(`${way}: with closeOnBeforeunload ${how} says good-bye`, async ({ visit, t }) => {
      const server = await countingServer(t);
      const page = await visit(server.url);
      await openSocket(page, { transports, closeOnBeforeunload: true });
      await settle(page, transports);
      await (how === 'closing the tab' ? page.close({ runBeforeUnload: true }) : leave(page));
      await eventually('an end on the server', () => server.endings.length > 0);
      assert.deepEqual(server.endings, ['transport close']);
    });
  }

  // Over polling two requests race: the POST of the good-bye, and the open GET that the browser breaks off.
  const farewell = way === 'polling' ? /^(client namespace disconnect|transport error)$/ : /^client namespace disconnect$/;
  browserTest(`${way}: after disconnect() while the page is being left, the server hears of its end at once`, async ({ visit, t }) => {
    const server = await countingServer(t);
    const page = await visit(server.url);
    await openSocket(page, { transports });
    await settle(page, transports);
    await page.evaluate(() => addEventListener('pagehide', () => socket.disconnect()));
    await page.goto('about:blank');
    await eventually('an end on the server', () => server.endings.length > 0);
    assert.match(server.endings.join(), farewell);
  });

  // Our own, on purpose: see public/socket.io/README.md.
  test(`${way}: a page set aside for the back button closes its connection, and comes back with a new one at once`, { skip: isOfficial }, async (t) => {
    const server = await countingServer(t);
    const page = await openWithBackButton(t, server.url);
    await openSocket(page, { transports, reconnection: true, reconnectionDelay: 600_000, reconnectionDelayMax: 600_000 });
    await settle(page, transports);
    await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => note('pageshow', persisted)));
    await page.goto(`${server.url}elsewhere`);
    await eventually('an end on the server', () => server.endings.length > 0);
    assert.equal(server.sessions, 0);
    await page.goBack({ waitUntil: 'commit' });
    await hears(page, 'connect', 2);
    assert.deepEqual(await hears(page, 'pageshow'), [true]);
    const [reason, { description }] = await hears(page, 'disconnect');
    assert.deepEqual([reason, description], ['transport close', 'page set aside']);
    assert.equal(await page.evaluate(() => socket.emitWithAck('echo', 1)), 1);
  });
}

/** A browser that keeps pages for its "back" button: those of the other tests do not. */
async function openWithBackButton(t, url) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: QUIET,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

for (const [what, wake] of [
  ['the next emit', () => socket.emit('number', 0)],
  ['being looked at again', () => document.dispatchEvent(new Event('visibilitychange'))],
]) {
  browserTest(`a tab that slept for too long finds it out by ${what}`, async ({ visit, t }) => {
    const server = await countingServer(t);
    const page = await visit(server.url);
    await openSocket(page, { reconnection: true, reconnectionDelay: 20 });
    await settle(page, WAYS['the upgrade']);
    const before = await page.evaluate(() => socket.id);
    // The clock has gone on, the timers have not.
    await page.clock.setFixedTime(Date.now() + 120_000);
    await page.evaluate(wake);
    assert.equal((await hears(page, 'disconnect'))[0], 'ping timeout');
    await hears(page, 'connect', 2);
    await page.evaluate(() => socket.emit('number', 1) && socket.emitWithAck('echo', 0));
    assert.notEqual(await page.evaluate(() => socket.id), before);
    assert.deepEqual(server.numbers, what === 'the next emit' ? [0, 1] : [1]);
  });
}
