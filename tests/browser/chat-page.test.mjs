// Our own chat page in real browsers: words both ways, who is typing, who comes and how they go, the
// states that it shows.

import assert from 'node:assert/strict';
import { show } from './support/attention.mjs';
import { browserTest } from './support/browser.mjs';
import { assertOnlyServerWasAsked } from './support/call-page.mjs';
import { areConnected, assertMessages, enter, join, joinBoth, joinByLine, messages, openLobby, say } from './support/chat-page.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { state, titled, says } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

browserTest('two write to each other, as text, and see who is typing', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await says(ann, /Connected to Bob\./);
  await titled(ann, 'Connected to Bob – tea');
  await bob.locator('#message').pressSequentially('H');
  await eventually('Bob is typing', async () => (await ann.textContent('#typing')) === 'Bob is typing…');
  const hostile = '<img src=x onerror=window.hacked=true>';
  await show(ann, 'hidden');
  await say(bob, hostile);
  await assertMessages(ann, [`Bob: ${hostile}`]);
  await titled(ann, '(1) Connected to Bob – tea');
  await show(ann, 'visible');
  await titled(ann, 'Connected to Bob – tea');
  assert.equal(await ann.textContent('#typing'), '');
  await say(ann, 'Hello');
  await assertMessages(bob, [`You: ${hostile} (delivered)`, 'Ann: Hello']);
  await assertMessages(ann, [`Bob: ${hostile}`, 'You: Hello (delivered)']);
  await bob.locator('#message').pressSequentially('One');
  await bob.press('#message', 'Shift+Enter');
  await bob.locator('#message').pressSequentially('two: https://example.org/a.');
  await bob.press('#message', 'Enter');
  await eventually('two lines', async () => (await messages(ann)).at(-1) === 'Bob: One\ntwo: https://example.org/a.');
  const link = ann.locator('#messages a');
  assert.deepEqual(await link.evaluateAll((all) => all.map(({ href, target, rel }) => [href, target, rel])), [['https://example.org/a', '_blank', 'noopener noreferrer']]);
  assert.equal(await ann.locator('img[src=x]').count(), 0);
  assert.equal(await ann.evaluate(() => window.hacked), undefined);
  for (const page of [ann, bob]) assertOnlyServerWasAsked(page, server);
});

browserTest('what is written before the other one is here waits for it', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann');
  await says(ann, /Waiting in “tea”/);
  await say(ann, 'Is anyone there?');
  await assertMessages(ann, ['You: Is anyone there? (waiting)']);
  const bob = await join(visit, server.http, 'Bob');
  await assertMessages(bob, ['Ann: Is anyone there?']);
  await assertMessages(ann, ['You: Is anyone there? (delivered)']);
});

browserTest('a third one reads that two are here, and the two go on', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  const eve = await openLobby(visit, server.http, 'Eve');
  await eve.click('#join');
  await says(eve, /You are not in the chat\..*Two people are in “tea” already/s);
  await state(eve, 'lobby');
  assert.equal(await eve.evaluate(() => observedCalls.length), 0);
  await say(ann, 'Still here');
  await assertMessages(bob, ['Ann: Still here']);

  await bob.click('#leave');
  await says(ann, /Bob left/);
  await enter(eve);
  await areConnected([ann, eve]);
  await says(ann, /Connected to Eve\./);
});

browserTest('leaving while the server is away shows at once', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  for (const page of [ann, bob]) page.problems.expect(/net::ERR_|WebSocket connection to/);
  await server.kill();
  for (const page of [ann, bob]) await says(page, /The server is out of reach; the chat goes on/);
  await bob.click('#leave');
  await says(ann, /^Bob left\./);
  await state(ann, 'ended');
  for (const page of [ann, bob]) await isAccessible(page, 'ended');
});

browserTest('leaving, closing the page and a lost connection are distinguished', async ({ visit, t }) => {
  const server = await serverFor(t, '--reconnect-grace', '1s');
  const [ann, bob] = await joinByLine({ visit, t }, server);
  await bob.click('#leave');
  await says(ann, /^Bob left\./);
  await says(bob, /You left the chat/);
  await enter(bob);
  await areConnected([ann, bob]);

  await bob.reload();
  await says(ann, /^Bob closed the page\./);
  await enter(bob);
  await areConnected([ann, bob]);

  // The machine is gone: nobody tells why. Ann misses Bob before the server does; a connection that is
  // closed while the server is without him would be a hang-up.
  bob.line.refusing = true;
  bob.line.frozen = true;
  await bob.evaluate(() => pcs.forEach((pc) => pc.close()));
  await says(ann, /The connection to Bob is interrupted/);
  bob.line.cut();
  await says(ann, /^Bob lost the connection\./);
  await state(ann, 'ended');
});

browserTest('without the server the two go on, and with it they are the same two again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await say(ann, 'Before');
  await assertMessages(bob, ['Ann: Before']);
  for (const page of [ann, bob]) page.problems.expect(/net::ERR_|WebSocket connection to/);
  await server.kill();
  for (const page of [ann, bob]) await says(page, /The server is out of reach; the chat goes on without it/);
  await say(bob, 'Meanwhile');
  await assertMessages(ann, ['You: Before (delivered)', 'Bob: Meanwhile']);

  const before = await bob.evaluate(() => [...pcs.keys()]);
  await serverFor(t, '--port', server.port);
  await eventually('a new connection', async () => (await bob.evaluate(() => [...pcs.keys()])).every((id) => !before.includes(id)));
  await areConnected([ann, bob]);
  for (const page of [ann, bob]) await says(page, /^Connected to (Ann|Bob)\.\s*$/);
  await say(ann, 'After');
  await assertMessages(bob, ['Ann: Before', 'You: Meanwhile (delivered)', 'Ann: After']);
});

