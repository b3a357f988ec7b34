// The inspector's page in a real browser, with a feed of given records: what it shows, how it is used by keyboard, files,
// and how smoothly it moves.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { browserTest } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { feedFor, frameTimes, isAccessible, percentile, selected, status, total } from './support/inspector-page.mjs';
import { failingCall, goodCall, HEADER, longClass, Story } from './support/inspector-records.mjs';
import { eventually } from './support/wait.mjs';
import test from 'node:test';

const has = (page, selector, words) =>
  eventually(`${selector} with ${words}`, async () => words.test(await page.textContent(selector)));

const recordingOf = (records, header = {}) => ({
  name: 'run.json', mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify({ switchboard: 'recording', version: 1, masked: true, server: { ...HEADER, ...header }, records })),
});

browserTest('the page says what to do without a key, with a wrong one, and takes a pasted address', async ({ visit, t }) => {
  const feed = await feedFor(t, goodCall());
  const page = await visit(feed.address.split('#')[0]);
  await status(page, /^The key is missing$/);
  assert.match(await page.textContent('#nothing'), /Copy the address after “Inspector” from the terminal/);
  await isAccessible(page, 'no key');
  await page.fill('#key', 'guessed');
  await page.click('#key-form button');
  await status(page, /^The key is wrong$/);
  assert.equal(await page.title(), 'The key is wrong – Switchboard inspector');
  await isAccessible(page, 'wrong key');
  // A file can be opened all the same.
  await page.setInputFiles('#file', recordingOf(goodCall()));
  await status(page, /^Recording: run\.json$/);

  await page.evaluate(() => (location.hash = ''));
  await page.fill('#key', feed.address);
  await page.click('#key-form button');
  await status(page, /^Live$/);
  await page.reload();
  await status(page, /^Live$/);
});

browserTest('a live call is drawn, ticked, and calm in the banner', async ({ visit, t }) => {
  const feed = await feedFor(t, []);
  const page = await visit(feed.address);
  await has(page, '#nothing', /No events yet/);
  await isAccessible(page, 'empty');
  feed.add(goodCall({ probed: false }).slice(0, 4));
  await has(page, '#canvas', /newOffer/);
  await page.waitForSelector('#reload-hint', { state: 'visible' });
  feed.records = [];
  feed.header.startedAt += 1;
  feed.add(goodCall());
  await has(page, '#canvas', /ICE connected/);
  await has(page, '#banner', /^No problem seen\.$/);
  await page.waitForSelector('#reload-hint', { state: 'hidden' });
  await has(page, '#sides', /^CLIENT1 is Amy, CLIENT2 is Bob\.$/);
  await eventually('all steps done', async () => (await page.locator('#rail li[data-state="done"]').count()) === 23);
  assert.equal(await page.locator('#rail li').count(), 23);
  assert.ok(await page.locator('svg.lanes .life').count() >= 2);
  assert.ok(await page.locator('.event svg .shaft').count() > 0);
  await isAccessible(page, 'live');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await isAccessible(page, 'live, dark');
});

browserTest('the keyboard steps through events, opens details, searches and pauses', async ({ visit, t }) => {
  const feed = await feedFor(t, goodCall());
  const page = await visit(feed.address);
  await has(page, '#canvas', /ICE connected/);
  await page.focus('#events');
  await page.keyboard.press('Home');
  assert.match(await selected(page), /^0\.000connected ?Amy/);
  await page.keyboard.press('ArrowDown');
  assert.match(await selected(page), /in the browser of Amy: page/);
  assert.equal(await page.getAttribute('#events', 'aria-activedescendant'), await page.getAttribute('.event[aria-selected="true"]', 'id'));
  await page.keyboard.press('End');
  const last = await selected(page);
  await page.keyboard.press('ArrowUp');
  assert.notEqual(await selected(page), last);

  await page.keyboard.press('/');
  await page.keyboard.type('newAnswer');
  await has(page, '#shown', / of /);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  await eventually('newAnswer is selected', async () => /Bob to server: newAnswer/.test(await selected(page)));
  await page.keyboard.press('ArrowRight');
  assert.match(await selected(page), /acknowledgement: newAnswer/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'details');
  await has(page, '#detail-body', /a=setup:active/);
  assert.match(await page.textContent('#detail-body'), /Brought about answerResponse to Amy/);
  await page.click('summary:has-text("Side by side")');
  assert.ok(await page.locator('.pair .different').count() > 0);
  await isAccessible(page, 'details');

  await page.focus('#events');
  await page.keyboard.press('Space');
  await status(page, /^Paused$/);
  feed.add([{ kind: 'stop' }]);
  await status(page, /^Paused, 1 new event$/);
  await page.keyboard.press('Space');
  await status(page, /^Live$/);
});

