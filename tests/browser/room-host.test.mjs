// Who may enter a room, as its page shows it, and what its members show each other: hands, reactions, sizes of pictures.

import assert from 'node:assert/strict';
import { giveWindows, notifications, show, tonesOf, watchCalling } from './support/attention.mjs';
import { browserTest } from './support/browser.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { announced, assertAllMeet, join, joinAll, openLobby, say, state, tile, tileIs, titled, says, hasSaid } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** Who waits, as the host sees it. */
const waitingPeers = (page) => page.locator('#waiting-peers-list .name').allTextContents();
const said = (page, words) => eventually(`said ${words}`, async () => (await announced(page)).includes(words));
const focused = (page) => page.evaluate(() => document.activeElement?.id);
const chooseAccess = async (page, access) => {
  await page.click('#more');
  await page.selectOption('#access', access);
  await page.keyboard.press('Escape');
};

browserTest('the host admits one who waits and rejects another; a locked room lets nobody in', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann', { script: watchCalling });
  assert.equal(await focused(ann), 'microphone');
  await titled(ann, 'You are alone in “tea”');
  await isAccessible(ann, 'alone in the room');
  await chooseAccess(ann, 'ask');
  await said(ann, 'You are asked before anyone enters.');

  const hostile = '<img src=x onerror=window.hacked=true>';
  const bob = await openLobby(visit, server.http, 'Bob');
  await titled(bob, 'Ready to join – tea');
  await show(ann, 'hidden');
  await bob.click('#join');
  await state(bob, 'waiting');
  await titled(bob, 'Waiting to be let into “tea”…');
  await titled(ann, '1 waits – tea');
  assert.deepEqual(await notifications(ann), ['Bob waits to be let in.']);
  await eventually('a tone', async () => (await tonesOf(ann)) === 1);
  await says(bob, /Waiting to be let in/);
  await tileIs(bob, 'Bob', 'has-picture');
  await isAccessible(bob, 'waiting');
  assert.ok(await bob.isHidden('#leave'), 'one button ends the wait');
  await bob.setViewportSize({ width: 390, height: 844 });
  const [own, panel] = [await bob.locator('.tile').boundingBox(), await bob.locator('#waiting').boundingBox()];
  assert.ok(own.y + own.height <= panel.y && panel.y + panel.height <= 844, 'the panel covers no picture');
  const carl = await openLobby(visit, server.http, hostile);
  await carl.click('#join');
  await state(carl, 'waiting');
  await eventually('both wait', async () => (await waitingPeers(ann)).join() === `Bob,${hostile}`);
  await titled(ann, '2 wait – tea');
  assert.deepEqual(await notifications(ann), ['2 people wait to be let in.']);
  await show(ann, 'visible');
  await isAccessible(ann, 'two wait');
  assert.equal(await ann.evaluate(() => window.hacked), undefined);

  await ann.click('#waiting-peers-list li:first-child button.primary');
  await state(bob, 'joined');
  await assertAllMeet([ann, bob]);
  await carl.keyboard.press('l');
  await carl.waitForSelector('#question');
  await ann.click('#waiting-peers-list button:not(.primary)');
  await state(carl, 'lobby');
  await says(carl, /You are not in the room\..*host of this room has not let you in/s);
  await titled(carl, 'You are not in the room – tea');
  await eventually('nothing asked about a stay that has ended', async () => (await carl.locator('#question').count()) === 0);
  await eventually('nobody waits', () => ann.isHidden('#waiting-peers'));
  await titled(ann, 'In “tea” with Bob');
  assert.deepEqual(await notifications(ann), []);
  assert.equal(await focused(ann), 'stage');

  await bob.click('#more');
  assert.ok(await bob.isDisabled('#access'), 'only the host decides');
  await bob.keyboard.press('Escape');
  await chooseAccess(ann, 'locked');
  await said(bob, 'The room is locked: nobody new can enter.');
  await carl.click('#join');
  await says(carl, /locked/);
  await state(carl, 'lobby');

  // The next oldest member is the host, and one who waits can give up.
  await ann.click('#leave');
  await titled(ann, 'You left the room – tea');
  await chooseAccess(bob, 'ask');
  await carl.click('#join');
  await state(carl, 'waiting');
  await eventually('one waits', async () => (await waitingPeers(bob)).length === 1);
  await carl.click('#stop-waiting');
  await state(carl, 'lobby');
  await eventually('nobody waits', () => bob.isHidden('#waiting-peers'));
});

