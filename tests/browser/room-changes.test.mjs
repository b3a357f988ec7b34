// What changes within a room: devices are switched and chosen, a screen is shown, people write.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import {
  assertAllMeet, assertFramesArrive, assertMessages, canJoin, enter, join, joinAll, messages, openLobby, say, tile, tileIs, says,
} from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

browserTest('a member that is muted or has the camera off is marked for all, for latecomers, too', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob, carl] = await joinAll(visit, server, ['Ann', 'Bob', 'Carl']);
  await assertAllMeet([ann, bob, carl]);
  await ann.click('#microphone');
  for (const page of [ann, bob, carl]) await tileIs(page, 'Ann', 'is-muted');
  assert.match(await tile(bob, 'Ann').locator('.unseen').textContent(), /microphone off/);
  await ann.click('#camera');
  for (const page of [ann, bob, carl]) await tileIs(page, 'Ann', 'has-picture', false);

  const dora = await join(visit, server.http, 'Dora');
  await assertAllMeet([ann, bob, carl, dora]);
  await tileIs(dora, 'Ann', 'is-muted');
  await tileIs(dora, 'Ann', 'has-picture', false);
  await tileIs(dora, 'Bob', 'is-muted', false);

  await ann.click('#microphone');
  await ann.click('#camera');
  for (const page of [bob, carl, dora]) {
    await tileIs(page, 'Ann', 'is-muted', false);
    await tileIs(page, 'Ann', 'has-picture');
  }
});

browserTest('a screen is seen by all, by a latecomer, too, and gives way to the camera again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinAll(visit, server, ['Ann', 'Bob']);
  await assertAllMeet([ann, bob]);
  await ann.click('#screen');
  await tileIs(bob, 'Ann', 'is-large');
  const dora = await join(visit, server.http, 'Dora');
  await tileIs(dora, 'Ann', 'is-large');
  await assertAllMeet([ann, bob, dora]);
  assert.deepEqual(await sentSurfaces(ann), ['monitor', 'monitor']);

  await ann.click('#screen');
  for (const page of [bob, dora]) {
    await tileIs(page, 'Ann', 'has-screen', false);
    await assertFramesArrive(page);
  }
  assert.deepEqual(await sentSurfaces(ann), [null, null]);
});

browserTest('who has no camera shows a screen', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinAll(visit, server, ['Ann', 'Bob']);
  const carl = await join(visit, server.http, 'Carl', { failing: { video: 'NotFoundError' } });
  await carl.click('#screen');
  for (const page of [ann, bob]) await tileIs(page, 'Carl', 'has-picture');
  await assertAllMeet([ann, bob, carl]);
  await carl.click('#screen');
  for (const page of [ann, bob]) await tileIs(page, 'Carl', 'has-picture', false);
});

browserTest('what is written reaches all, as text, and is counted where the chat is closed', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob, carl] = await joinAll(visit, server, ['Ann', 'Bob', 'Carl']);
  await assertAllMeet([ann, bob, carl]);
  const hostile = '<img src=x onerror=window.hacked=true>';
  await say(ann, 'Hello');
  await say(bob, hostile);
  await assertMessages(ann, ['You: Hello', `Bob: ${hostile}`]);
  await assertMessages(bob, ['Ann: Hello', `You: ${hostile}`]);
  await eventually('two unread', async () => /^2/.test(await carl.textContent('#unread')));
  await carl.click('#open-chat');
  assert.equal(await carl.isVisible('#unread'), false);
  assert.deepEqual((await messages(carl)).toSorted(), ['Ann: Hello', `Bob: ${hostile}`]);
  await say(carl, 'Both read');
  for (const page of [ann, bob]) await eventually('an answer', async () => (await messages(page)).at(-1) === 'Carl: Both read');
  assert.equal(await carl.evaluate(() => window.hacked), undefined);
});

