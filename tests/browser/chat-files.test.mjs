// Files on the chat page: how they arrive, how they are declined and cancelled, and what happens to
// one in whose middle a connection goes.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { browserTest } from './support/browser.mjs';
import {
  accept, areConnected, assertArrives, assertMessages, bytesSent, cancel, enter, file, fileSays, goOn, holdFilesAfter, isHeld, join,
  joinBoth, joinByLine, mostBuffered, say, sendFile, watchChannels,
} from './support/chat-page.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { restartIce } from './support/peer.mjs';
import { says } from './support/room-page.mjs';
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

browserTest('files dropped on the page are sent, and files chosen before the other one is here wait', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await bob.click('#leave');
  await says(ann, /Bob left/);
  await ann.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(4).fill(0)], 'dropped.bin'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  await fileSays(ann, 'dropped.bin', /^Waiting$/);
  await enter(bob);
  await fileSays(bob, 'dropped.bin', /^Arrived, unchanged/);
});

browserTest('several files that wait for a decision are in view with their buttons, and are accepted at once', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  const names = ['one.bin', 'two.bin', 'three.bin'];
  for (const name of names) await sendFile(ann, name, 11 * MB);
  for (let n = 0; n < 8; n += 1) await say(ann, `Meanwhile ${n}`);
  await eventually('the last words', async () => (await bob.textContent('#messages')).includes('Meanwhile 7'));
  const asked = file(bob, names[0]);
  for (const [width, height] of [[390, 844], [844, 390], [1280, 800]]) {
    await bob.setViewportSize({ width, height });
    await bob.evaluate(() => scrollTo(0, 0));
    for (const button of [bob.locator('#accept-all'), ...['Accept', 'Decline'].map((label) => asked.getByRole('button', { name: label }))]) {
      const { x, y, width: w, height: h } = await button.boundingBox();
      assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= height, `in view at ${width} × ${height}`);
      assert.ok(await button.evaluate((element) => { // Nothing lies over it.
        const { left, top, width: across, height: down } = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(left + across / 2, top + down / 2));
      }));
    }
  }
  await isAccessible(bob, 'files wait for a decision');
  await bob.click('#accept-all');
  await eventually('nothing to decide', async () => (await bob.locator('.is-asked').count()) === 0);
  for (const name of names) await fileSays(bob, name, /^Arrived, unchanged/);
  assert.equal(await bob.isVisible('#tray'), false);
});

browserTest('pictures are shown, whatever they are named; what only calls itself a picture is not', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await ann.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 30, height: 20 });
    canvas.getContext('2d').fillRect(0, 0, 30, 20);
    const picture = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    const pasted = new DataTransfer();
    pasted.items.add(new File([picture], 'drawing.txt', { type: 'image/png' }));
    pasted.items.add(new File(['<svg xmlns="http://www.w3.org/2000/svg"><script>hacked = true</script></svg>'], 'evil.svg', { type: 'image/svg+xml' }));
    pasted.items.add(new File([await picture.slice(0, 20).arrayBuffer()], 'broken.png', { type: 'image/png' }));
    const event = new ClipboardEvent('paste', { clipboardData: pasted, bubbles: true, cancelable: true });
    document.querySelector('#message').dispatchEvent(event);
  });
  for (const page of [ann, bob]) {
    for (const name of ['drawing.txt', 'evil.svg', 'broken.png']) await fileSays(page, name, /, unchanged\./);
    await eventually('the picture', () => page.evaluate(() => document.querySelector('.file-picture')?.naturalWidth === 30));
    assert.deepEqual(await page.locator('#messages img').evaluateAll((all) => all.map(({ alt }) => alt)), ['drawing.txt']);
  }
  await isAccessible(bob, 'with a picture');
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
  await says(bob, /The server is out of reach; the chat goes on without it/);
  await says(ann, /Bob’s connection to the server is lost, waiting/);
  await goOn(ann);
  await assertArrives(ann, bob, 'film.mp4', 5 * MB);
  bob.line.refusing = false;
  for (const page of [ann, bob]) await says(page, /^Connected to (Ann|Bob)\.\s*$/);
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

