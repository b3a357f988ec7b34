// What a page says: its status line and its alert. News stands there for a while only, and may give
// way to other news at once: a test that comes too late to read it finds it in what was kept.

import { eventually } from './wait.mjs';

/** The page says something of this kind, in the status line or in the alert. */
export function says(page, pattern) {
  return eventually(`the page to say ${pattern}`, async () => pattern.test(await wordsOf(page)));
}

/** The title of the page, which also shows while another tab is in front. */
export function titled(page, words) {
  return eventually(`title ${words}`, async () => (await page.title()) === `${words} – Switchboard`);
}

/** What the page says at present, in the status line and in the alert. */
export async function wordsOf(page) {
  return `${await page.textContent('#status')} ${await page.textContent('#alert')}`;
}

/**
 * The status line says something of this kind, or has said it for however short a time, since the
 * sentence that this function found last.
 */
export async function hasSaid(page, pattern) {
  const look = ([source, flags]) => {
    const wanted = new RegExp(source, flags);
    const isNew = (place) => place > (said.found ?? -1) || place === said.length - 1;
    const place = said.findIndex((words, n) => isNew(n) && wanted.test(words));
    if (place >= 0) said.found = place;
    return place >= 0;
  };
  try {
    await eventually(`the page to say ${pattern}`, () => page.evaluate(look, [pattern.source, pattern.flags]));
  } catch (error) {
    const all = await page.evaluate(() => said.join(' | '));
    throw new Error(`${error.message}; the page said: ${all}`, { cause: error });
  }
}

/** All that the page has given a screen reader to say besides the status line, in its order. */
export function announced(page) {
  return page.evaluate(() => told.join(' '));
}

/**
 * Runs in the page: keeps all that the status line ever says, in `window.said`, and what is added for ears, in `window.told`;
 * run once more, begins again.
 */
export function keepingStatus() {
  window.said = [];
  window.told = [];
  const watch = () => {
    const saidEl = document.querySelector('#said');
    const keep = (records) => records.forEach(({ addedNodes }) => told.push(...[...addedNodes].map(({ textContent }) => textContent)));
    if (saidEl) new MutationObserver(keep).observe(saidEl, { childList: true, subtree: true });
    const statusEl = document.querySelector('#status');
    if (!statusEl) return;
    const note = () => said.at(-1) === statusEl.textContent || said.push(statusEl.textContent);
    note();
    new MutationObserver(note).observe(statusEl, { childList: true, characterData: true, subtree: true });
  };
  if (document.querySelector('#status')) watch();
  else document.addEventListener('DOMContentLoaded', watch);
}
