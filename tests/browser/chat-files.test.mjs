// Files on the chat page: how they arrive, how they are declined and cancelled, and what happens to
// one in whose middle a connection goes.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import {
  accept, areConnected, assertArrives, assertMessages, bytesSent, cancel, enter, file, fileSays, goOn, holdFilesAfter, isHeld,
  joinBoth, joinByLine, mostBuffered, say, sendFile,
} from './support/chat-page.mjs';
import { restartIce } from './support/peer.mjs';
import { told } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const MB = 1_000_000;

/** Past the first blocks, and in the middle of one. */
const MIDDLE = 2.5 * MB;

browserTest('50 MB arrive as they were, and never more than 1 MiB waits in the channel', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await sendFile(ann, 'film.mp4', 50 * MB);
  await fileSays(ann, 'film.mp4', /Waiting for Bob to accept it/);
  await accept(bob, 'film.mp4');
  await say(ann, 'Words overtake it');
  await assertMessages(bob, ['Ann: Words overtake it']);
  await assertArrives(ann, bob, 'film.mp4', 50 * MB);
  const most = await mostBuffered(ann);
  assert.ok(most > 0 && most <= 1024 * 1024, `${most} bytes waited in the channel`);
});

browserTest('small files come by themselves, one after the other, both ways; one is empty', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  const sizes = { 'a.txt': 4, 'empty.txt': 0, 'b.bin': 3 * MB, 'c.bin': 1024 * 1024 };
  for (const [name, size] of Object.entries(sizes)) await sendFile(ann, name, size);
  await sendFile(bob, 'answer.bin', 2 * MB);
  for (const [name, size] of Object.entries(sizes)) await assertArrives(ann, bob, name, size);
  await assertArrives(bob, ann, 'answer.bin', 2 * MB);
});

browserTest('files dropped on the page are sent, and those chosen before somebody is here wait', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await bob.click('#hangup');
  await told(ann, /Bob hung up/);
  await ann.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(4).fill(0)], 'dropped.bin'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  await fileSays(ann, 'dropped.bin', /^Waiting$/);
  await enter(bob);
  await fileSays(bob, 'dropped.bin', /^Arrived\. Equal/);
});

browserTest('a large file can be declined, and withdrawn before it is accepted', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await sendFile(ann, 'large.bin', 12 * MB);
  await file(bob, 'large.bin').getByRole('button', { name: 'Decline' }).click();
  await fileSays(bob, 'large.bin', /^You declined it\.$/);
  await fileSays(ann, 'large.bin', /^Bob declined it\.$/);
  await sendFile(ann, 'other.bin', 12 * MB);
  await fileSays(bob, 'other.bin', /Ann wants to send you this file/);
  await cancel(ann, 'other.bin');
  await fileSays(bob, 'other.bin', /^Ann cancelled it/);
});

for (const [who, isReceiver] of [['its sender', false], ['its receiver', true]]) {
  browserTest(`a file is cancelled half way by ${who}, and the next one arrives`, async ({ visit, t }) => {
    const server = await serverFor(t);
    const [ann, bob] = await joinBoth(visit, server);
    await holdFilesAfter(ann, MIDDLE);
    await sendFile(ann, 'half.bin', 5 * MB);
    await sendFile(ann, 'next.bin', 3 * MB);
    await isHeld(ann);
    await fileSays(bob, 'half.bin', /^Arriving, [45]\d %$/);
    const [one, other] = isReceiver ? [bob, ann] : [ann, bob];
    await cancel(one, 'half.bin');
    await fileSays(one, 'half.bin', /^You cancelled it/);
    await fileSays(other, 'half.bin', isReceiver ? /^Bob cancelled it/ : /^Ann cancelled it/);
    await goOn(ann);
    await assertArrives(ann, bob, 'next.bin', 3 * MB);
  });
}

browserTest('the line to the server is cut and comes back in the middle of a file, which does not notice', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinByLine({ visit, t }, server);
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'film.mp4', 5 * MB);
  await isHeld(ann);
  bob.line.refusing = true;
  bob.line.cut();
  await told(bob, /The server is out of reach; the chat goes on without it/);
  await told(ann, /Bob’s connection to the server is lost, waiting/);
  await goOn(ann);
  await assertArrives(ann, bob, 'film.mp4', 5 * MB);
  bob.line.refusing = false;
  for (const page of [ann, bob]) await told(page, /^Connected to (Ann|Bob)\.\s*$/);
});

browserTest('in the middle of a file another way through the network is taken', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'film.mp4', 5 * MB);
  await isHeld(ann);
  const before = await ufrags(ann);
  await restartIce(bob);
  await eventually('new credentials', async () => (await ufrags(ann)).every((ufrag) => !before.includes(ufrag)));
  await goOn(ann);
  await assertArrives(ann, bob, 'film.mp4', 5 * MB);
});

browserTest('a file goes on where it was when both come in anew over another connection', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'film.mp4', 5 * MB);
  await isHeld(ann);
  await fileSays(bob, 'film.mp4', /^Arriving, [45]\d %$/);
  for (const page of [ann, bob]) page.problems.expect(/net::ERR_|WebSocket connection to/);
  const before = await ann.evaluate(() => [...pcs.keys()]);
  await server.kill();
  await serverFor(t, '--port', server.port);
  await eventually('a new connection', async () => {
    const now = await ann.evaluate(() => [...pcs.keys()]);
    return now.length === 1 && !before.includes(now[0]);
  });
  await goOn(ann);
  await assertArrives(ann, bob, 'film.mp4', 5 * MB);
  // Once all of it, and what the chunks say of themselves; not the beginning a second time.
  assert.ok((await bytesSent(ann)) < 5.5 * MB, `${await bytesSent(ann)} bytes were sent`);
});

browserTest('one side reloads in the middle of a file: it is broken off, and can be sent again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'film.mp4', 5 * MB);
  await isHeld(ann);
  await bob.reload();
  await told(ann, /Bob closed the page/);
  await fileSays(ann, 'film.mp4', /^Stopped at \d+ %: Bob has left\.$/);
  await goOn(ann);
  await enter(bob);
  await areConnected([ann, bob]);
  await sendFile(ann, 'again.mp4', 5 * MB);
  await assertArrives(ann, bob, 'again.mp4', 5 * MB);

  // The sender's turn.
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'lost.mp4', 5 * MB);
  await isHeld(ann);
  await fileSays(bob, 'lost.mp4', /^Arriving, [45]\d %$/); // What was still on its way would be lost.
  await ann.reload();
  await fileSays(bob, 'lost.mp4', /^Stopped at [45]\d %: Ann has left\.$/);
});

/** By which names the two ends know each other. */
function ufrags(page) {
  return page.evaluate(() => [...pcs.values()].flatMap((pc) =>
    [pc.currentLocalDescription, pc.currentRemoteDescription].map(({ sdp }) => /^a=ice-ufrag:(\S+)/m.exec(sdp)[1])));
}
