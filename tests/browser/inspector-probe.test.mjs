// The inspector's probe in real browsers: a page sees what it sees without the probe, but for what
// docs/inspector.md lists; and the probe reports what the page does.

import assert from 'node:assert/strict';
import test from 'node:test';
import { visitInFirefox } from './support/firefox.mjs';
import { refuseSlowly, viewOfConfigurations, viewOfErrors, viewOfFunctions, viewOfPromises, viewOfSlowRejection, viewOfTraces } from './support/page-view.mjs';
import { isInstalled, PLAYERS } from './support/players.mjs';
import { probeInOneLine, servePages, visitInChromium } from './support/probed-page.mjs';
import { eventually } from './support/wait.mjs';

const VIEWS = { functions: viewOfFunctions, errors: viewOfErrors, promises: viewOfPromises };
const BROWSERS = { Chromium: visitInChromium, Firefox: visitInFirefox };

test('the probe can be written into a page', async () => {
  const probe = await probeInOneLine({ url: 'inspector/probe' });
  assert.match(probe, /^[\x20-\x7E]+$/);
  assert.doesNotMatch(probe, /<!--|<\/?script/i);
  new Function(probe);
});

for (const [name, visit] of Object.entries(BROWSERS)) {
  test(`a page in ${name} sees its own functions, errors and promises as without the probe`, async (t) => {
    if (!isInstalled(PLAYERS[name])) return t.skip(`no ${name} here`);
    const { url, reports } = await servePages(t, VIEWS);
    const page = await visit(t, `${url}/plain/functions`);
    for (const view of Object.keys(VIEWS)) {
      const seen = [];
      for (const kind of ['plain', 'probed']) {
        await page.goto(`${url}/${kind}/${view}`);
        seen.push(await page.evaluate(() => window.result));
      }
      const [plain, probed] = seen;
      for (const part of Object.keys(plain)) assert.deepEqual(probed[part], plain[part], `${view}: ${part}`);
    }
    assert.ok(reports.some(({ what }) => what === 'call'), 'the probe was there');
  });
}

for (const [name, visit] of Object.entries(BROWSERS)) {
  test(`a page in ${name} uses the relay only where the inspector forces it`, async (t) => {
    if (!isInstalled(PLAYERS[name])) return t.skip(`no ${name} here`);
    const { url, reports } = await servePages(t, { configurations: viewOfConfigurations });
    const page = await visit(t, `${url}/plain/configurations`);
    const seen = {};
    for (const kind of ['plain', 'probed', 'forced']) {
      await page.goto(`${url}/${kind}/configurations`);
      seen[kind] = await page.evaluate(() => window.result);
    }
    assert.deepEqual(seen.probed, seen.plain);
    assert.equal(seen.plain.none.split(' ')[0], 'all');
    const { plain, forced } = seen;
    assert.deepEqual([forced.wrong, forced.wrongServer], [plain.wrong, plain.wrongServer]);
    for (const key of ['none', 'nothing', 'frozen']) assert.match(forced[key], /^relay 2000:i /, key);
    assert.match(forced.stun, /^relay stun:127\.0\.0\.1:65535,2000:i max-bundle$/);
    for (const key of ['own', 'all', 'later']) assert.match(forced[key], /^relay own /, key);
    const made = await eventually('reported', () => reports.filter(({ what, config }) => what === 'pc' && config?.forced));
    assert.deepEqual(made[0].config.iceServers, ['turn:127.0.0.1:65535?transport=tcp']);
    assert.equal(JSON.stringify(reports).includes('"credential"'), false);
  });
}

