// Calls of our own page through the server's own relay (`--turn`), and through nothing else: by UDP, by TCP, and by the port
// of the pages, plain and in TLS. What counts is what the browsers themselves say of the pair of candidates in use.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { state, told } from './support/call-page.mjs';
import { join as joinChat, areConnected, assertMessages, say } from './support/chat-page.mjs';
import { canTrust } from './support/firefox.mjs';
import { areInstalled, assertPicturesArrive, enterIn } from './support/pairing.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** Which of the list's addresses a page uses. */
const BY_TCP = '^turns?:[^?]+\\?transport=tcp$';
const WAYS = {
  UDP: { pattern: '^turn:[^?]+$', protocol: 'udp' },
  TCP: { pattern: BY_TCP, protocol: 'tcp' },
  'TCP on the port of the pages': { pattern: BY_TCP, protocol: 'tcp', isOnPort: true },
  // The list names `turns:` only with a certificate that browsers trust. Here they are made to trust ours.
  'TLS on the port of the pages': { pattern: BY_TCP, protocol: 'tls', isOnPort: true, isSecure: true },
};

/** Runs in the page before a call: of the list only the addresses of this kind count, and connections are kept. */
function useOnly({ pattern, port, isSecure, isOnPort }) {
  const Real = window.RTCPeerConnection;
  window.made = [];
  window.RTCPeerConnection = class extends Real {
    constructor(config) {
      const iceServers = config.iceServers.map(({ urls, ...rest }) => ({
        ...rest,
        urls: [urls].flat()
          .filter((url) => new RegExp(pattern).test(url) && isOnPort === url.includes(`:${port}`))
          .map((url) => (isSecure ? url.replace(/^turn:[^:]+/, 'turns:localhost') : url)),
      })).filter(({ urls }) => urls.length);
      super({ ...config, iceServers });
      window.made.push({ urls: iceServers.flatMap(({ urls }) => urls), policy: config.iceTransportPolicy });
    }
  };
}

/** The ends of the pair of candidates in use: their types, and how this browser reaches the relay. */
function pairOf(page) {
  return page.evaluate(async () => {
    const report = await pc.getStats();
    const all = [...report.values()];
    const transport = all.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
    const pair = report.get(transport?.selectedCandidatePairId) ?? all.find(({ type, selected }) => type === 'candidate-pair' && selected);
    const [own, other] = [report.get(pair?.localCandidateId), report.get(pair?.remoteCandidateId)];
    return { own: own?.candidateType, other: other?.candidateType, protocol: own?.relayProtocol };
  });
}

async function callThroughRelay(story, server, browsers, way) {
  const authority = way.isSecure ? await (await fetch(`${server.http}/switchboard-ca.crt`)).text() : undefined;
  const pages = [];
  for (const [n, browser] of browsers.entries()) {
    const page = await enterIn(browser, story, { http: `${server.http}/?relay` }, ['Ann', 'Bob'][n], { camera: 'slow', authority });
    await page.evaluate(useOnly, { port: server.port, isSecure: false, isOnPort: false, ...way });
    await eventually('the list', async () => /^Connections go through the relay/.test(await page.textContent('#ice-note')));
    pages.push(page);
  }
  const [caller, answerer] = pages;
  await caller.click('#call');
  await answerer.click('button.answer');
  for (const page of pages) await state(page, 'connected');
  for (const page of pages) {
    assert.deepEqual(await page.evaluate(() => made.map(({ policy }) => policy)), ['relay']);
    const { own, protocol } = await pairOf(page);
    assert.equal(own, 'relay');
    assert.equal(protocol, way.protocol);
    await assertPicturesArrive(page);
    await told(page, /^In a call with (Ann|Bob), through a relay\.$/);
  }
  await caller.click('#hangup');
  await told(answerer, /hung up/);
}

const ARGUMENTS = ['--turn', '--turn-port', '0'];

for (const [caller, answerer] of [['Chromium', 'Chromium'], ['Firefox', 'Chromium']]) {
  for (const [name, way] of Object.entries(WAYS)) {
    browserTest(`${caller} calls ${answerer} through the relay by ${name}`, async (story) => {
      if (!areInstalled(story.t, [caller, answerer])) return;
      if (way.isSecure && caller === 'Firefox' && !canTrust()) return story.t.skip('no certutil here (libnss3-tools)');
      await callThroughRelay(story, await serverFor(story.t, ...ARGUMENTS), [caller, answerer], way);
    });
  }
}

browserTest('a chat goes through the relay', async ({ visit, t }) => {
  const server = await serverFor(t, ...ARGUMENTS);
  const [ann, bob] = [await joinChat(visit, server.http, 'Ann', { query: '&relay' }), await joinChat(visit, server.http, 'Bob', { query: '&relay' })];
  await areConnected([ann, bob]);
  await eventually('the way', async () => (await ann.textContent('#ways')) === 'Through a relay: Bob.');
  await say(ann, 'Past the firewall');
  await assertMessages(bob, ['Ann: Past the firewall']);
});
