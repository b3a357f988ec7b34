// Our own room page in real browsers: each member sees and hears all others, whatever client joins,
// goes, comes late or comes again.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { assertOnlyServerWasAsked } from './support/call-page.mjs';
import {
  announced, assertAllMeet, canJoin, enter, join, joinAll, openLobby, state, tile, tileIs, tilesAre, says, hasSaid,
} from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

browserTest('four in a room see each other, a fifth comes late, one leaves, one reloads', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob, carl, dora] = await joinAll(visit, server, ['Ann', 'Bob', 'Carl', 'Dora']);
  await assertAllMeet([ann, bob, carl, dora]); // Twelve pictures, all moving.
  await says(ann, /In “tea” with Bob, Carl and Dora\./);
  const { width, height } = ann.viewportSize();
  for (const size of [[375, 667], [390, 844], [844, 390], [320, 640], [width, height]]) await assertFits(ann, ...size);

  const eve = await join(visit, server.http, 'Eve');
  await hasSaid(ann, /with Bob, Carl, Dora and Eve\. Eve joined\./);
  await assertAllMeet([ann, bob, carl, dora, eve]);

  await bob.click('#leave');
  await state(bob, 'lobby');
  await says(bob, /You left the room/);
  for (const page of [ann, carl, dora, eve]) await hasSaid(page, /Bob left\./);
  await assertAllMeet([ann, carl, dora, eve]);

  await carl.reload();
  for (const page of [ann, dora, eve]) await hasSaid(page, /Carl closed the page\./);
  await assertAllMeet([ann, dora, eve]);
  await canJoin(carl);
  assert.equal(await carl.inputValue('#name'), 'Carl');
  await enter(carl);
  await assertAllMeet([ann, carl, dora, eve]);
  for (const page of [ann, carl, dora, eve]) {
    await tilesAre(page, ['Ann', 'Carl', 'Dora', 'Eve']);
    assertOnlyServerWasAsked(page, server);
  }
  // For a screen reader each of it once, in order, the own entry first.
  const all = 'You are alone in “tea”. Bob joined. Carl joined. Dora joined. Eve joined. Bob left. Carl closed the page. Carl joined.';
  await eventually(all, async () => (await announced(ann)).replace(/^Starting .*? first\. /, '') === all);
});

browserTest('nobody is sent before they join, and nothing after they left', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann');
  const bob = await openLobby(visit, server.http, 'Bob');
  await tileIs(bob, 'Bob', 'has-picture');
  await bob.setViewportSize({ width: 844, height: 390 });
  const { width, height } = await bob.locator('.tile').boundingBox();
  assert.ok(width / height < 2, `${width}×${height} on a phone that lies`);
  assert.equal(await bob.evaluate(() => observedCalls.length), 0);
  await says(ann, /You are alone in “tea”/);

  await enter(bob);
  await assertAllMeet([ann, bob]);
  const tracks = await bob.evaluateHandle(() => document.querySelector('.is-own video').srcObject.getTracks());
  await bob.focus('#leave');
  await bob.keyboard.down('Enter');
  await state(bob, 'lobby');
  await bob.keyboard.down('Enter'); // Held, it meets the button that joins.
  assert.deepEqual(await bob.evaluate(() => [document.activeElement.id, document.body.dataset.state]), ['join', 'lobby']);
  await bob.keyboard.up('Enter');
  assert.deepEqual(await tracks.evaluate((all) => all.map(({ readyState }) => readyState)), ['ended', 'ended']);
  assert.deepEqual(await bob.evaluate(() => [pcs.size, observedCalls.at(-1).pc.connectionState]), [0, 'closed']);
  await tilesAre(ann, ['Ann']);

  await enter(bob);
  await assertAllMeet([ann, bob]);
});