browserTest('filters show what belongs to a client, a call, a kind', async ({ visit, t }) => {
  const records = longClass({ pairs: 3, atLeast: 200 });
  const feed = await feedFor(t, records);
  const page = await visit(feed.address);
  await has(page, '#counts', new RegExp(`^6 clients · ${records.length} events$`));
  // They are drawn in one of the next frames.
  await eventually('their rows', async () => (await total(page)) > 100);
  const all = await total(page);
  await page.click('#show-filters');
  await page.selectOption('#by-client', { label: 'Amy' });
  await eventually('fewer events', async () => (await total(page)) < all);
  await page.selectOption('#by-client', '');
  await page.selectOption('#by-call', { index: 1 });
  await eventually('the lanes of the call', async () => (await page.locator('#heads .head').count()) === 3);
  await page.selectOption('#by-group', 'description');
  await eventually('its descriptions', async () => (await total(page)) < 10);
  await isAccessible(page, 'filters');
  await page.click('#no-filters');
  await eventually('all again', async () => (await total(page)) === all);
  await page.fill('#search', 'nothing has this text');
  await has(page, '#nothing', /No event matches/);
});

browserTest('a problem is named with its cure, and its event is a click away', async ({ visit, t }) => {
  const feed = await feedFor(t, failingCall());
  const page = await visit(feed.address);
  await page.waitForSelector('#banner[data-level="problem"]');
  assert.ok((await page.textContent('.banner .cure')).length > 10);
  await page.waitForSelector('.event.bad');
  await page.click('.banner button');
  assert.notEqual(await selected(page), '');
  await isAccessible(page, 'problem');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await isAccessible(page, 'problem, dark');
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  assert.ok(await page.locator('.event svg .shaft').count() > 0);
});

