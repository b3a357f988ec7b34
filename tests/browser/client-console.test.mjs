// What a page's console says with our client, in real browsers: about the page's mistakes, about
// the server that is meant, and all that happens to pages that ask for it.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserTest } from './support/browser.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** A server with a page of its own: `script` after our client. */
async function servePage(t, script, ...flags) {
  const folder = await mkdtemp(join(tmpdir(), 'console-page-'));
  t.after(() => rm(folder, { recursive: true }));
  const html = (text) => `<!doctype html><title>Console</title><link rel="icon" href="data:,"><script src="/socket.io/socket.io.js"></script><script>${text}</script>`;
  const server = await serverFor(t, folder, ...flags);
  await writeFile(join(folder, 'index.html'), html(script.replaceAll('8181', server.port)));
  return server;
}

/**
 * Opens the page; what its console says at `kind`, as it comes. Without what the browser itself says
 * of a WebSocket that its page closes too early: a refusal may come while the client still upgrades.
 */
async function listen(visit, url, kind, options = {}) {
  const lines = [];
  const page = await visit('about:blank', options);
  page.on('console', (message) => {
    if (message.type() === kind && !/^WebSocket connection to .+ closed before/.test(message.text())) lines.push(message.text());
  });
  await page.goto(url);
  return { page, lines };
}

for (const scheme of ['http', 'https']) {
  browserTest(`a course page opened by ${scheme} under another name is connected to where it comes from`, async ({ visit, t }) => {
    const server = await servePage(t, "const socket = io.connect('https://localhost:8181/', { auth: { userName: 'Ann', password: 'x' } });");
    const url = `${scheme}://${scheme === 'http' ? '127.0.0.1' : 'page.localhost'}:${server.port}`;
    const { page, lines } = await listen(visit, `${url}/`, 'info');
    await eventually('connected', () => page.evaluate(() => socket.connected));
    await eventually('moved to WebSocket', () => page.evaluate(() => socket.io.engine.transport.name === 'websocket'));
    assert.deepEqual(lines, [`Socket.IO: this page names https://localhost:${server.port} and comes from ${url}, so it is connected to ${url}.`]);
    const hosts = new Set(page.requests.filter((address) => address.includes('EIO=4')).map((address) => new URL(address).host));
    assert.deepEqual([...hosts], [new URL(url).host]);
    assert.deepEqual(await page.evaluate(() => [socket.io === io('/other', { autoConnect: false }).io, socket.nsp]), [true, '/']);
  });
}

browserTest('an address of another port is left alone', async ({ visit, t }) => {
  const other = await serverFor(t);
  const server = await servePage(t, `const socket = io('http://localhost:${other.port}/', { auth: { password: 'x' } });`);
  const { page, lines } = await listen(visit, `${server.http}/`, 'info');
  await eventually('connected', () => page.evaluate(() => socket.connected));
  assert.equal(await page.evaluate(() => socket.io.uri), `http://localhost:${other.port}`);
  assert.deepEqual(lines, []);
});

browserTest('the console explains what a page gets wrong', async ({ visit, t }) => {
  const server = await servePage(t, `
    const connect = (userName) => io({ forceNew: true, auth: { userName, password: 'x' } });
    const ann = connect('Ann');
    ann.on('answerRespons', () => {});
    ann.emit('newOfer', 1);
    ann.emit('newAnswer', { offererUserName: 'nobody', answer: 1 });
    ann.emit('newOffer', 'an offer');
    const bob = connect('Bob');
    const answer = ([offer]) => bob.emit('newAnswer', { ...offer, answer: 'an answer' });
    bob.on('availableOffers', answer).on('newOfferAwaiting', answer);
    connect('x'.repeat(65));
  `);
  const { lines } = await listen(visit, `${server.http}/`, 'warning');
  const warned = (pattern) => eventually(`a warning like ${pattern}`, () => lines.some((line) => pattern.test(line)));
  await warned(/The server knows no event "newOfer" and ignores it. Did you mean "newOffer"\?/);
  await warned(/The server refused "newAnswer": .+ \(no-such-offer\)/);
  await warned(/The server sent "answerResponse", and this page does not listen to it. It listens to "answerRespons"/);
  await warned(/The server refused the connection: .+64/);
  assert.equal(lines.length, 4, lines.join('\n'));
});

browserTest('a page that listens to refusals gets no warnings', async ({ visit, t }) => {
  const server = await servePage(t, `
    const socket = io({ auth: { userName: 'Ann', password: 'wrong' } });
    const heard = [];
    socket.on('signalingError', ({ code }) => heard.push(code));
    socket.on('disconnect', (reason) => heard.push(reason));
  `);
  const { page, lines } = await listen(visit, `${server.http}/`, 'warning');
  await eventually('refused', () => page.evaluate(() => heard.length === 2));
  assert.deepEqual(await page.evaluate(() => heard), ['wrong-password', 'io server disconnect']);
  assert.deepEqual(lines, []);
});

browserTest('with localStorage.debug the console shows each packet', async ({ visit, t }) => {
  const server = await servePage(t, "const socket = io({ auth: { userName: 'Ann', password: 'x' } });");
  const script = () => location.protocol === 'http:' && localStorage.setItem('debug', 'socket.io-*,engine.io-client:socket');
  const { page, lines } = await listen(visit, `${server.http}/`, 'debug', { script });
  assert.equal(await page.evaluate(() => socket.emitWithAck('test')), 'pong');
  for (const part of [
    /^%csocket\.io-client:manager %copening %s%c \+0ms color: \S+ color: inherit http:/,
    /^%csocket\.io-parser %cencoded %s as %s%c \+\d+ms .*\["test"\]/,
    /^%csocket\.io-parser %cdecoded %s as %s%c .*\["pong"\]/,
    /^%cengine\.io-client:socket %csocket receive: type "%s", data "%s"%c .*message 3/,
  ]) {
    assert.ok(lines.some((line) => part.test(line)), `${part} in\n${lines.join('\n')}`);
  }
});

browserTest('the built-in pages give the browser nothing to warn of', async ({ visit, t }) => {
  const server = await serverFor(t);
  for (const path of ['/', '/room/a', '/chat.html']) {
    const { lines } = await listen(visit, server.http + path, 'warning');
    assert.deepEqual(lines, [], path);
  }
});
