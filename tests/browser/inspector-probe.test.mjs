// The inspector's probe in real browsers: a page sees what it sees without the probe, but for what
// docs/inspector.md lists; and the probe reports what the page does.

import assert from 'node:assert/strict';
import test from 'node:test';
import { visitInFirefox } from './support/firefox.mjs';
import { viewOfErrors, viewOfFunctions, viewOfPromises } from './support/page-view.mjs';
import { isInstalled, PLAYERS } from './support/players.mjs';
import { probeInOneLine, servePages, visitInChromium } from './support/probed-page.mjs';

const VIEWS = { functions: viewOfFunctions, errors: viewOfErrors, promises: viewOfPromises };
const BROWSERS = { Chromium: visitInChromium, Firefox: visitInFirefox };

test('the probe can be written into a page', async () => {
  const probe = await probeInOneLine({ url: 'inspector/probe' });
  assert.match(probe, /^[\x20-\x7E]+$/);
  assert.doesNotMatch(probe, /<!--|<\/?script/i);
  new Function(probe);
});

for (const [name, visit] of Object.entries(BROWSERS)) {
  test(`a page in ${name} sees its own functions, errors and promises as without the probe`, async (t) => {
    if (!isInstalled(PLAYERS[name])) return t.skip(`no ${name} here`);
    const { url, reports } = await servePages(t, VIEWS);
    const page = await visit(t, `${url}/plain/functions`);
    for (const view of Object.keys(VIEWS)) {
      const seen = [];
      for (const kind of ['plain', 'probed']) {
        await page.goto(`${url}/${kind}/${view}`);
        seen.push(await page.evaluate(() => window.result));
      }
      const [plain, probed] = seen;
      for (const part of Object.keys(plain)) assert.deepEqual(probed[part], plain[part], `${view}: ${part}`);
    }
    assert.ok(reports.some(({ what }) => what === 'call'), 'the probe was there');
  });
}
