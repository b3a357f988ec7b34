// Rows of docs/browsers.md about what Chromium asks its user for: addresses of the computer, and servers on it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { chromium } from './support/chromium.mjs';
import { WebSocketServer } from 'ws';
import { CAMERAS } from './support/browser.mjs';
import { QUIET } from './support/players.mjs';

/** Nothing is switched off that these rows are about, and no permission is given beforehand. */
const ARGS = QUIET.map((flag) => flag.replace('WebRtcHideLocalIpsWithMdns,', ''));

const launch = async (t) => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...ARGS, CAMERAS.small[0]] });
  t.after(() => browser.close());
  return browser;
};

/** A server on this machine that any page may use, as far as the server is concerned; its own page counts as public. */
async function openServer(t) {
  const server = createServer((_, response) => response.writeHead(200, {
    'access-control-allow-origin': '*',
    'content-security-policy': 'treat-as-public-address',
    'content-type': 'text/html',
  }).end('<!DOCTYPE html>'));
  new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `localhost:${server.address().port}`;
}

test('Chromium gives out addresses as .local names until the page may use camera or microphone', async (t) => {
  const browser = await launch(t);
  const host = await openServer(t);
  for (const [permissions, isName] of [[[], true], [['microphone'], false]]) {
    const context = await browser.newContext({ permissions });
    const page = await context.newPage();
    await page.goto(`http://${host}/`);
    const addresses = await page.evaluate(async () => {
      const pc = new RTCPeerConnection();
      pc.createDataChannel('x');
      const found = [];
      pc.addEventListener('icecandidate', ({ candidate }) => candidate?.address && found.push(candidate.address));
      await pc.setLocalDescription();
      while (pc.iceGatheringState !== 'complete') {
        await new Promise((resolve) => pc.addEventListener('icegatheringstatechange', resolve, { once: true }));
      }
      return found;
    });
    assert.ok(addresses.length > 0);
    for (const address of addresses) assert.equal(address.endsWith('.local'), isName, address);
    await context.close();
  }
});

test('a public page reaches a server on this machine only with the permission loopback-network', async (t) => {
  const browser = await launch(t);
  const [host, other] = [await openServer(t), await openServer(t)];
  const seen = {};
  for (const name of ['local-network', 'loopback-network']) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://${host}/`);
    const devtools = await context.newCDPSession(page);
    const { targetInfo } = await devtools.send('Target.getTargetInfo');
    await devtools.send('Browser.setPermission', {
      permission: { name }, setting: 'granted', origin: `http://${host}`, browserContextId: targetInfo.browserContextId,
    });
    seen[name] = await page.evaluate(reach, other);
    await context.close();
  }
  const [closed, open] = [{ fetch: 'TypeError', WebSocket: 'close 1006' }, { fetch: 'ok', WebSocket: 'open' }];
  assert.deepEqual(seen, { 'local-network': closed, 'loopback-network': open });
});

/** Runs in the page. */
async function reach(host) {
  const answer = await fetch(`http://${host}/`).then(() => 'ok', (error) => error.name);
  const socket = await new Promise((resolve) => {
    const ws = new WebSocket(`ws://${host}/`);
    ws.onopen = () => resolve('open');
    ws.onclose = ({ code }) => resolve(`close ${code}`);
  });
  return { fetch: answer, WebSocket: socket };
}
