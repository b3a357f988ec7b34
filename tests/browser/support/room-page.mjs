// What a visitor does and sees on our own room page, by the ids that the page promises.

import assert from 'node:assert/strict';
import { startProxy } from './proxy.mjs';
import { eventually } from './wait.mjs';

export { announced, says, hasSaid, titled } from './status.mjs';

/** What the browser logs of a line that is cut. */
const CUT = /net::ERR_|WebSocket connection to/;

/** One more visitor in the lobby of a room, their name entered. */
export async function openLobby(visit, base, name, { room = 'tea', ...options } = {}) {
  const page = await visit(`${base}/room/${encodeURIComponent(room)}`, { camera: 'several', ...options });
  await page.fill('#name', name);
  await canJoin(page);
  return page;
}

/** One more member of a room. */
export async function join(visit, base, name, options) {
  const page = await openLobby(visit, base, name, options);
  await enter(page);
  return page;
}

/** One more member, with a line of their own to the server, which the test can cut: `page.line`. */
export async function joinByLine({ visit, t }, server, name) {
  const line = await startProxy(Number(server.port));
  t.after(() => line.close());
  const page = await join(visit, `http://localhost:${line.port}`, name);
  page.problems.expect(CUT);
  page.line = line;
  return page;
}

/** From the lobby into the room. */
export async function enter(page) {
  await page.click('#join');
  await state(page, 'joined');
}

/** All of these, one after the other, in a room of their own. */
export async function joinAll(visit, server, names) {
  const pages = [];
  for (const name of names) pages.push(await join(visit, server.http, name));
  return pages;
}

/** The lobby's button can be pressed: the browser has answered about the devices. */
export function canJoin(page) {
  return eventually('the lobby ready', () => page.isEnabled('#join'));
}

/** The page has come to the state `wanted`: choosing, lobby, joining or joined. */
export function state(page, wanted) {
  return eventually(wanted, () => page.evaluate((state) => document.body?.dataset.state === state, wanted));
}

/**
 * Fails unless each of these is connected to each of the others and to nobody else, receives
 * pictures from all of them that go on being decoded, and shows a tile for each. `people` counts
 * those in other browsers, too.
 */
export async function assertAllMeet(pages, people = pages.length) {
  await Promise.all(pages.map((page) => eventually('connected to each', () => page.evaluate((others) => {
    const connections = [...(window.pcs?.values() ?? [])];
    return connections.length === others && connections.every((pc) => pc.connectionState === 'connected');
  }, people - 1))));
  await Promise.all(pages.map(assertFramesArrive));
  for (const page of pages) {
    await eventually('a tile for each', async () => (await page.locator('.tile').count()) === people);
  }
}

/** From each of the others pictures go on being decoded, from now on. A new connection counts from the beginning. */
export async function assertFramesArrive(page) {
  const before = await framesDecoded(page);
  assert.ok(before.size > 0, 'nobody to receive pictures from');
  await eventually('more frames from each', async () => {
    const after = await framesDecoded(page);
    const arrive = [...after].map(([peerId, frames]) => frames > (before.get(peerId) ?? Infinity));
    for (const [peerId, frames] of after) if (!before.has(peerId)) before.set(peerId, frames);
    return arrive.length > 0 && arrive.every(Boolean);
  });
}

async function framesDecoded(page) {
  const counted = await page.evaluate(() => Promise.all([...pcs].map(async ([peerId, pc]) => {
    const report = [...(await pc.getStats()).values()];
    const video = report.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    return [peerId, video?.framesDecoded ?? 0];
  })));
  return new Map(counted);
}

/** The tile of the one with this name. */
export function tile(page, name) {
  return page.locator('.tile', { has: page.locator('.name', { hasText: new RegExp(`^${name}( \\(you\\))?$`) }) });
}

/** The tile of `name` bears this class, or not. */
export function tileIs(page, name, className, wanted = true) {
  return eventually(`${name} ${wanted ? '' : 'not '}${className}`, () =>
    tile(page, name).evaluate((element, sign) => element.classList.contains(sign), className).then((is) => is === wanted));
}

/** These are all the tiles there are, by their names. */
export function tilesAre(page, names) {
  const wanted = names.toSorted().join();
  return eventually(`tiles of ${wanted}`, async () =>
    (await page.locator('.tile .name').allTextContents()).map((name) => name.replace(' (you)', '')).toSorted().join() === wanted);
}

/** Writes to all. */
export async function say(page, words) {
  if (!(await page.isVisible('#message'))) await page.click('#open-chat');
  await page.fill('#message', words);
  await page.press('#message', 'Enter');
}

/** The chat's messages, oldest first, as “name: words”. */
export function messages(page) {
  return page.evaluate(() => [...document.querySelectorAll('#messages li')].map((item) =>
    `${item.querySelector('strong').textContent}: ${item.querySelector('.words').textContent}`));
}

/** These messages have been written and received, in any order between different people. */
export function assertMessages(page, wanted) {
  const expected = wanted.toSorted().join('\n');
  return eventually(`messages ${wanted}`, async () => (await messages(page)).toSorted().join('\n') === expected);
}
