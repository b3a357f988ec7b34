// What the tests of the check page ask of it.

import { eventually } from './wait.mjs';

export const ROWS = ['secure', 'certificate', 'websocket', 'devices', 'host', 'srflx', 'relay', 'other'];

/** The state of each row. Runs in pages of Chromium and of Firefox. */
export const results = (page) =>
  page.evaluate((rows) => Object.fromEntries(rows.map((id) => [id, document.getElementById(id).dataset.result])), ROWS);

/** The sentence of a row. */
export const words = (page, id) => page.evaluate((row) => document.querySelector(`#${row} .words`).textContent, id);

/** The row comes to this state. */
export const comesTo = (page, id, state) => eventually(`${id} ${state}`, async () => (await results(page))[id] === state);

/** Presses Start, and waits until all rows but the last have a result. */
export async function check(page) {
  // WebKit's driver presses a place, not an element: where the page grows in that moment, it misses.
  await eventually('the start', async () => {
    if ((await results(page)).secure === 'idle') await page.click('#go');
    return (await results(page)).secure !== 'idle';
  });
  await eventually('results', async () => {
    const { other, ...rest } = await results(page);
    return Object.values(rest).every((state) => !['idle', 'waiting'].includes(state)) && other !== 'idle';
  });
}

/** The link for the other device, on this machine. */
export async function linkFor(page, server) {
  const link = await page.evaluate(() => document.querySelector('#link').value);
  return `${server.http}/check${new URL(link).hash}`;
}