browserTest('text of a record is shown as text, whatever it holds', async ({ visit, t }) => {
  const hostile = '<img src=x onerror=window.hacked=true>';
  const story = new Story();
  const eve = story.connect(hostile, { transport: hostile });
  const offer = { type: hostile, sdp: `v=0\r\na=${hostile}\r\n` };
  story.receive(eve, hostile, offer);
  const n = story.receive(eve, 'newOffer', offer, { room: hostile });
  story.refuse(eve, n, hostile, hostile, hostile);
  story.probe({ page: 'w1', from: 'a1' }, 'error', { message: hostile });
  story.probe({ page: 'w1', from: 'a1' }, hostile, { args: hostile });
  story.add({ kind: hostile, payload: { __proto__: null, constructor: hostile } });
  story.add({ kind: 'send', to: 7, event: { a: 1 }, payload: 'x', size: 'big', cause: {} });
  story.add({ kind: 'connect', client: { x: 1 }, userName: [1], lobby: 5 });
  story.add({ kind: 'disconnect', client: null, offers: 'no' });
  const feed = await feedFor(t, story.records);
  const page = await visit(feed.address);
  await has(page, '#canvas', /onerror/);
  await page.focus('#events');
  await page.keyboard.press('Home');
  for (let i = 0; i < story.records.length; i += 1) {
    await page.keyboard.press('ArrowDown');
    await page.evaluate(() => document.querySelectorAll('#detail-body details').forEach((part) => (part.open = true)));
  }
  assert.equal(await page.locator('img[src=x]').count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

browserTest('a saved run opens without a server, steps both ways, and compares', async ({ visit, t }) => {
  const feed = await feedFor(t, goodCall({ hangup: true }));
  const page = await visit(feed.address);
  await has(page, '#canvas', /peerHangup/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
  assert.match(download.suggestedFilename(), /^switchboard-\d{4}-\d\d-\d\d-\d{6}\.json$/);
  const saved = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.equal(saved.masked, true);
  assert.equal(saved.records.length, feed.records.length);

  page.problems.expect(/net::ERR_|WebSocket connection to/);
  await feed.stop();
  await status(page, /^The server is gone/);
  await page.setInputFiles('#file', { name: 'run.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(saved)) });
  await status(page, /^Recording: run\.json$/);
  const end = await page.textContent('#position-words');
  await page.click('#first');
  await has(page, '#position-words', /^1 of /);
  await eventually('one event', async () => (await total(page)) === 1);
  await eventually('no steps', async () => (await page.locator('#rail li').count()) === 0);
  await page.click('#forward');
  await page.keyboard.press('.');
  await has(page, '#position-words', /^3 of /);
  await page.click('#back');
  await has(page, '#position-words', /^2 of /);
  await isAccessible(page, 'replay');
  await page.click('#last');
  await has(page, '#position-words', new RegExp(`^${end}$`));
  await eventually('the steps again', async () => (await page.locator('#rail li[data-state="done"]').count()) === 23);

  await page.setInputFiles('#other-file', recordingOf(failingCall()));
  await status(page, /^Two runs compared$/);
  await has(page, '.difference', /^The first difference is at step \d+/);
  assert.equal(await page.locator('.comparison .first').count(), 1);
  await isAccessible(page, 'compare');
  await page.click('.comparison > header button');
  await status(page, /^Recording/);

  for (const [name, text] of [['notes.txt', 'hello'], ['other.json', '{"a":1}'], ['later.json', '{"switchboard":"recording","version":99,"records":[]}']]) {
    await page.setInputFiles('#file', { name, mimeType: 'text/plain', buffer: Buffer.from(text) });
    await has(page, '#remarks', new RegExp(`${name}: .{10,}`));
  }
  await status(page, /^Recording: run\.json$/);
});

browserTest('addresses and secrets are shown only where asked for, and saved only on demand', async ({ visit, t }) => {
  const feed = await feedFor(t, goodCall());
  const page = await visit(feed.address);
  await has(page, '#counts', /events/);
  await page.click('#more summary');
  await page.check('#unmask');
  await page.waitForSelector('#masking-note', { state: 'visible' });
  assert.ok(feed.reads.some(({ unmasked, after }) => unmasked === true && after === 0));
  await page.click('#save');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-masked')]);
  assert.equal(JSON.parse(await readFile(await download.path(), 'utf8')).masked, true);
});

browserTest('chaos is offered only where the server has it, and loudly on', async ({ visit, t }) => {
  const feed = await feedFor(t, goodCall(), { header: { chaos: true, startedAt: Date.now() - 60_000 } });
  const page = await visit(feed.address);
  await has(page, '#counts', /events/);
  await page.click('#more summary');
  await page.click('#open-chaos');
  await page.locator('#chaos label:has-text("Delay") input').fill('500');
  await isAccessible(page, 'chaos dialog');
  await page.click('#chaos button.primary');
  await has(page, '#chaos-words', /^Chaos is on\. Default lobby: answers and candidates delayed by 500 ms\.$/);
  assert.equal(feed.chaos[0].switches.delay, 500);
  await isAccessible(page, 'chaos on');
  await page.click('#chaos-off');
  await page.waitForSelector('#chaos-bar', { state: 'hidden' });
  assert.equal(feed.chaos.at(-1).switches, null);

  const plain = await visit((await feedFor(t, goodCall())).address);
  await has(plain, '#counts', /events/);
  await plain.click('#more summary');
  assert.equal(await plain.isVisible('#open-chaos'), false);
});

browserTest('the relay is forced loudly, and only where the server can do that', async ({ visit, t }) => {
  const feed = await feedFor(t, goodCall(), { header: { forceRelay: null, iceServers: ['turn'], startedAt: Date.now() - 60_000 } });
  const page = await visit(feed.address);
  await has(page, '#counts', /events/);
  await page.click('#more summary');
  await page.check('#force-relay');
  await has(page, '#relay-words', /^Force relay is on: pages that are loaded from now on use a relay only\. .*use this server’s\. Reload your page\.$/);
  await has(page, '#relay-rest', /^Off by itself in (10:00|9:5\d)$/);
  await isAccessible(page, 'relay forced');
  await page.click('#relay-off');
  await page.waitForSelector('#relay-bar', { state: 'hidden' });

  const older = await visit((await feedFor(t, goodCall())).address);
  await has(older, '#counts', /events/);
  assert.equal(await older.isDisabled('#force-relay'), true);
});

browserTest('20 clients and 10,000 events scroll and grow smoothly', async ({ visit, t }) => {
  const records = longClass();
  const feed = await feedFor(t, records.slice(0, 10_000));
  const page = await visit(feed.address);
  await eventually('all events', async () => /10,000 events/.test(await page.textContent('#counts')));
  // The time between frames grows with whatever else the machine does; the processor time of the page does not.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const processor = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
  let before = await processor();
  const report = async (what, times) => {
    const work = ((await processor()) - before) / times.length;
    const [p50, p95] = [0.5, 0.95].map((part) => percentile(times, part).toFixed(1));
    t.diagnostic(`${what}: ${work.toFixed(1)} ms of processor time a frame; between frames p50 ${p50} ms, p95 ${p95} ms, `
      + `max ${times.at(-1).toFixed(1)} ms, ${times.length} frames`);
    assert.ok(work <= 34, `${what}: ${work.toFixed(1)} ms of processor time a frame`);
    before = await processor();
  };
  await report('scrolling', await frameTimes(page, async () => {
    const events = document.querySelector('#events');
    events.scrollTop = 0;
    for (let frame = 0; frame < 240; frame += 1) {
      events.scrollTop += frame < 120 ? 90 : 1500;
      await new Promise(requestAnimationFrame);
    }
  }));
  await page.evaluate(() => document.querySelector('#to-newest').click());
  before = await processor();
  const growing = frameTimes(page, () => new Promise((resolve) => setTimeout(resolve, 4000)));
  const story = new Story();
  const peers = Array.from({ length: 2 }, (_, n) => story.connect(`New ${n}`));
  for (let n = 0; n < 40; n += 1) {
    const before = story.records.length;
    story.answer(peers[1], peers[0], story.offer(peers[0]));
    feed.add(story.records.slice(before).map(({ at, n: _, ...record }) => record));
    await new Promise((resolve) => setTimeout(resolve, 90));
  }
  await report('events come in', await growing);
});

test('the page works in Firefox', async (t) => {
  const feed = await feedFor(t, goodCall());
  const page = await visitInFirefox(t, feed.address);
  await has(page, '#status', /^Live$/);
  await has(page, '#canvas', /ICE connected/);
  await has(page, '#banner', /No problem seen/);
  await eventually('all steps done', async () => (await page.evaluate(() => document.querySelectorAll('#rail li[data-state="done"]').length)) === 23);
  await page.click('.event:last-of-type');
  await has(page, '#details', /Fields/);
});
