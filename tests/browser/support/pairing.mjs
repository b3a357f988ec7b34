// Calls between any two browsers, by what both kinds of page have: `evaluate`, `click`, `fill` and
// `textContent`. The connection is `pc`, as in the console.

import assert from 'node:assert/strict';
import { state } from './call-page.mjs';
import { visitInFirefox } from './firefox.mjs';
import { PLAYERS, isInstalled } from './players.mjs';
import { eventually } from './wait.mjs';

/** Who calls, who answers. */
export const PAIRINGS = ['Chromium', 'Firefox'].flatMap((caller) => ['Chromium', 'Firefox'].map((answerer) => [caller, answerer]));

/** Whether these browsers are here; if not, the test is skipped. */
export function areInstalled(t, browsers) {
  const missing = browsers.find((browser) => !isInstalled(PLAYERS[browser]));
  if (missing) t.skip(`no ${missing} here`);
  return !missing;
}

/** One more visitor of the call page, in this browser. `options` are those of a visit in that browser. */
export async function enterIn(browser, { visit, t }, { http }, name, options = {}) {
  const page = browser === 'Firefox' ? await visitInFirefox(t, http, options) : await visit(http, options);
  await state(page, 'idle');
  await page.fill('#name', name);
  if (browser !== 'Firefox') await page.press('#name', 'Enter');
  return page;
}

/** A call between the two, with pictures both ways. */
export async function callAndAnswer(caller, answerer) {
  await caller.click('#call');
  await answerer.click('button.answer');
  for (const page of [caller, answerer]) await state(page, 'connected');
  for (const page of [caller, answerer]) await assertPicturesArrive(page);
}

/** The other side's pictures go on being decoded, from now on. */
export async function assertPicturesArrive(page) {
  const before = await picturesDecoded(page);
  // A new connection counts from the beginning.
  await eventually('more pictures', async () => {
    const now = await picturesDecoded(page);
    return now > 0 && now !== before;
  });
}

function picturesDecoded(page) {
  return page.evaluate(async () => {
    const report = await pc.getStats();
    return [...report.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')?.framesDecoded ?? 0;
  });
}

/** Each side sees that the other one has switched microphone and camera off, and on again. */
export async function assertOffIsSeen(pages) {
  const words = (page) => Promise.all(['#remote-name-words', '#stage-note'].map((selector) => page.textContent(selector)));
  const press = async () => {
    for (const page of pages) for (const button of ['#microphone', '#camera']) await page.click(button);
  };
  const all = (what, wanted) => eventually(what, async () => (await Promise.all(pages.map(words))).every((seen) => seen.every(wanted)));
  await press();
  await all('all is off', (text) => /sends no (sound|picture)/.test(text));
  await press();
  await all('all is on again', (text) => !/sends no/.test(text));
}

/** How long packets may take after an ICE restart before it counts as one that failed. */
const PACKETS_WITHIN = 15_000;

/**
 * Whether what the other side sends goes on arriving, from now on. Not only pictures: on a machine with two cores a browser
 * may send hardly any while it restarts ICE again and again.
 */
async function packetsArrive(page) {
  const before = await packetsReceived(page);
  for (const end = Date.now() + PACKETS_WITHIN; Date.now() < end;) {
    const now = await packetsReceived(page);
    if (now > 0 && now !== before) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function packetsReceived(page) {
  return page.evaluate(async () => {
    const report = await pc.getStats();
    const received = [...report.values()].filter(({ type }) => type === 'inbound-rtp');
    return received.reduce((sum, { packetsReceived }) => sum + packetsReceived, 0);
  });
}

/**
 * After `change` both sides know each other by new names, nothing is negotiated any more, and media goes on. Firefox 153
 * that is in a call with Chromium nominates no pair of candidates at times after an ICE restart: it says `connected`, or
 * does not become so, and nothing arrives until the next restart. So `change` may be repeated, three times.
 */
export async function assertNewNames(pages, change, repeats = 3) {
  const before = (await Promise.all(pages.map(ufrags))).flat();
  await change();
  await eventually('new names, and both stable', async () => {
    const now = await Promise.all(pages.map(ufrags));
    const [[own, theirs], [otherOwn, otherTheirs]] = now;
    return now.flat().every((ufrag) => ufrag && !before.includes(ufrag)) && own === otherTheirs && theirs === otherOwn;
  });
  const isConnected = (await Promise.all(pages.map(becomesConnected))).every(Boolean);
  if (isConnected && (await Promise.all(pages.map(packetsArrive))).every(Boolean)) return;
  assert.ok(repeats > 0, `${isConnected ? 'no packets' : 'not connected'} after four ICE restarts`);
  await assertNewNames(pages, change, repeats - 1);
}

/** Whether nothing is negotiated any more and the page is connected, within the time that a healthy restart takes many times. */
async function becomesConnected(page) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (await page.evaluate(() => pc.signalingState === 'stable' && pc.connectionState === 'connected')) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function ufrags(page) {
  return page.evaluate(() => {
    const ufrag = (description) => /^a=ice-ufrag:(\S+)/m.exec(description?.sdp)?.[1];
    return [ufrag(pc.currentLocalDescription), ufrag(pc.currentRemoteDescription)];
  });
}

/** Keeps what the page warns of from now on; `warningsOf` gives it. */
export function watchWarnings(page) {
  return page.evaluate(() => {
    window.warnings = [];
    console.warn = (...words) => window.warnings.push(words.join(' '));
  });
}

export async function assertNoWarnings(page) {
  assert.deepEqual(await page.evaluate(() => window.warnings), []);
}
