// What the tests of the inspector's page ask of it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { startFeed } from './inspector-feed.mjs';
import { eventually } from './wait.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A feed for the time of the test. */
export async function feedFor(t, records, options) {
  const feed = await startFeed(records, options);
  t.after(() => feed.stop());
  return feed;
}

/** Waits for the status line. */
export const status = (page, words) =>
  eventually(`status ${words}`, async () => words.test(await page.textContent('#status')));

/** The events that the list holds, also the ones that are not drawn. */
export const total = (page) => page.evaluate(() => Number(document.querySelector('.event')?.getAttribute('aria-setsize') ?? 0));

export const selected = (page) =>
  page.evaluate(() => document.querySelector('.event[aria-selected="true"]')?.textContent ?? '');

/** axe finds nothing to complain about, in this state of the page. */
export async function isAccessible(page, state, { isForced = false } = {}) {
  // The page's policy allows no script of another origin, and none between its lines: this one is not the page's.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
  // The colours of a button that has just changed are on their way, and between two that are well. Asked again and again:
  // `finished` of a transition whose element is no longer shown never settles in Chromium 156.
  const isChanging = () => document.getAnimations().some((animation) => animation instanceof CSSTransition);
  await eventually(`${state}: colours have changed`, async () => !(await page.evaluate(isChanging)));
  const violations = await page.evaluate(async (isForced) => {
    // In forced colours the system chooses what is seen; axe reads the fill of the text, for which Chromium gives the page's colour.
    const found = await window.axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast': { enabled: !isForced } } });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 4).join(', ')}`);
  }, isForced);
  assert.deepEqual(violations, [], `axe, ${state}`);
}

/** How long frames take while `work` runs in the page: the times between animation frames, in ms, sorted. */
export async function frameTimes(page, work, argument) {
  await page.evaluate(() => {
    window.frames_ = [];
    let before = performance.now();
    const note = (now) => {
      window.frames_.push(now - before);
      before = now;
      window.frameRequest = requestAnimationFrame(note);
    };
    window.frameRequest = requestAnimationFrame(note);
  });
  await page.evaluate(work, argument);
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.frameRequest);
    return window.frames_.slice(2);
  });
  return times.sort((a, b) => a - b);
}

/** The value below which this part of sorted values lies. */
export const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
