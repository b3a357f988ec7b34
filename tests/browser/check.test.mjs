// The check page: what a call needs, tried in real browsers; and the helper page that leads to it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { browserTest } from './support/browser.mjs';
import { state } from './support/call-page.mjs';
import { check, comesTo, linkFor, results, words } from './support/check-page.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { isInstalled, PLAYERS } from './support/players.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const PHONE = { width: 390, height: 844 };
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Version/26.1 Mobile/15E148 Safari/604.1';
/** All is well on the machine of the server, which has neither STUN nor TURN. */
const WELL = {
  secure: 'ok', certificate: 'untried', websocket: 'ok', devices: 'ok', host: 'ok', srflx: 'untried', relay: 'untried',
};

browserTest('two devices that open one code reach each other, and all is well', async ({ visit, t }) => {
  const server = await serverFor(t);
  const one = await visit(`${server.http}/check`);
  await one.setViewportSize(PHONE);
  await isAccessible(one, 'before the start');
  await check(one);
  assert.deepEqual(await results(one), { ...WELL, other: 'waiting' });
  assert.match(await words(one, 'other'), /No other device yet/);
  assert.match(await one.textContent('#status'), /All is well so far.*waits for another device/);
  await isAccessible(one, 'it waits for another device');
  const other = await visit(await linkFor(one, server));
  await check(other);
  for (const page of [one, other]) {
    await comesTo(page, 'other', 'ok');
    assert.deepEqual(await results(page), { ...WELL, other: 'ok' });
    assert.match(await page.textContent('#status'), /All is well: this device can call/);
    const hosts = new Set(page.requests.map((url) => new URL(url)).filter(({ protocol }) => protocol !== 'data:').map(({ host }) => host));
    assert.deepEqual([...hosts], [`localhost:${server.port}`]);
  }
});

browserTest('with the relay inside the server, its candidates are found', async ({ visit, t }) => {
  const server = await serverFor(t, '--turn', '--turn-port', '0');
  const page = await visit(`${server.http}/check`);
  await check(page);
  assert.deepEqual(await results(page), { ...WELL, srflx: 'ok', relay: 'ok', other: 'waiting' });
  assert.match(await words(page, 'relay'), /^[1-9]\d* found\.$/);
});

browserTest('each failure has its cure: no camera, no WebSocket, the password, no https', async ({ visit, t }) => {
  const server = await serverFor(t, '--password', 'secret');
  const page = await visit(`${server.http}/check`, { camera: 'none', transport: 'polling' });
  page.problems.expect(/401/);
  await check(page);
  assert.match(await words(page, 'devices'), /No camera or microphone found: connect one/);
  assert.match(await words(page, 'websocket'), /another password/);
  assert.match(await words(page, 'relay'), /does not say which servers it names/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
  await page.fill('#password', 'secret');
  await page.press('#password', 'Enter');
  await eventually('the cure', async () => /No WebSocket passes/.test(await words(page, 'websocket')));
  await comesTo(page, 'relay', 'untried');
  assert.deepEqual(await results(page), { ...WELL, devices: 'failed', websocket: 'failed', other: 'untried' });
  await eventually('the sum', async () => /2 of 8 checks failed/.test(await page.textContent('#status')));
  await isAccessible(page, 'checks failed');

  const refused = await visit(`${server.http}/check`, { camera: 'refused' });
  refused.problems.expect(/401|WebSocket/);
  await check(refused);
  assert.match(await words(refused, 'devices'), /does not let this page use the camera and microphone: allow them/);

  // A name that is not known to be in the network is served by http.
  const hosts = 'MAP calls.example 127.0.0.1';
  const insecure = await visit(`http://calls.example:${server.port}/check`, { hosts });
  insecure.problems.expect(/403|401|WebSocket|Cross-Origin-Opener-Policy/);
  await check(insecure);
  assert.deepEqual([(await results(insecure)).secure, (await results(insecure)).devices], ['failed', 'failed']);
  assert.match(await words(insecure, 'secure'), /Open https:\/\/calls\.example/);
});

browserTest('a phone that opens the address by http is led to https, with the code that it scanned', async ({ visit, t }) => {
  const server = await serverFor(t);
  const hosts = 'MAP desk.lan 127.0.0.1';
  const phone = await visit(`${server.http}/check`, { hosts });
  await phone.setViewportSize(PHONE);
  await phone.setExtraHTTPHeaders({ 'User-Agent': IPHONE });
  await phone.goto(`http://desk.lan:${server.port}/check#with=abc`);
  assert.equal(await phone.textContent('h1'), 'Open this page with https');
  assert.deepEqual(await phone.locator('details[open] summary').allTextContents(), ['iPhone and iPad']);
  await isAccessible(phone, 'helper page');
  await phone.click('summary:has-text("Android")');
  assert.match(await phone.textContent('main'), /Encryption & credentials/);
  await phone.click('a.open');
  await phone.waitForURL(`https://desk.lan:${server.port}/check#with=abc`);
  await check(phone);
  assert.equal((await results(phone)).certificate, 'ok');
  assert.equal(await phone.inputValue('#link'), `https://desk.lan:${server.port}/check#with=abc`);

  await phone.goto(`https://desk.lan:${server.port}/ca`);
  assert.match(await phone.textContent('main'), /(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/);
  await isAccessible(phone, 'page of the authority');
  await phone.goto(`http://desk.lan:${server.port}/`);
  await phone.click('a.open');
  await state(phone, 'idle');
});

if (isInstalled(PLAYERS.Firefox)) {
  browserTest('Firefox checks itself, and reaches Chromium', async ({ visit, t }) => {
    const server = await serverFor(t);
    const one = await visitInFirefox(t, `${server.http}/check`);
    await check(one);
    assert.deepEqual(await results(one), { ...WELL, other: 'waiting' });
    const other = await visit(await linkFor(one, server));
    await check(other);
    for (const page of [one, other]) {
      await comesTo(page, 'other', 'ok');
      assert.deepEqual(await results(page), { ...WELL, other: 'ok' });
    }
  });
} else {
  test('Firefox checks itself, and reaches Chromium', { skip: 'no Firefox' });
}