browserTest('a page that writes too much, or what no page of ours would, does no harm', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await join(visit, server.http, 'Ann');
  const eve = await openLobby(visit, server.http, 'Eve');
  await eve.evaluate(() => {
    const original = RTCDataChannel.prototype.send;
    RTCDataChannel.prototype.send = function send(...args) {
      window.channel = this;
      original.apply(this, args);
    };
  });
  await enter(eve);
  await assertAllMeet([ann, eve]);
  await eve.evaluate(() => {
    for (const text of ['', '{', 'null', '7', '[]', '{"chat":7}', '{"sending":7}', `{"chat":"${'x'.repeat(30_000)}"}`]) channel.send(text);
    channel.send(new Uint8Array(9));
    channel.send(JSON.stringify({ chat: 'y'.repeat(9000) }));
    for (let n = 1; n <= 300; n += 1) channel.send(JSON.stringify({ chat: `message ${n}` }));
  });
  await eventually('the last one', async () => (await messages(ann)).at(-1) === 'Eve: message 300');
  assert.equal((await messages(ann)).length, 200);
  await eve.evaluate(() => channel.send(JSON.stringify({ chat: 'y'.repeat(9000) })));
  await eventually('shortened', async () => /^Eve: y{2000}…$/.test((await messages(ann)).at(-1)));
});

browserTest('another camera and microphone take the place of those in use, without a new negotiation', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinAll(visit, server, ['Ann', 'Bob']);
  await assertAllMeet([ann, bob]);
  const described = () => ann.evaluate(() => [...pcs.values()].map((pc) => pc.localDescription.sdp).join());
  const before = await described();
  await ann.click('#microphone'); // Who is muted stays muted.
  await ann.click('#more');
  await ann.click('#choose-devices');
  for (const kind of ['video', 'audio']) {
    const used = await sentDevice(ann, kind);
    const other = await otherOption(ann, `#choose-${kind}`, used);
    await ann.selectOption(`#choose-${kind}`, other);
    await eventually('another device sent', async () => (await sentDevice(ann, kind)) === other);
  }
  await ann.click('#close-devices');
  assert.equal(await ann.getAttribute('#microphone', 'aria-pressed'), 'false');
  assert.equal(await ann.evaluate(() => [...pcs.values()][0].getSenders().find(({ track }) => track?.kind === 'audio').track.enabled), false);
  await assertFramesArrive(bob);
  assert.equal(await described(), before);
  await tileIs(ann, 'Ann', 'has-picture');

  // The choice is kept, and one that is no longer plugged in does no harm.
  const used = await sentDevice(ann, 'video');
  await ann.reload();
  await canJoin(ann);
  await enter(ann);
  await assertAllMeet([ann, bob]);
  assert.equal(await sentDevice(ann, 'video'), used);
  await ann.evaluate(() => localStorage.setItem('camera', 'pulled out'));
  await ann.reload();
  await canJoin(ann);
  await enter(ann);
  await assertAllMeet([ann, bob]);
});

browserTest('from six on the page says what a mesh costs, and pictures become smaller from four on', async ({ visit, t }) => {
  const server = await serverFor(t);
  const pages = [await join(visit, server.http, 'Ann', { camera: 'large' }), ...await joinAll(visit, server, ['Bob', 'Carl'])];
  const height = () => pages[0].evaluate(() => document.querySelector('.is-own video').srcObject.getVideoTracks()[0].getSettings().height);
  assert.equal(await height(), 720);
  // A client that sends no pictures is a member all the same.
  const blind = { failing: { video: 'NotFoundError', audio: 'NotFoundError' } };
  for (const name of ['Dora', 'Eve']) pages.push(await join(visit, server.http, name, blind));
  await eventually('smaller', async () => (await height()) === 360);
  assert.equal(await pages[0].isVisible('#mesh-note'), false);
  pages.push(await join(visit, server.http, 'Fred', blind));
  await eventually('what the mesh costs', async () => /6 people make 15 connections.* 5 times/.test(await pages[0].textContent('#mesh-note')));
  await says(pages[0], /with Bob, Carl, Dora and 2 others/);
});

/** What the pictures sent to each other one show: a screen, or (null) a camera. */
function sentSurfaces(page) {
  return page.evaluate(() => [...pcs.values()].map((pc) =>
    pc.getSenders().find(({ track }) => track?.kind === 'video').track.getSettings().displaySurface ?? null));
}

function sentDevice(page, kind) {
  return page.evaluate((wanted) =>
    [...pcs.values()][0].getSenders().find(({ track }) => track?.kind === wanted).track.getSettings().deviceId, kind);
}

async function otherOption(page, list, used) {
  const values = await page.locator(`${list} option`).evaluateAll((options) => options.map(({ value }) => value));
  const other = values.at(-1);
  assert.notEqual(other, used);
  return other;
}
