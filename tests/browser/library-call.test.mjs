// The examples of calls by the library, as a user opens them: the server serves the folder of examples. Each of Chromium
// and Firefox calls the other.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { browserTest } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { PLAYERS, isInstalled } from './support/players.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

const news = (page, wanted) => eventually(String(wanted), async () => wanted.test(await page.evaluate(() => document.querySelector('#news').textContent)));

/** Pictures of the other side are shown. */
const sees = (page) => eventually('a moving picture', () => page.evaluate(() => {
  const video = document.querySelector('#video');
  return video.videoWidth > 0 && video.currentTime > 0;
}));

const press = (page, selector) => page.evaluate((wanted) => document.querySelector(wanted).click(), selector);

/** Fills in the form, and presses its button. */
const connect = (page, name, other = '') => page.evaluate(([mine, theirs]) => {
  document.querySelector('#name').value = mine;
  document.querySelector('#other').value = theirs;
  document.querySelector('#form').requestSubmit();
}, [name, other]);

browserTest('call.html: Chromium calls Firefox, and Firefox calls Chromium', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) return t.skip('no Firefox here');
  const server = await serverFor(t, EXAMPLES);
  const address = `${server.http}/call.html`;
  const [ann, fox] = [await visit(address), await visitInFirefox(t, address)];
  const calls = [[ann, 'Ann', fox, 'Fox'], [fox, 'Fox', ann, 'Ann']];
  for (const [caller, callerName, answerer, answererName] of calls) {
    await Promise.all([caller, answerer].map((page) => page.goto(address)));
    await connect(answerer, answererName);
    await news(answerer, /^Connected/);
    await connect(caller, callerName, answererName);
    await news(caller, new RegExp(`^${answererName}: connected`));
    await news(answerer, new RegExp(`^${callerName}: connected`));
    for (const page of [caller, answerer]) await sees(page);
    await press(answerer, '#end');
    await news(answerer, /^You hung up/);
    await news(caller, new RegExp(`^${answererName} hung up`));
  }
});

browserTest('devices.html: another camera, the screen and statistics, between Chromium and Firefox', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) return t.skip('no Firefox here');
  const server = await serverFor(t, EXAMPLES);
  const address = `${server.http}/devices.html`;
  const [ann, fox] = [await visit(address, { camera: 'slow' }), await visitInFirefox(t, address)];
  for (const [caller, answerer] of [[fox, ann], [ann, fox]]) {
    await Promise.all([caller, answerer].map((page) => page.goto(address)));
    await eventually('a client', () => caller.evaluate(() => !document.querySelector('#call').disabled));
    await press(caller, '#call');
    for (const page of [ann, fox]) {
      await news(page, /: connected$/);
      await sees(page);
      await eventually('statistics', () => page.evaluate(() => /^direct, \d+ ms, [1-9]\d* bytes/.test(document.querySelector('#stats').textContent)));
    }
    const camera = () => ann.evaluate(() => pc.getSenders().find(({ track }) => track?.kind === 'video').track.getSettings().deviceId);
    const before = await camera();
    const other = await ann.evaluate((used) => [...document.querySelectorAll('#camera option')].map(({ value }) => value).find((id) => id !== used), before);
    await ann.selectOption('#camera', other);
    await eventually('the other camera', async () => (await camera()) === other);
    await press(ann, '#screen');
    await eventually('the screen', () => ann.evaluate(() => pc.getSenders().some(({ track }) => track?.getSettings().displaySurface)));
    await press(caller, '#end');
    await news(answerer, /hung up/);
  }
});

browserTest('what a page does wrong is answered with a sentence', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES, '--password', 'secret-of-the-class');
  const page = await visit(`${server.http}/call.html`);
  page.problems.expect(/Wrong password/); // Of the first one, which nothing waits for.
  /** Runs code with the library's names; the code and message of what it throws. */
  const fault = (code) => page.evaluate(async (text) => {
    const { Switchboard } = globalThis;
    const run = new Function('Switchboard', 'client', `return (async () => { ${text} })()`);
    const client = /\bclient\b/.test(text) ? await Switchboard.connect({ name: 'Ann', password: 'secret-of-the-class' }) : null;
    const [code, message] = await run(Switchboard, client).then(() => ['none', ''], (error) => [error.code, error.message]);
    client?.close();
    return { code, message };
  }, code);
  const faults = [
    ["Switchboard.connect().call('Bob')", 'bad-options', /await Switchboard\.connect/],
    ["await Switchboard.connect('Ann')", 'bad-options', /takes an object/],
    ["await Switchboard.connect({ url: 'ftp://x' })", 'bad-options', /address of the server/],
    ['await Switchboard.connect({ name: "Ann" })', 'wrong-password', /password/i],
    ['await client.call({ name: "Bob" })', 'bad-options', /user’s name/],
    ["await client.call('Nobody', { audio: false })", 'no-such-peer', /user name/],
    ['await client.call(null, { audio: false }); await client.call(null, { audio: false })', 'busy', /waits already/],
    ['client.close(); await client.call(null)', 'closed', /closed/],
    ['client.close(); await client.join("tea")', 'closed', /closed/],
    ['const call = await client.call(null, { audio: false }); call.hangUp(); await call.stats()', 'ended', /cancelled/],
    ['const call = await client.call(null, { media: false }); await call.send("video", null)', 'no-media', /media: false/],
    ['const call = await client.call(null, { audio: false, data: false }); call.channel("chat")', 'no-channels', /no data channels/],
  ];
  for (const [text, code, sentence] of faults) {
    const seen = await fault(text);
    assert.equal(seen.code, code, `${text}: ${seen.message}`);
    assert.match(seen.message, sentence, text);
  }
  await page.evaluate(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined })); // As without https.
  assert.equal((await fault('await client.call(null, { video: true })')).code, 'insecure');
  // A browser that never replies: hanging up ends the wait, too.
  await page.evaluate(() => (RTCPeerConnection.prototype.createOffer = () => new Promise(() => {})));
  assert.equal((await fault('client.oncall = (call) => setTimeout(() => call.hangUp(), 50); await client.call(null, { audio: false })')).code, 'ended');
  const bare = await visit(`${server.http}/call.html`, { camera: 'none' });
  const refused = await bare.evaluate(async () => {
    const client = await Switchboard.connect({ password: 'secret-of-the-class' });
    return client.call(null, { video: true }).catch(({ code, message }) => ({ code, message, calls: client.calls.length }));
  });
  assert.deepEqual([refused.code, refused.calls], ['no-media', 0], refused.message);
});