browserTest('hands, reactions and messages are shown and said once; keys and links ask before they leave', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinAll(visit, server, ['Ann', 'Bob']);
  await assertAllMeet([ann, bob]);
  await ann.evaluate(loseHalf);
  await bob.keyboard.press('h');
  await tileIs(ann, 'Bob', 'has-hand');
  await hasSaid(ann, /Bob raises a hand\./);
  await said(ann, 'Bob raises a hand.');
  assert.match(await tile(ann, 'Bob').locator('.unseen').textContent(), /hand raised/);
  await bob.click('#more');
  await isAccessible(bob, 'the menu open');
  await bob.keyboard.press('Escape');
  await bob.click('#react');
  await isAccessible(bob, 'the reactions open');
  await bob.click('[data-reaction="heart"]');
  assert.ok(await bob.isHidden('#react-menu'));
  await bob.setViewportSize({ width: 320, height: 640 });
  await bob.click('#more');
  assert.ok(await bob.isVisible('[data-reaction="heart"]') && (await bob.isHidden('#react')), 'where the row is full they are in the menu');
  await bob.keyboard.press('Escape');
  await eventually('a heart', () => tile(ann, 'Bob').locator('.reaction').isVisible());
  await said(ann, 'Bob sends a heart.');
  const carl = await join(visit, server.http, 'Carl');
  await tileIs(carl, 'Bob', 'has-hand');
  await showsOneLarge(carl);
  await bob.keyboard.press('h');
  for (const page of [ann, carl]) await tileIs(page, 'Bob', 'has-hand', false);

  await ann.keyboard.press('f');
  await eventually('full screen', () => ann.evaluate(() => document.fullscreenElement?.id === 'main'));
  await show(ann, 'hidden');
  await say(bob, 'Shall we begin?');
  await said(ann, 'Bob writes: Shall we begin?');
  await titled(ann, '(1) In “tea” with Bob and Carl');
  await show(ann, 'visible');
  await titled(ann, 'In “tea” with Bob and Carl');
  await ann.click('#toast');
  await isAccessible(ann, 'the chat open');
  assert.ok(await ann.isHidden('#toast'));
  await ann.click('#close-chat');
  await ann.click('#more');
  assert.match(await ann.textContent('#duration'), /^\d:\d\d$/);
  await ann.click('#full-screen');
  await eventually('the page again', () => ann.evaluate(() => document.fullscreenElement === null));

  const sign = tile(ann, 'Bob').locator('.open-tile-menu');
  assert.equal(await sign.locator('.icon').evaluate((icon) => getComputedStyle(icon).opacity), '1', 'seen without a mouse, too');
  await sign.click();
  await isAccessible(ann, 'the menu of a tile');
  await ann.click('#pin-tile');
  await tileIs(ann, 'Bob', 'is-large');
  await tile(ann, 'Bob').locator('.open-tile-menu').click();
  await ann.fill('#tile-volume', '30');
  assert.equal(await tile(ann, 'Bob').locator('video').evaluate(({ volume }) => volume), 0.3);
  await ann.click('#silence-tile');
  await tileIs(ann, 'Bob', 'is-silenced');
  assert.ok(await tile(ann, 'Bob').locator('video').evaluate(({ muted }) => muted));

  // Carl came when all went well, Bob's connection has been poor since: the statistics are ours.
  await tileIs(ann, 'Bob', 'is-poor');
  await tileIs(ann, 'Carl', 'is-poor', false);
  assert.ok(await tile(ann, 'Bob').locator('.tile-signs .poor').isVisible());
  assert.match(await tile(ann, 'Bob').locator('.unseen').textContent(), /poor connection/);
  assert.doesNotMatch(await announced(ann), /poor/);

  await carl.keyboard.press('l');
  await carl.click('#question .primary');
  await state(carl, 'joined');
  await carl.click('.elsewhere a');
  await carl.click('#question .danger');
  await carl.waitForURL(`${server.http}/`);
  await hasSaid(ann, /Carl (left|closed the page)\./);
  for (const words of ['Bob raises a hand.', 'Bob sends a heart.', 'Bob writes: Shall we begin?', 'Carl joined.']) {
    assert.equal((await announced(ann)).split(words).length, 2, `${words} once`);
  }
});