browserTest('a file goes on after a reload of its receiver, and of its sender once it is chosen again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'film.mp4', 5 * MB);
  await isHeld(ann);
  await fileSays(bob, 'film.mp4', /^Arriving, [45]\d %$/);
  await keeps(bob, 2);
  await bob.reload();
  await says(ann, /Bob closed the page/);
  await fileSays(ann, 'film.mp4', /^Wait/); // What it has sent is not known: the channel is held back.
  await goOn(ann);
  await holdFilesAfter(ann, Infinity);
  // The rest is not for another one.
  const eve = await join(visit, server.http, 'Eve');
  await areConnected([ann, eve]);
  await say(ann, 'Not for you');
  await assertMessages(eve, ['Ann: Not for you']);
  assert.equal(await file(eve, 'film.mp4').count(), 0);
  await eve.click('#leave');
  await enter(bob);
  await assertArrives(ann, bob, 'film.mp4', 5 * MB);
  assert.ok((await bytesSent(ann)) < 3.2 * MB, `${await bytesSent(ann)} bytes were sent after the reload`);

  // The sender's turn.
  await holdFilesAfter(ann, MIDDLE);
  await sendFile(ann, 'lost.mp4', 5 * MB);
  await isHeld(ann);
  await fileSays(bob, 'lost.mp4', /^Arriving, [45]\d %$/);
  await keeps(bob, 2);
  await ann.reload();
  await fileSays(bob, 'lost.mp4', /^Stopped at [45]\d %: Ann has left\. It goes on once Ann sends it again\.$/);
  await ann.evaluate(watchChannels);
  await enter(ann);
  await fileSays(ann, 'lost.mp4', /has a part of this file .* Choose it again to go on\.$/);
  await isAccessible(ann, 'a file is to be chosen again');
  await holdFilesAfter(ann, Infinity);
  await sendFile(ann, 'lost.mp4', 5 * MB);
  await assertArrives(ann, bob, 'lost.mp4', 5 * MB);
  assert.ok((await bytesSent(ann)) < 3.2 * MB, `${await bytesSent(ann)} bytes were sent after the reload`);
  await keeps(bob, 0);
});

browserTest('a folder is one file under way, and arrives with its names', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  const folder = folderWith(t, { 'tea/leaf.txt': 'green', 'tea/cup/small.bin': 'x'.repeat(100_000) });
  await ann.setInputFiles('#folder', folder);
  await fileSays(bob, 'tea', /^Arrived, unchanged/);
  assert.match(await file(bob, 'tea').textContent(), /A folder of 2 files, 100 kB/);
  const [download] = await Promise.all([bob.waitForEvent('download'), file(bob, 'tea').getByRole('link', { name: 'Save as a ZIP file: tea' }).click()]);
  assert.equal(download.suggestedFilename(), 'tea.zip');
  // In place of the picker of the system: a folder of the page's own.
  await bob.evaluate(() => (window.showDirectoryPicker = () => navigator.storage.getDirectory()));
  for (const name of ['tea', 'tea (2)']) {
    await file(bob, 'tea').getByRole('button', { name: 'Save as a folder: tea' }).click();
    await fileSays(bob, 'tea', new RegExp(`^Saved in the folder “${name.replace(/[()]/g, '\\$&')}”, files: 2\\.$`));
  }
  assert.equal(await bob.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const cup = await (await root.getDirectoryHandle('tea (2)')).getDirectoryHandle('cup');
    return (await (await cup.getFileHandle('small.bin')).getFile()).size;
  }), 100_000);
});

browserTest('a folder and a file that are dropped together arrive as two, and the folder whole', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, bob] = await joinBoth(visit, server);
  // The browser gives a hundred names at a time.
  const cups = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`cups/${n}.txt`, String(n)]));
  const folder = folderWith(t, { ...cups, 'cups/old/saucer.txt': 'green', 'alone.txt': 'x' });
  await drop(ann, [folder, path.join(folder, '../alone.txt')]);
  await fileSays(bob, 'alone.txt', /^Arrived, unchanged/);
  await fileSays(bob, 'cups', /^Arrived, unchanged/);
  assert.match(await file(bob, 'cups').textContent(), /A folder of 121 files/);
  await bob.evaluate(() => (window.showDirectoryPicker = () => navigator.storage.getDirectory()));
  await file(bob, 'cups').getByRole('button', { name: 'Save as a folder: cups' }).click();
  await fileSays(bob, 'cups', /^Saved in the folder “cups”, files: 121\.$/);
  assert.deepEqual(await bob.evaluate(async () => {
    const cups = await (await navigator.storage.getDirectory()).getDirectoryHandle('cups');
    const read = async (handle) => (await (await handle).getFile()).text();
    return [await read(cups.getFileHandle('119.txt')), await read((await cups.getDirectoryHandle('old')).getFileHandle('saucer.txt'))];
  }), ['119', 'green']);
});

/** Drops files and folders of the disk in the middle of the page, as a user does. */
async function drop(page, files) {
  const devTools = await page.context().newCDPSession(page);
  const { width, height } = page.viewportSize();
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await devTools.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
  }
}

/** So many blocks of files are kept by the page's browser. */
function keeps(page, count) {
  return eventually(`${count} blocks kept`, async () => (await page.evaluate(() => new Promise((resolve, reject) => {
    const opening = indexedDB.open('switchboard files');
    opening.onerror = reject;
    opening.onsuccess = () => {
      const counting = opening.result.transaction('blocks').objectStore('blocks').count();
      counting.onsuccess = () => {
        opening.result.close();
        resolve(counting.result);
      };
    };
  }))) === count);
}

/** A folder on the disk, with these files; the path of the one that is first in their paths. */
function folderWith(t, files) {
  const root = mkdtempSync(path.join(tmpdir(), 'folder-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return path.join(root, Object.keys(files)[0].split('/')[0]);
}

/** By which names the two ends know each other. */
function ufrags(page) {
  return page.evaluate(() => [...pcs.values()].flatMap((pc) =>
    [pc.currentLocalDescription, pc.currentRemoteDescription].map(({ sdp }) => /^a=ice-ufrag:(\S+)/m.exec(sdp)[1])));
}
