// Our pages below a path of a reverse proxy: all of their links are relative.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { enter } from './support/call-page.mjs';
import { pathProxyFor } from './support/path-proxy.mjs';
import { assertAllMeet, canJoin, enter as enterRoom, join, state } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

browserTest('below a path the call page connects, and its links stay there', async ({ visit, t }) => {
  const server = await serverFor(t, '--trust-proxy');
  const base = await pathProxyFor(t, server.port, '/calls/');
  const ann = await enter(visit, server, 'Ann', `${base}/`);
  await ann.click('nav >> text=Chat');
  await ann.waitForURL(`${base}/chat.html`);
  await ann.click('nav >> text=Rooms');
  await ann.waitForURL(`${base}/room.html`);
  await ann.click('nav >> text=Call');
  await ann.waitForURL(`${base}/`);
});

browserTest('below a path two meet in a room, and the invitation leads there', async ({ visit, t }) => {
  const server = await serverFor(t, '--trust-proxy');
  const base = await pathProxyFor(t, server.port, '/calls/');
  const ann = await visit(`${base}/room.html`, { camera: 'several' });
  await state(ann, 'choosing');
  const name = await ann.inputValue('#room-name');
  await ann.press('#room-name', 'Enter');
  await ann.waitForURL(`${base}/room/${name}`);
  await canJoin(ann);
  await enterRoom(ann);
  const link = await eventually('the address', () => ann.inputValue('#link'));
  assert.ok(link.endsWith(`/room/${name}`), link);
  const bob = await join(visit, base, 'Bob', { room: name });
  await assertAllMeet([ann, bob]);
});
