// Calls of our own page through the server's own relay (`--turn`), and through nothing else: by UDP, by TCP, and by the port
// of the pages, plain and in TLS. What counts is what the browsers themselves say of the pair of candidates in use.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { browserTest } from './support/browser.mjs';
import { state, says } from './support/call-page.mjs';
import { join as joinChat, areConnected, assertMessages, say } from './support/chat-page.mjs';
import { answerButton, connected, replaceIn, serveCoursePage } from './support/course-page.mjs';
import { canTrust } from './support/firefox.mjs';
import { watchServer } from './support/inspector-watch.mjs';
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

/** Runs in the page before a call: of the list only the addresses of this kind count, and the page's connection is kept. */
function useOnly({ pattern, port, isSecure = false, isOnPort = false }) {
  window.RealPeerConnection ??= window.RTCPeerConnection;
  window.RTCPeerConnection = class extends window.RealPeerConnection {
    constructor(config = {}) {
      const iceServers = (config.iceServers ?? []).map(({ urls, ...rest }) => ({
        ...rest,
        urls: [urls].flat()
          .filter((url) => new RegExp(pattern).test(url) && isOnPort === url.includes(`:${port}`))
          .map((url) => (isSecure ? url.replace(/^turn:[^:]+/, 'turns:localhost') : url)),
      })).filter(({ urls }) => urls.length);
      super({ ...config, iceServers });
      window.made = { urls: iceServers.flatMap(({ urls }) => urls), policy: config.iceTransportPolicy };
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

async function callThroughRelay([caller, answerer], port, way) {
  const pages = [caller, answerer];
  for (const page of pages) await page.evaluate(useOnly, { port, ...way });
  await caller.click('#call');
  await answerer.click('button.answer');
  for (const page of pages) await state(page, 'connected');
  for (const page of pages) {
    const { policy, urls } = await page.evaluate(() => made);
    assert.deepEqual([policy, urls.length], ['relay', 1]);
    const { own, protocol } = await pairOf(page);
    assert.deepEqual([own, protocol], ['relay', way.protocol]);
    await assertPicturesArrive(page);
    await says(page, /^In a call with (Ann|Bob), through a relay\./);
  }
  await caller.click('#hangup');
  for (const page of pages) await state(page, 'idle');
}

/** Firefox asks a TURN server on a loopback address only if it uses that interface. */
const LOOPBACK = "user_pref('media.peerconnection.ice.loopback', true);\n";

const ARGUMENTS = ['--turn', '--turn-port', '0'];

for (const browsers of [['Chromium', 'Chromium'], ['Firefox', 'Chromium']]) {
  browserTest(`${browsers.join(' calls ')} through the relay by ${Object.keys(WAYS).join(', by ')}`, async (story) => {
    if (!areInstalled(story.t, browsers)) return;
    const server = await serverFor(story.t, ...ARGUMENTS);
    const authority = canTrust() ? await (await fetch(`${server.http}/switchboard-ca.crt`)).text() : undefined;
    const pages = [];
    for (const [n, browser] of browsers.entries()) {
      const page = await enterIn(browser, story, { http: `${server.http}/?relay` }, ['Ann', 'Bob'][n], { camera: 'several', authority, preferences: LOOPBACK });
      await eventually('the list', async () => /^Connections go through the relay/.test(await page.textContent('#ice-note')));
      pages.push(page);
    }
    for (const [name, way] of Object.entries(WAYS)) {
      if (way.isSecure && browsers.includes('Firefox') && !canTrust()) {
        assert.notEqual(process.env.CI, 'true', 'certutil is missing (libnss3-tools)');
        story.t.diagnostic(`no TLS in Firefox: there is no certutil here (libnss3-tools)`);
        continue;
      }
      story.t.diagnostic(name);
      await callThroughRelay(pages, server.port, way);
    }
  });
}

browserTest('a chat goes through the relay', async ({ visit, t }) => {
  const server = await serverFor(t, ...ARGUMENTS);
  const [ann, bob] = [await joinChat(visit, server.http, 'Ann', { query: '&relay' }), await joinChat(visit, server.http, 'Bob', { query: '&relay' })];
  await areConnected([ann, bob]);
  await eventually('the way', async () => (await ann.textContent('#ways')) === 'Through a relay: Bob.');
  await say(ann, 'Past the firewall');
  await assertMessages(bob, ['Ann: Past the firewall']);
});

browserTest('a course page without any ICE server uses the relay while the inspector forces that', async ({ visit, t }) => {
  const server = await serveCoursePage(t, ...ARGUMENTS);
  const inspector = await visit(`${server.https}/inspector#${server.inspectorKey}`);
  await inspector.click('#more summary');
  await inspector.check('#force-relay');
  await eventually('loud', async () => /use this server’s/.test(await inspector.textContent('#relay-words')));
  const pages = [];
  for (const _ of ['caller', 'answerer']) {
    const page = await visit(`${server.https}/index.html`, { camera: 'several' });
    await connected(page);
    pages.push(page);
  }
  const [caller, answerer] = pages;
  await caller.click('#call');
  await answerButton(answerer, 1).click();
  for (const page of pages) {
    await eventually('connected', () => page.evaluate(() => peerConnection?.connectionState === 'connected'));
    await page.evaluate(() => (window.pc = peerConnection));
    assert.equal((await pairOf(page)).own, 'relay');
  }
});

browserTest('the inspector names a TURN server that refuses the credentials of a course page', async ({ visit, t }) => {
  const server = await serveCoursePage(t, ...ARGUMENTS);
  const { iceServers } = await (await fetch(`${server.http}/api/ice-servers?password=x`)).json();
  const [{ urls: [url], username }] = iceServers;
  const wrong = `iceServers: [{ urls: '${url}', username: '${username}', credential: 'wrong' }], iceTransportPolicy: 'relay'`;
  await replaceIn(join(server.folder, 'scripts.js'), 'iceServers: []', wrong);
  const story = (await watchServer(t, server)).story();
  const page = await visit(`${server.https}/index.html`);
  await connected(page);
  await page.click('#call');
  const { sentence, step } = await story.problem('turn-server-failed');
  assert.match(sentence, /^The TURN server `turn:127\.0\.0\.1:\d+.*` has refused the credentials of .*’s page \(401/);
  assert.equal(step, '3');
});
