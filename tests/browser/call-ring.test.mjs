// The stage of the call page: an incoming call, two that call at once, what a call offers, and calling again.

import assert from 'node:assert/strict';
import { giveWindows, locksOf, notifications, show, tonesOf, watchCalling, watchLocks } from './support/attention.mjs';
import { browserTest } from './support/browser.mjs';
import { answerButton, callAndAnswer, enter, noOffers, state, says } from './support/call-page.mjs';
import { assertInCall } from './support/call.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

/** The words of the call that is shown; empty where none is. */
const ringing = (page) => page.evaluate(() => (document.querySelector('#ring').hidden ? '' : document.querySelector('#ring-words').textContent));
const rings = (page, name) => eventually(`${name} is calling`, async () => (await ringing(page)) === `${name} is calling`);
const isQuiet = (page) => eventually('no call on the stage', async () => (await ringing(page)) === '');
const titled = (page, words) => eventually(`title ${words}`, async () => words.test(await page.title()));
const iconOf = (page) => page.evaluate(() => new URL(document.querySelector('link[rel=icon]').href).pathname);

/** Runs in the page before its scripts: the tab knows the name, so that nothing has to be pressed. */
const beAnn = () => sessionStorage.setItem('userName', 'Ann');

browserTest('an incoming call rings on the stage, in the title and in the icon, and is answered there', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', server.http, { script: watchCalling });
  const carl = await enter(visit, server, 'Carl');
  await isAccessible(ann, 'without a call');
  await ann.focus('#name');
  await ann.keyboard.press('m'); // What is typed is no key of the page.
  assert.equal(await ann.getAttribute('#microphone', 'aria-pressed'), 'true');
  await ann.fill('#name', 'Ann');
  await carl.click('#call');
  await rings(ann, 'Carl');
  await titled(ann, /^Carl is calling – Switchboard$/);
  assert.equal(await ann.textContent('#status'), 'Carl is calling.');
  assert.equal(await iconOf(ann), '/icon-ringing.svg');
  await eventually('a tone', async () => (await tonesOf(ann)) > 0);
  assert.deepEqual(await notifications(ann), [], 'the user looks at the page');
  await ann.hover('#ring-answer');
  await isAccessible(ann, 'a call comes in');

  await carl.click('#hangup');
  await isQuiet(ann);
  await titled(ann, /^Switchboard – call$/);
  assert.equal(await iconOf(ann), '/icon.svg');

  await ann.click('summary:has-text("Incoming calls")');
  await ann.uncheck('#ring-sound');
  await ann.evaluate(() => (window.tones = 0));
  await carl.click('#call');
  await rings(ann, 'Carl');
  assert.equal(await tonesOf(ann), 0);
  await ann.check('#ring-sound');
  await eventually('a tone', async () => (await tonesOf(ann)) > 0);
  await ann.click('#ring-answer');
  await assertInCall(carl, ann);
  await isQuiet(ann);
  await titled(ann, /^In a call with Carl – Switchboard$/);
});

browserTest('a call to all is put aside and stays in the list; one to this user alone is declined', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, '', server.http, { script: beAnn });
  await ann.evaluate(watchCalling);
  const carl = await enter(visit, server, 'Carl');
  await carl.click('#call');
  await rings(ann, 'Carl');
  assert.equal(await ann.evaluate(() => window.tones), 0, 'nothing was pressed yet');
  await ann.click('#ring-words');
  await eventually('a tone', async () => (await tonesOf(ann)) > 0);
  assert.equal(await ann.textContent('#ring-decline'), 'Hide here');
  assert.match(await ann.textContent('#ring-note'), /for everyone here.*Hidden, it stays under “Waiting calls”/);
  await ann.click('#ring-decline');
  await isQuiet(ann);
  assert.equal(await ann.textContent('#stage-note'), 'A call is waiting');
  assert.equal(await answerButton(ann).count(), 1);
  await state(carl, 'waiting'); // Another one may answer.
  await answerButton(ann).click();
  await assertInCall(carl, ann);
  await ann.click('#hangup');
  await says(carl, /Ann hung up/);

  await show(ann, 'hidden');
  await carl.click('#call-again');
  await says(carl, /^Waiting for Ann to answer…/);
  assert.ok(await carl.isHidden('.while-waiting'), 'no other device can answer');
  await rings(ann, 'Carl');
  assert.deepEqual(await notifications(ann), ['Carl is calling']);
  assert.equal(await ann.textContent('#ring-decline'), 'Decline');
  await ann.click('#ring-decline');
  await says(ann, /^You declined the call of Carl\./);
  await says(carl, /Ann declined the call/);
  assert.deepEqual(await notifications(ann), []);
  await show(ann, 'visible');
  await noOffers(ann);
  await carl.click('#call-again');
  await rings(ann, 'Carl');
  await ann.click('#ring-answer');
  await assertInCall(carl, ann);
});