// Each row of "What a page can still see" in docs/inspector.md.
for (const [name, visit] of Object.entries(BROWSERS)) {
  test(`a page in ${name} sees of the probe what the docs list`, async (t) => {
    if (!isInstalled(PLAYERS[name])) return t.skip(`no ${name} here`);
    const isFirefox = name === 'Firefox';
    const scripts = { traces: viewOfTraces, slow: viewOfSlowRejection, before: refuseSlowly, returning: watchReturns, leaving: goBack };
    const { url, reports } = await servePages(t, scripts);
    const page = await visit(t, `${url}/plain/traces`);
    const plain = await page.evaluate(() => window.result);
    await page.goto(`${url}/probed/traces`);
    const probed = await page.evaluate(() => window.result);

    const source = (text) => text.replaceAll(/\s+/g, ' ');
    assert.equal(source(plain.foreign), 'function RTCPeerConnection() { [native code] }');
    assert.equal(source(probed.foreign), 'function () { [native code] }');

    assert.deepEqual([plain.keysBefore, plain.keysAfter], [[], []]);
    assert.deepEqual([probed.keysBefore, probed.keysAfter], [['constructor'], []]);

    assert.ok(probed.timer > plain.timer, `timers ${plain.timer}, ${probed.timer}`);
    assert.ok(probed.size > plain.size + 1_000);
    assert.deepEqual(probed.globals.toSorted(), plain.globals.toSorted());
    if (isFirefox) assert.notDeepEqual(probed.globals, plain.globals);
    else assert.deepEqual(probed.globals, plain.globals);

    const extra = probed.stack.length - plain.stack.length;
    assert.ok(extra >= 1 && extra <= 3, probed.stack.join('\n'));
    const place = /script\/traces\.js:\d+:\d+/;
    assert.equal(place.exec(probed.stack.join())[0], place.exec(plain.stack.join())[0]);

    for (const [kind, isSame] of [['plain', true], ['probed', false]]) {
      await page.goto(`${url}/${kind}/slow`);
      assert.deepEqual(await page.evaluate(() => window.result), { name: 'NotAllowedError', isSame });
    }

    if (!isFirefox) {
      const developer = await page.context().newCDPSession(page);
      await page.goto(`${url}/probed/traces`);
      const { result } = await developer.send('Runtime.evaluate', { expression: 'RTCPeerConnection' });
      assert.equal(result.subtype, 'proxy');
    }

    // What steers Chromium loses a page that comes out of the cache: so the page itself tells.
    for (const [kind, isKept] of [['plain', true], ['probed', !isFirefox]]) {
      const path = `/${kind}/returning`;
      const opened = () => reports.filter((report) => report.what === 'page' && report.path === path);
      const tab = isFirefox ? page : await page.context().browser().newPage();
      await tab.goto(`${url}${path}`);
      if (kind === 'probed') await eventually('reported', () => opened().length);
      await eventually('shown', () => reports.some((report) => report.what === 'shown' && report.path === path));
      await tab.goto(`${url}/plain/leaving`);
      const shown = await eventually('back', () => reports.find((report) => report.what === 'shown' && report.path === path && report.again === 'true'));
      assert.equal(shown.persisted, String(isKept), `${kind} page kept`);
      if (kind === 'probed') {
        await eventually('reported again', () => opened().length > 1);
        assert.equal(opened()[0].id === opened()[1].id, isKept);
      }
    }
  });
}

/** Runs in a page to which the browser comes back: says how it is shown. */
function watchReturns() {
  addEventListener('pageshow', ({ persisted }) => {
    const again = persisted || Boolean(sessionStorage.getItem(location.pathname));
    sessionStorage.setItem(location.pathname, 'shown');
    fetch(`/shown?path=${location.pathname}&persisted=${persisted}&again=${again}`);
  });
}

/** Runs in a page that goes back by itself, once it is complete. */
function goBack() {
  addEventListener('load', () => setTimeout(() => history.back(), 300));
}