browserTest('a full room is refused in words, and there is room again when a member leaves', async ({ visit, t }) => {
  const server = await serverFor(t, '--max-room', '2');
  const [ann, bob] = await joinAll(visit, server, ['Ann', 'Bob']);
  const carl = await openLobby(visit, server.http, 'Carl');
  await carl.evaluate(keepAlerts);
  await carl.click('#join');
  await says(carl, /You are not in the room\..*full/s);
  await state(carl, 'lobby');
  await assertAllMeet([ann, bob]);
  await bob.click('#leave');
  await hasSaid(ann, /Bob left/);
  await enter(carl);
  await assertAllMeet([ann, carl]);
  const wordsOfRefusal = await carl.evaluate(() => alerts);
  assert.equal(wordsOfRefusal.length, 1, `said once: ${wordsOfRefusal}`);
});

browserTest('two rooms have nothing to do with each other', async ({ visit, t }) => {
  const server = await serverFor(t);
  const options = { room: 'coffee & cake / 1' };
  const [ann, bob] = await joinAll(visit, server, ['Ann', 'Bob']);
  const carl = await join(visit, server.http, 'Carl', options);
  const dora = await join(visit, server.http, 'Dora', options);
  await assertAllMeet([ann, bob]);
  await assertAllMeet([carl, dora]);
  await says(carl, /In “coffee & cake \/ 1” with Dora/);
});

browserTest('without a name of a room one is chosen, and the address leads others there', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await visit(`${server.http}/room.html`, { camera: 'several' });
  await state(ann, 'choosing');
  const suggested = await ann.inputValue('#room-name');
  assert.match(suggested, /^[a-z]{4}-[a-z]{6}$/);
  await ann.press('#room-name', 'Enter');
  await ann.waitForURL(`**/room/${suggested}`);
  await canJoin(ann);
  await enter(ann);
  const link = () => ann.inputValue('#link');
  await eventually('the address', async () => (await link()) === `${server.http}/room/${suggested}`);
  const bob = await join(visit, server.http, 'Bob', { room: suggested });
  await assertAllMeet([ann, bob]);
  await eventually('the invitation closed', async () => !(await ann.isVisible('#invite')));
});

browserTest('a page on this machine shares the address by which others reach it, and a code of it', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await visit(`${server.http}/room.html`, { camera: 'several' });
  await ann.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const answer = { json: { addresses: ['https://192.168.1.7:8181'] } };
  await ann.route('**/api/addresses', (route) => route.fulfill(answer));
  await ann.goto(`${server.http}/room/t%C3%A9%20%26%20x`);
  await canJoin(ann);
  await enter(ann);
  const address = 'https://192.168.1.7:8181/room/t%C3%A9%20%26%20x';
  await eventually('the address', async () => (await ann.inputValue('#link')) === address);
  await eventually('a code for phones', () => ann.evaluate(() => document.querySelector('#qr').naturalWidth > 0));
  await ann.click('#copy');
  await eventually('copied', async () => /Copied/.test(await ann.textContent('#copied')));
  assert.equal(await ann.evaluate(() => navigator.clipboard.readText()), address);

  // Where the browser has no clipboard for pages, the text is selected.
  await ann.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await ann.click('#copy');
  assert.match(await ann.textContent('#copied'), /Selected/);
  assert.equal(await ann.evaluate(() => getSelection().toString()), address);
});

browserTest('a wrong password is refused in words and can be corrected', async ({ visit, t }) => {
  const server = await serverFor(t, '--password', 'secret');
  const ann = await openLobby(visit, server.http, 'Ann');
  await ann.click('#join');
  await says(ann, /another password/);
  await state(ann, 'lobby');
  // On a phone on its side the button stays in sight: it must not lie over the field that is to be corrected.
  await ann.setViewportSize({ width: 844, height: 390 });
  await ann.fill('#password', 'wrong');
  await ann.click('#join');
  await eventually('the field has the focus, and nothing lies over it', () => ann.evaluate(() => {
    const { left, top, width, height } = document.querySelector('#password').getBoundingClientRect();
    return document.activeElement.id === 'password' && document.elementFromPoint(left + width / 2, top + height / 2).id === 'password';
  }));
  await ann.fill('#password', 'secret');
  await enter(ann);
  await says(ann, /You are alone/);
});