browserTest('a picture is sent as large as the other side shows it, and not at all while that is out of sight', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann', { camera: 'large' });
  const bob = await join(visit, server.http, 'Bob');
  await assertAllMeet([ann, bob]);
  const encoding = () => ann.evaluate(() => {
    const [sender] = [...pcs.values()][0].getSenders().filter(({ track }) => track?.kind === 'video');
    const { active, scaleResolutionDownBy } = sender.getParameters().encodings[0];
    return { active, height: Math.round(sender.track.getSettings().height / scaleResolutionDownBy) };
  });
  const isSent = (active, height) => eventually(`${active} ${height}`, async () => {
    const now = await encoding();
    return now.active === active && now.height === height;
  });
  await bob.setViewportSize({ width: 1280, height: 1000 });
  await isSent(true, 720);
  await bob.setViewportSize({ width: 320, height: 400 });
  await isSent(true, 360);
  await show(bob, 'hidden');
  await eventually('nothing', async () => (await encoding()).active === false);
  await show(bob, 'visible');
  await isSent(true, 360);
  await assertAllMeet([ann, bob]);
});

/** In the speaker view one tile is large, that of Bob once it is pinned; his picture goes into a window of its own and comes back. */
async function showsOneLarge(page) {
  await page.evaluate(giveWindows);
  await eventually('a picture', () => tile(page, 'Bob').locator('video').evaluate(({ videoWidth }) => videoWidth > 0));
  const openMenu = () => tile(page, 'Bob').locator('.open-tile-menu').click();
  const large = page.locator('.tile.is-large');
  assert.equal(await large.count(), 0);
  await page.keyboard.press('v');
  assert.equal(await large.count(), 1);
  assert.match(await page.textContent('#layout'), /Grid view/);
  assert.equal(await page.evaluate(() => localStorage.layout), 'speaker');
  await openMenu();
  await page.click('#pin-tile');
  await tileIs(page, 'Bob', 'is-pinned');
  await tileIs(page, 'Bob', 'is-large');
  const heights = await page.locator('.tile').evaluateAll((tiles) => tiles.map(({ offsetHeight }) => offsetHeight).sort((one, other) => other - one));
  assert.ok(heights[0] > 2 * heights[1], `${heights}`);

  const isInWindow = () => tile(page, 'Bob').locator('video').evaluate((video) => document.pictureInPictureElement === video);
  for (const [words, wanted] of [['Show in its own window', true], ['Back from its own window', false]]) {
    await openMenu();
    await page.click(`#tile-in-window:has-text("${words}")`);
    assert.equal(await isInWindow(), wanted);
  }
  await page.keyboard.press('v');
  assert.equal(await large.count(), 0);
  await tileIs(page, 'Bob', 'is-pinned', false);
}

/** Runs in the page: by the statistics of the connections that there are, half of the packets are lost from now on. */
function loseHalf() {
  for (const pc of pcs.values()) {
    pc.getStats = async () => new Map([...await RTCPeerConnection.prototype.getStats.call(pc)].map(([id, entry]) =>
      [id, entry.type === 'inbound-rtp' ? { ...entry, packetsLost: entry.packetsReceived } : entry]));
  }
}