test('a call between Chromium and Firefox is reported from both', async (t) => {
  for (const name of Object.keys(BROWSERS)) if (!isInstalled(PLAYERS[name])) return t.skip(`no ${name} here`);
  const { url, reports } = await servePages(t, { call: makeCall, refused: askForCamera });
  const chromium = await visitInChromium(t, `${url}/probed/refused?secret=1`);
  await eventually('refused', () => reports.some(({ what }) => what === 'media-result'));
  await chromium.goto(`${url}/probed/call`);
  const firefox = await visitInFirefox(t, `${url}/probed/call`);
  for (const page of [chromium, firefox]) await page.evaluate(() => window.result);

  const offer = await chromium.evaluate(() => window.offer());
  const answer = await firefox.evaluate((given) => window.answer(given), offer);
  await chromium.evaluate((given) => pc.setRemoteDescription(given), answer);
  const of = (userAgent) => {
    const { socket } = reports.findLast(({ what, path, userAgent: agent }) => what === 'page' && path === '/probed/call' && agent.includes(userAgent));
    return reports.filter((report) => report.socket === socket);
  };
  const [ofChromium, ofFirefox] = [() => of('Chrome'), () => of('Firefox')];
  for (const [page, list] of [[chromium, ofChromium], [firefox, ofFirefox]]) {
    await eventually('pictures and an open channel in the reports', () => {
      const stats = list().some(({ what, framesDecoded, sent, received, pair }) => what === 'stats' && framesDecoded && sent && received && pair.local && pair.remote === 'host');
      return stats && list().some(({ what, state }) => what === 'channel-state' && state === 'open')
        && list().some(({ what, videos }) => what === 'elements' && videos.some(({ width }) => width) && videos.some(({ blocked }) => blocked));
    });
    await page.evaluate(() => {
      setTimeout(() => {
        throw new RangeError('thrown on purpose');
      });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually('the error', () => list().some(({ what, message }) => what === 'error' && message.includes('thrown on purpose')));
  }
  await chromium.evaluate(() => pc.close());
  await eventually('closed channel', () => ofFirefox().some(({ what, state }) => what === 'channel-state' && state === 'closed'));
  await firefox.evaluate(() => pc.close());

  for (const [list, role] of [[ofChromium, 'createOffer'], [ofFirefox, 'createAnswer']]) {
    const [opened, first] = list();
    assert.equal(opened.what, 'open');
    const { title, path, secure, camera, own, base } = first;
    assert.deepEqual({ title, path, secure, camera, own, base }, { title: 'call', path: '/probed/call', secure: true, camera: true, own: false, base: 'http:' });
    const whats = new Set(list().map(({ what }) => what));
    for (const what of ['pc', 'call', 'result', 'states', 'candidate', 'track', 'track-state', 'channel', 'channel-state', 'media', 'media-result',
      'stats', 'elements', 'error', 'rejection', 'visibility']) assert.ok(whats.has(what), `${role}: no ${what}`);
    const result = (method, ok) => list().find((report) => report.what === 'result' && report.method === method && report.ok === ok);
    assert.match(result(role, true).sdp.sdp, /a=ice-ufrag:/);
    assert.match(result('setLocalDescription', true).sdp?.sdp ?? 'a=ice-ufrag:', /a=ice-ufrag:/);
    assert.equal(result('setRemoteDescription', false).error.name, 'InvalidStateError');
    assert.equal(result('addIceCandidate', false).error.name, 'InvalidStateError');
    assert.ok(list().some(({ what, message }) => what === 'rejection' && message.startsWith('InvalidStateError: ')));
    assert.deepEqual(list().find(({ what }) => what === 'media-result').kinds.toSorted(), ['audio', 'video']);
    const { config } = list().findLast(({ what }) => what === 'pc');
    assert.deepEqual(config.iceServers, ['stun:nothing.invalid', 'turn:nothing.invalid']);
    assert.ok(list().some(({ what, candidate }) => what === 'candidate' && candidate === null));
  }
  const added = ofChromium().findLast(({ what, method }) => what === 'call' && method === 'createOffer');
  assert.deepEqual([added.senders, added.mlines, added.state], [2, 3, 'stable']);
  assert.ok(ofChromium().some(({ what, connection, signaling }) => what === 'states' && signaling === 'closed' && connection));
  await eventually('candidate error', () => ofChromium().some(({ what, code }) => what === 'candidate-error' && code));
  const refused = reports.find(({ what }) => what === 'media-result');
  assert.deepEqual([refused.ok, refused.error.name], [false, 'NotAllowedError']);
  assert.ok(reports.every(({ bytes = 0, inFrame = 0 }) => bytes <= 64 * 1024 && inFrame <= 200));
  assert.doesNotMatch(JSON.stringify(reports), /secret/);
});

/** Runs in a page to which cameras are forbidden. */
function askForCamera() {
  navigator.mediaDevices.getUserMedia({ video: true }).catch(() => {});
}

/** Runs in the pages that call each other: the mistakes first. */
async function makeCall() {
  const early = new RTCPeerConnection();
  early.createDataChannel('early');
  const unhandled = new Promise((resolve) => addEventListener('unhandledrejection', resolve, { once: true }));
  early.addIceCandidate({ candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' });
  const { sdp } = await early.createOffer();
  await early.setRemoteDescription({ type: 'answer', sdp }).catch(() => {});
  await unhandled;
  early.close();

  if (document.readyState !== 'complete') await new Promise((resolve) => addEventListener('load', resolve));
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const make = () => {
    window.pc = new RTCPeerConnection({ iceServers: [
      { urls: 'stun:nothing.invalid' },
      { urls: ['turn:nothing.invalid'], username: 'secret', credential: 'secret' },
    ] });
    pc.ontrack = ({ streams }) => {
      for (const autoplay of [true, false]) {
        const video = document.createElement('video');
        Object.assign(video, { muted: true, autoplay, srcObject: streams[0] });
        document.body.append(video);
      }
    };
    for (const track of stream.getTracks()) pc.addTrack(track, stream);
  };
  const gathered = () => new Promise((resolve) => {
    pc.addEventListener('icecandidate', ({ candidate }) => candidate ?? resolve(pc.localDescription.toJSON()));
  });
  window.offer = async () => {
    make();
    window.channel = pc.createDataChannel('chat');
    await pc.setLocalDescription(await pc.createOffer());
    return gathered();
  };
  window.answer = async (offer) => {
    make();
    await pc.setRemoteDescription(offer);
    await pc.setLocalDescription(await pc.createAnswer());
    return gathered();
  };
}