browserTest('what was meant for one is never sent to another', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  // Bob's page is no longer reached: what Ann writes is under way for ever.
  await bob.evaluate(() => pcs.forEach((pc) => pc.close()));
  await say(ann, 'For Bob alone');
  await bob.click('#leave');
  await says(ann, /Bob left/);
  assert.deepEqual(await messages(ann), ['You: For Bob alone (not delivered)']);
  const eve = await join(visit, server.http, 'Eve');
  await areConnected([ann, eve]);
  await say(ann, 'Hello, Eve');
  await assertMessages(eve, ['Ann: Hello, Eve']);
});

browserTest('the state machines and channels are shown as they change, each with a sentence', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann');
  const bob = await openLobby(visit, server.http, 'Bob');
  await bob.setViewportSize({ width: 390, height: 844 });
  await bob.reload();
  await bob.fill('#name', 'Bob');
  await enter(bob);
  await areConnected([ann, bob]);
  assert.deepEqual(await Promise.all([ann, bob].map((page) => page.isVisible('.machines'))), [true, false]); // A phone shows them when asked.
  await bob.click('summary:has-text("Details")');
  await bob.locator('.machines').first().waitFor();
  const values = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll('[data-machine]')]
    .map((item) => [item.dataset.machine, item.querySelector('.meaning').textContent && item.querySelector('.value').textContent])));
  const open = { texts: 'open', files: 'open', typing: 'open' };
  for (const page of [ann, bob]) {
    await eventually('all well', async () => {
      const { iceConnectionState, ...others } = await values(page);
      if (!/^(connected|completed)$/.test(iceConnectionState)) return false;
      const well = { signalingState: 'stable', iceGatheringState: 'complete', connectionState: 'connected', ...open };
      return JSON.stringify(others) === JSON.stringify(well);
    });
  }
  // In a room the newcomer offers.
  assert.ok((await bob.textContent('.history')).includes('stable → have-local-offer'));
  assert.ok((await ann.textContent('.history')).includes('stable → have-remote-offer'));
  await say(ann, 'Hello');
  await eventually('what has passed', async () => /Sent: \d+ \(/.test(await ann.textContent('[data-machine=texts] .traffic')));
  await eventually('the pair in use', async () => /^\w+ – \w+, udp$/.test(await ann.textContent('.facts dd')));
  await ann.click('summary:has-text("Candidates")');
  const addresses = () => ann.locator('.candidates .address').allTextContents();
  assert.ok((await addresses()).every((words) => /masked|hidden/.test(words)));
  await ann.click('text=Show addresses');
  assert.ok((await addresses()).some((words) => /:\d+$/.test(words)));
  await isAccessible(ann, 'connected, with all states');
  assert.deepEqual(await ann.evaluate(showsLongHistory), [100, 200, 250]);
  await bob.click('#leave');
  await says(ann, /Bob left/);
  for (const page of [ann, bob]) {
    const { iceGatheringState, ...others } = await values(page);
    assert.equal(iceGatheringState, 'complete');
    assert.deepEqual(new Set(Object.values(others)), new Set(['closed']));
  }
});

/** Runs in the page: a history of 250 entries is kept whole. Gives how many are shown, at first and after each press for more. */
async function showsLongHistory() {
  const { createHistory } = await import(new URL('js/pages/state-history.js', document.baseURI).href);
  const history = createHistory();
  const [earlierEl, listEl] = history.elements;
  for (let n = 1; n <= 250; n += 1) history.add('connectionState', `change ${n}`);
  const shown = [listEl.childElementCount];
  while (!earlierEl.hidden) {
    earlierEl.click();
    shown.push(listEl.childElementCount);
  }
  const isWhole = (entries) => entries.length === 250 && entries.every((entry, n) => entry.endsWith(`change ${n + 1}`));
  if (!isWhole([...listEl.children].map(({ textContent }) => textContent))) throw new Error('entries are missing from the page');
  if (!isWhole(history.text().split('\n'))) throw new Error('entries are missing from the text');
  return shown;
}

browserTest('without a name of a chat one is chosen, and the address leads others there', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await visit(`${server.http}/chat.html`);
  await state(ann, 'choosing');
  await isAccessible(ann, 'choosing');
  await ann.fill('#room-name', 'green tea & more');
  await ann.press('#room-name', 'Enter');
  await ann.waitForURL(/\?room=green%20tea%20%26%20more$/);
  await isAccessible(ann, 'in the lobby');
  await enter(ann);
  assert.equal(await ann.evaluate(() => document.activeElement.id), 'message');
  await isAccessible(ann, 'waiting');
  const link = await eventually('the address', () => ann.inputValue('#link'));
  assert.equal(link, `${server.http}/chat.html?room=green%20tea%20%26%20more`);
  const bob = await visit(link);
  await enter(bob);
  await areConnected([ann, bob]);
  await eventually('the invitation closed', async () => !(await ann.isVisible('#invite')));
});

browserTest('a wrong password is refused in words and can be corrected; a call of the same name is another room', async ({ visit, t }) => {
  const server = await serverFor(t, '--password', 'secret');
  const ann = await openLobby(visit, server.http, 'Ann');
  await ann.click('#join');
  await says(ann, /another password/);
  await state(ann, 'lobby');
  await ann.fill('#password', 'secret');
  await enter(ann);
  const bob = await visit(`${server.http}/room/tea`, { camera: 'several' });
  await bob.evaluate(() => document.querySelector('#password-details').setAttribute('open', ''));
  await bob.fill('#password', 'secret');
  await eventually('the lobby ready', () => bob.isEnabled('#join'));
  await bob.click('#join');
  await says(bob, /You are alone in “tea”/);
  await says(ann, /Waiting in “tea”/);
});
