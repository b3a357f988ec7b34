// A file of a page cannot be loaded: the page says so, and loads again when its user wants that. Until then it waits.

import assert from 'node:assert/strict';
import test from 'node:test';
import { browserTest } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { pathProxyFor } from './support/path-proxy.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const WORDS = 'A part of this page could not be loaded.';

/** Each page with one of its files; some are needed by other files only. */
const PAGES = {
  call: ['/', '/js/ui.js'],
  room: ['/room/tea', '/js/pages/room.js'],
  chat: ['/chat.html?room=tea', '/js/pages/message-list.js'],
  check: ['/check', '/check/js/rows.js'],
  inspector: ['/inspector', '/inspector/js/run.js'],
};

/** A server behind a proxy that breaks off each request for `file`, until it is mended. */
async function begin(t, file) {
  const server = await serverFor(t);
  const line = { isBroken: true, tries: 0 };
  line.http = await pathProxyFor(t, server.port, '/', (url) => {
    if (url.split('?')[0] !== file) return false;
    line.tries += 1;
    return line.isBroken;
  });
  return line;
}

async function seesItAndLoadsAgain(page, line) {
  await eventually('the sentence', async () => (await page.textContent('#status')) === WORDS);
  const { tries } = line;
  assert.ok(tries > 0, 'the file was asked for');
  line.isBroken = false;
  await page.click('#load-again');
  await eventually('the whole page', async () => {
    const words = await page.textContent('#status').catch(() => WORDS);
    return words !== '' && words !== WORDS && line.tries > tries;
  });
  assert.equal(await page.evaluate(() => document.querySelectorAll('#load-again').length), 0);
}

for (const [name, [path, file]] of Object.entries(PAGES)) {
  browserTest(`${name}: a file that cannot be loaded is named as such, and loaded again`, async ({ visit, t }) => {
    const line = await begin(t, file);
    const page = await visit(line.http + path);
    page.problems.expect(/net::ERR_/);
    await seesItAndLoadsAgain(page, line);
  });
}

browserTest('without JavaScript each page says that it needs it, and sends no form', async ({ visit, t }) => {
  const { http } = await serverFor(t);
  const page = await visit(http);
  const context = await page.context().browser().newContext({ javaScriptEnabled: false });
  t.after(() => context.close());
  const plain = await context.newPage();
  for (const [name, [path]] of Object.entries(PAGES)) {
    await plain.goto(http + path);
    assert.match(await plain.innerText('body'), /needs JavaScript/, name);
    // Sent without the page's script, a form would load the page again with the password in its address.
    assert.equal(await plain.locator('[type=submit]:enabled:visible').count(), 0, `${name}: a form can be sent`);
  }
});

test('Firefox: a file that cannot be loaded is named as such, and loaded again', async (t) => {
  const line = await begin(t, PAGES.call[1]);
  await seesItAndLoadsAgain(await visitInFirefox(t, line.http), line);
});
