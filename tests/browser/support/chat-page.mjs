// What a visitor does and sees on our own chat page, by the ids that the page promises.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { state } from './room-page.mjs';
import { startProxy } from './proxy.mjs';
import { eventually } from './wait.mjs';

/** What the browser logs of a line that is cut. */
const CUT = /net::ERR_|WebSocket connection to/;

/** One more visitor in the lobby of the chat “tea”, their name entered. */
export async function openLobby(visit, base, name, { query = '', ...options } = {}) {
  // No camera is asked for: a refused one would be reported.
  const page = await visit(`${base}/chat.html?room=tea${query}`, { camera: 'refused', ...options });
  await page.evaluate(watchChannels);
  await page.fill('#name', name);
  return page;
}

/** One more visitor that has joined, with another one or alone. */
export async function join(visit, base, name, options) {
  const page = await openLobby(visit, base, name, options);
  await enter(page);
  return page;
}

/** From the lobby into the chat. */
export async function enter(page) {
  await page.click('#join');
  await eventually('in the chat', () => page.isEnabled('#leave'));
}

/** Two who are connected. */
export async function joinBoth(visit, server, names = ['Ann', 'Bob']) {
  const pages = [];
  for (const name of names) pages.push(await join(visit, server.http, name));
  await areConnected(pages);
  return pages;
}

/** Two who are connected; the second has a line of its own to the server, which the test can cut: `line`. */
export async function joinByLine({ visit, t }, server) {
  const ann = await join(visit, server.http, 'Ann');
  const line = await startProxy(Number(server.port));
  t.after(() => line.close());
  const bob = await join(visit, `http://localhost:${line.port}`, 'Bob');
  bob.problems.expect(CUT);
  bob.line = line;
  await areConnected([ann, bob]);
  return [ann, bob];
}

/** Each says that it is connected to the other one. */
export function areConnected(pages) {
  return Promise.all(pages.map((page) => state(page, 'connected')));
}

export async function say(page, words) {
  await page.fill('#message', words);
  await page.press('#message', 'Enter');
}

/** The messages, oldest first, as “name: words”, our own with their sign. */
export function messages(page) {
  return page.evaluate(() => [...document.querySelectorAll('#messages li:has(.words)')].map((item) => {
    const [name, words, sign] = ['strong', '.words', '.sign'].map((part) => item.querySelector(part)?.textContent);
    return `${name}: ${words}${sign ? ` (${sign})` : ''}`;
  }));
}

export function assertMessages(page, wanted) {
  return eventually(`messages ${wanted}`, async () => (await messages(page)).join('\n') === wanted.join('\n'));
}

/** Bytes that are nowhere the same, without being random: each test sends the same. */
export function bytesOf(size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(Math.imul(at + 1, 2654435761) >>> 0, at);
  return bytes;
}

/** Chooses a file of this size, which the page makes by itself: larger ones do not pass the debugger. */
export function sendFile(page, name, size) {
  return page.evaluate(([name, size]) => {
    const words = new Uint32Array(size / 4);
    for (let n = 0; n < words.length; n += 1) words[n] = Math.imul(n * 4 + 1, 2654435761); // As in `bytesOf`.
    const chosen = new DataTransfer();
    chosen.items.add(new File([words], name, { lastModified: 1 })); // The same each time.
    const filesEl = document.querySelector('#files');
    filesEl.files = chosen.files;
    filesEl.dispatchEvent(new Event('change'));
  }, [name, size]);
}

/** Pastes a picture, which the page paints by itself. */
export function sendPicture(page, name, width, height) {
  return page.evaluate(async ([name, width, height]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    context.fillStyle = '#7fb6a3';
    context.fillRect(0, 0, width, height);
    context.fillStyle = '#24463a';
    context.fillRect(width / 3, height / 3, width / 3, height);
    const picture = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    const pasted = new DataTransfer();
    pasted.items.add(new File([picture], name, { type: 'image/png' }));
    document.querySelector('#message').dispatchEvent(new ClipboardEvent('paste', { clipboardData: pasted, bubbles: true, cancelable: true }));
  }, [name, width, height]);
}

/** The card of the file of this name. */
export function file(page, name) {
  return page.locator('.file', { has: page.locator('.file-name', { hasText: name }) });
}

/** The file's card says something of this kind. */
export function fileSays(page, name, pattern) {
  return eventually(`${name}: ${pattern}`, async () => {
    const card = file(page, name);
    return (await card.count()) === 1 && pattern.test(await card.locator('.file-state').textContent());
  });
}

/** The large file of this name is accepted when it is offered. */
export function accept(page, name) {
  return file(page, name).getByRole('button', { name: 'Accept' }).click();
}

export function cancel(page, name) {
  return file(page, name).getByRole('button', { name: 'Cancel' }).click();
}

/** The file arrives as it was, is said to be unchanged, and can be saved. */
export async function assertArrives(from, to, name, size) {
  await fileSays(to, name, /^Arrived, unchanged\.$/);
  await fileSays(from, name, /^Delivered, unchanged\.$/);
  const [download] = await Promise.all([
    to.waitForEvent('download'),
    file(to, name).getByRole('link', { name: 'Save' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), name);
  assert.ok(bytesOf(size).equals(await readFile(await download.path())), `${name} is as it was`);
}

/**
 * Holds a page's files back, so that something can happen in the middle of one: after so many bytes
 * the channel looks full, until `goOn`.
 */
export function holdFilesAfter(page, bytes) {
  return page.evaluate((limit) => Object.assign(channelWatch, { sent: 0, limit }), bytes);
}

export function isHeld(page) {
  return eventually('a file held in its middle', () => page.evaluate(() => channelWatch.isHeld));
}

export function goOn(page) {
  return page.evaluate(() => channelWatch.goOn());
}

/** The most bytes that ever waited in the page's channel for files. */
export function mostBuffered(page) {
  return page.evaluate(() => channelWatch.most);
}

/** How many bytes of files the page has put into its channel, since `holdFilesAfter`. */
export function bytesSent(page) {
  return page.evaluate(() => channelWatch.sent);
}

/** Runs in the page: watches, and may hold back, what goes into the channels for files. */
export function watchChannels() {
  const channels = new Set();
  const { prototype } = RTCDataChannel;
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'bufferedAmount');
  const { send } = prototype;
  const watch = { most: 0, sent: 0, limit: Infinity, isHeld: false };
  window.channelWatch = watch;
  Object.defineProperty(prototype, 'bufferedAmount', {
    get() {
      watch.isHeld = this.label === 'files' && watch.sent >= watch.limit;
      return watch.isHeld ? 2 ** 30 : get.call(this);
    },
  });
  prototype.send = function (data) {
    send.call(this, data);
    if (this.label !== 'files') return;
    channels.add(this);
    watch.sent += data.byteLength;
    watch.most = Math.max(watch.most, get.call(this));
  };
  watch.goOn = () => {
    watch.limit = Infinity;
    for (const channel of channels) channel.dispatchEvent(new Event('bufferedamountlow'));
  };
}