browserTest('two who call at once are asked to join their calls', async ({ visit, t }) => {
  const server = await serverFor(t);
  const [ann, carl] = [await enter(visit, server, 'Ann'), await enter(visit, server, 'Carl')];
  await Promise.all([ann, carl].map((page) => page.click('#call')));
  await rings(ann, 'Carl');
  await rings(carl, 'Ann');
  assert.match(await ann.textContent('#ring-note'), /You are calling, too/);
  assert.equal(await ann.textContent('#ring-answer'), 'Join the calls');
  await ann.click('#ring-answer');
  await assertInCall(carl, ann);
  for (const page of [ann, carl]) await noOffers(page);

  // A link of the header asks first.
  await state(ann, 'connected');
  await ann.click('.elsewhere a[href="room.html"]');
  await ann.click('#question button[value="no"]');
  await state(ann, 'connected');
  await ann.click('.elsewhere a[href="room.html"]');
  await isAccessible(ann, 'a question');
  await ann.click('#question button[value="yes"]');
  await says(carl, /Ann hung up/);
  await ann.waitForURL(/room\.html$/);
});

browserTest('in a call the form and Call are gone; duration, quality and its details are there', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann', server.http, { script: watchLocks });
  const carl = await enter(visit, server, 'Carl');
  await ann.evaluate(giveWindows);
  assert.deepEqual(await locksOf(ann), [0, 0]);
  await callAndAnswer(carl, ann);
  await state(ann, 'connected');
  await eventually('the screen stays on', async () => (await locksOf(ann)).join() === '1,1');
  for (const id of ['#call', '#identity']) assert.equal(await ann.isVisible(id), false, id);
  assert.match(await ann.textContent('#duration'), /^0:\d\d$/);
  await eventually('a good connection', async () => (await ann.textContent('#quality-words')) === 'Good');
  await ann.click('#quality');
  assert.match(await ann.textContent('#quality-rows'), /Way.*direct.*Round trip.*\d+ ms.*Lost packets.*0\.0 %/s);
  await eventually('what arrives', async () => /Receiving\d.*Picture\d+ × \d+/s.test(await ann.textContent('#quality-rows')));
  assert.equal(await ann.getAttribute('#state-panel [data-machine="connectionState"]', 'data-value'), 'connected');
  await isAccessible(ann, 'in a call');
  await ann.click('#close-quality');
  assert.equal(await ann.evaluate(() => document.activeElement.id), 'quality');

  await movesItsPicture(ann);
  await keepsScreenOn(ann);
  await pressKeys(ann);
  await ann.click('#full-screen');
  await eventually('full screen', () => ann.evaluate(() => document.fullscreenElement?.id === 'your-call'));
  assert.ok(await ann.isVisible('#hangup'));
  await ann.keyboard.press('l');
  await ann.keyboard.press('Escape');
  await state(ann, 'connected');
  await ann.keyboard.press('l');
  await carl.click('#hangup');
  await state(ann, 'idle');
  assert.equal(await ann.locator('#question').count(), 0); // There is nothing left to ask about.
  await eventually('the page again', () => ann.evaluate(() => document.fullscreenElement === null));
  for (const id of ['#call', '#identity', '#call-again']) assert.ok(await ann.isVisible(id), id);
  for (const id of ['#duration', '#quality', '#quality-details']) assert.equal(await ann.isVisible(id), false, id);
  assert.match(await ann.textContent('#call-again'), /Call Carl again/);
  assert.deepEqual(await locksOf(ann), [2, 0]);
  assert.equal(await ann.evaluate(() => document.pictureInPictureElement), null);
  await ann.hover('#call-again');
  await isAccessible(ann, 'a call has ended');
});

/** The other side's picture goes into a window of its own, comes back, and goes there once more. */
async function movesItsPicture(page) {
  const isThere = async (wanted) => {
    assert.equal(await page.evaluate(() => document.pictureInPictureElement?.id), wanted ? 'remote-video' : undefined);
    assert.equal(await page.getAttribute('#picture-in-picture', 'aria-pressed'), String(wanted));
  };
  for (const wanted of [true, false, true]) {
    await page.click('#picture-in-picture');
    await isThere(wanted);
  }
}

/** The browser takes the lock away from a page that is hidden; it is requested again when the page is seen. */
async function keepsScreenOn(page) {
  await page.evaluate(() => (window.locks[0].released = true));
  assert.deepEqual(await locksOf(page), [1, 0]);
  await show(page, 'visible');
  await eventually('a lock again', async () => (await locksOf(page)).join() === '2,1');
}

/** The keys work, are shown, and are switched off and on again. */
async function pressKeys(page) {
  const isMuted = async () => (await page.getAttribute('#microphone', 'aria-pressed')) === 'false';
  await page.keyboard.press('m');
  assert.equal(await isMuted(), true);
  await page.keyboard.press('Control+m');
  assert.equal(await isMuted(), true);
  await page.keyboard.press('?');
  await page.keyboard.press('m'); // A dialog is open.
  assert.equal(await isMuted(), true);
  assert.match(await page.textContent('#keys dl'), /mMicrophone on or off.*lHang up, after a question/s);
  await isAccessible(page, 'the keys');
  await page.uncheck('#keys-on');
  await page.keyboard.press('Escape');
  await page.keyboard.press('m');
  await page.keyboard.press('?');
  assert.equal(await isMuted(), true);
  assert.equal(await page.isVisible('#keys'), false);
  await page.click('#show-keys');
  await page.check('#keys-on');
  await page.keyboard.press('Escape');
  await page.keyboard.press('m');
  assert.equal(await isMuted(), false);
}