browserTest('a hostile name is text and nothing else', async ({ visit, t }) => {
  const server = await serverFor(t);
  const hostile = '<img src=x onerror=window.hacked=true>';
  const ann = await join(visit, server.http, 'Ann');
  const eve = await join(visit, server.http, hostile);
  await assertAllMeet([ann, eve]);
  await says(ann, /<img src=x/);
  await eve.click('#leave');
  await hasSaid(ann, /<img src=x.* left\./);
  for (const page of [ann, eve]) {
    assert.equal(await page.locator('img[src=x]').count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  }
});

browserTest('who has no camera watches and is heard; who speaks has a lit frame', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann');
  const bob = await join(visit, server.http, 'Bob', { failing: { video: 'NotFoundError' } });
  await says(bob, /No camera found/);
  await tileIs(bob, 'Ann', 'has-picture');
  await tileIs(ann, 'Bob', 'is-speaking'); // The fake microphone beeps.
  assert.match(await tile(ann, 'Bob').locator('.tile-note').textContent(), /No picture/);

  await bob.evaluate(() => mendDevices());
  await bob.click('#camera');
  await tileIs(ann, 'Bob', 'has-picture');
  await assertAllMeet([ann, bob]);
});

browserTest('without the key of the start-up lines an address of this machine alone is shown, and why', async ({ visit, t }) => {
  const server = await serverFor(t, '--bind', '0.0.0.0'); // So that there are addresses to keep back.
  const ann = await join(visit, server.http, 'Ann');
  await eventually('the address', async () => (await ann.inputValue('#link')) === `${server.http}/room/tea`);
  assert.match(await ann.textContent('#invite-hint'), /this computer only.*server printed/);
  // Opened by the line, the page asks with the key, and takes it out of the address.
  const asked = ann.waitForRequest('**/api/addresses');
  await ann.goto(`${server.http}/room.html#key=abc`);
  await ann.goto(`${server.http}/room/tea`);
  await canJoin(ann);
  await enter(ann);
  assert.equal((await (await asked).allHeaders()).authorization, 'Bearer abc');
  assert.equal(new URL(ann.url()).hash, '');
});

browserTest('with a public address the invitation leads there', async ({ visit, t }) => {
  const server = await serverFor(t, '--public-url', 'https://calls.example.org/signal/');
  const ann = await join(visit, server.http, 'Ann');
  const address = 'https://calls.example.org/signal/room/tea';
  await eventually('the address', async () => (await ann.inputValue('#link')) === address);
});

/** In a window of this size all four tiles and the row of controls are seen whole, with nothing to scroll. */
async function assertFits(page, width, height) {
  await page.setViewportSize({ width, height });
  await eventually(`all of it within ${width}×${height}`, () => page.evaluate(() => {
    const boxes = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility())
      .map((element) => element.getBoundingClientRect());
    const [tiles, buttons, [bar]] = [boxes('.tile'), boxes('#bar button'), boxes('#bar')];
    const isWhole = (box) => box.width >= 44 && box.height >= 44
      && box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    const { scrollWidth, scrollHeight } = document.documentElement;
    return tiles.length === 4 && tiles.every((box) => isWhole(box) && box.bottom <= bar.top)
      && buttons.length >= 6 && buttons.every((box) => isWhole(box) && box.top === buttons[0].top)
      && scrollWidth <= innerWidth && scrollHeight <= innerHeight;
  }));
}

/** Runs in the page: keeps what its alert says from now on, in `window.alerts`. */
function keepAlerts() {
  window.alerts = [];
  const alertEl = document.querySelector('#problem');
  new MutationObserver(() => alertEl.textContent && alerts.push(alertEl.textContent)).observe(alertEl, { childList: true });
}
