// The inspector's switch “Force relay” over the real server: pages that are loaded while it is on, and only these.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const policyOf = (page) => page.evaluate(() => {
  const pc = new RTCPeerConnection();
  const { iceTransportPolicy } = pc.getConfiguration();
  pc.close();
  return iceTransportPolicy;
});

browserTest('pages that are loaded use the relay only while the inspector forces that', async ({ visit, t }) => {
  const server = await serverFor(t);
  const inspector = await visit(`${server.http}/inspector#${server.inspectorKey}`);
  const page = await visit(server.http);
  assert.equal(await policyOf(page), 'all');

  await inspector.click('#more summary');
  await inspector.check('#force-relay');
  await eventually('loud', async () => /no TURN server \(start it with --turn\)/.test(await inspector.textContent('#relay-words')));
  assert.equal(await policyOf(page), 'all', 'a page that was loaded before');
  await page.reload();
  assert.equal(await policyOf(page), 'relay');

  // It ends with the inspector.
  await inspector.close();
  await eventually('off', async () => {
    await page.reload();
    return (await policyOf(page)) === 'all';
  });
});
