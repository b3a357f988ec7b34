// Our own call page in real browsers: the same situations as the course page, and what only ours has.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import {
  answerButton,
  assertOnlyServerWasAsked,
  callAndAnswer,
  enter,
  noOffers,
  state,
  stateOf,
  says,
  wordsOf,
} from './support/call-page.mjs';
import { allCandidatesFound, assertInCall } from './support/call.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

browserTest('an answerer who is there already sees the offer and answers it', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  await state(caller, 'waiting');
  assert.match(await answerButton(answerer).textContent(), /Answer Carl/);
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);

  for (const [page, other] of [[caller, /Ann/], [answerer, /Carl/]]) {
    await state(page, 'connected');
    await says(page, other);
    assert.ok(await page.evaluate(() => window.pc === observedCalls.at(-1).pc), 'pc for the console');
    assertOnlyServerWasAsked(page, server);
  }
});

browserTest('an answerer who comes late finds the offer in the list, over https', async ({ visit, t }) => {
  const server = await serverFor(t);
  const caller = await enter(visit, server, 'Carl', server.https);
  await caller.click('#call');
  await allCandidatesFound(caller);
  const answerer = await enter(visit, server, 'Ann', server.https);
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  for (const page of [caller, answerer]) assertOnlyServerWasAsked(page, server);
});

browserTest('where the browser remembers nothing, one can call all the same', async ({ visit, t }) => {
  const server = await serverFor(t);
  const forget = () => {
    for (const memory of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, memory, { get: () => { throw new DOMException('forbidden', 'SecurityError'); } });
    }
  };
  const answerer = await enter(visit, server, 'Ann', server.http, { script: forget });
  const caller = await enter(visit, server, 'Carl', server.http, { script: forget });
  await callAndAnswer(caller, answerer);
});

browserTest('the page says which load of it connects: a new one after a reload, the same after a loss', async ({ visit, t }) => {
  const server = await serverFor(t);
  const page = await enter(visit, server, 'Ann');
  const sessions = () => page.posts.filter((body) => body.startsWith('40')).map((body) => JSON.parse(body.slice(2)).session);
  await eventually('connected under the new name', async () => sessions().length >= 2);
  const before = sessions();
  await page.reload();
  await eventually('connected again', async () => sessions().length > before.length);
  assert.match(before[0], /^[0-9A-F]{32}$/);
  assert.equal(new Set(before).size, 1);
  assert.notEqual(sessions().at(-1), before[0]);
});

browserTest('a caller who reloads while waiting is withdrawn from the list and can call again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  const first = await answerButton(answerer).getAttribute('data-offer-id');
  await caller.reload();
  await noOffers(answerer);

  await state(caller, 'idle');
  await caller.click('#call');
  assert.notEqual(await answerButton(answerer).getAttribute('data-offer-id'), first);
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
});

browserTest('a caller who reloads in the middle of a call can call again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await caller.reload();
  await state(answerer, 'idle');
  await state(caller, 'idle');
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
});

browserTest('a third user sees the offer come and go, and disturbs nobody', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const third = await enter(visit, server, 'Tom');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  await answerButton(third).waitFor();
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await noOffers(third);

  // The third one's own call is nobody's concern: the two go on.
  await third.click('#call');
  await state(third, 'waiting');
  await third.click('#hangup');
  await state(third, 'idle');
  await assertInCall(caller, answerer);
});

browserTest('after hanging up the other page says so, and both can call again', async ({ visit, t }) => {
  const server = await serverFor(t);
  const ann = await enter(visit, server, 'Ann');
  const carl = await enter(visit, server, 'Carl');
  await carl.click('#call');
  await answerButton(ann).click();
  await assertInCall(carl, ann);

  await ann.click('#hangup');
  await state(ann, 'idle');
  await state(carl, 'idle');
  await says(carl, /Ann/);

  // The other way round, and the other one hangs up.
  await ann.click('#call');
  await answerButton(carl).click();
  await assertInCall(ann, carl);
  await ann.click('#hangup');
  await state(carl, 'idle');
  await says(carl, /Ann/);

  await carl.click('#call');
  await answerButton(ann).click();
  await assertInCall(carl, ann);
});

browserTest('a call that nobody has answered yet can be cancelled', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  await answerButton(answerer).waitFor();
  await caller.click('#hangup');
  await state(caller, 'idle');
  await noOffers(answerer);
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
});

browserTest('lobbies keep calls apart', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const elsewhere = await enter(visit, server, 'Eve');
  await elsewhere.fill('#lobby', 'another');
  await elsewhere.press('#lobby', 'Enter');
  await state(elsewhere, 'idle');
  const caller = await enter(visit, server, 'Carl');
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await elsewhere.click('#call');
  await state(elsewhere, 'waiting');
  await noOffers(elsewhere);
  await noOffers(answerer);
});

browserTest('a wrong password is refused in words and can be corrected', async ({ visit, t }) => {
  const server = await serverFor(t, '--password', 'secret');
  const page = await visit(server.http);
  // The browser logs it if the page's good-bye comes to a session that the server has ended already, and if the ICE servers
  // are asked for with a wrong password.
  page.problems.expect(/Failed to load resource.* 40[01]/);
  await says(page, /password/i);
  assert.notEqual(await stateOf(page), 'idle');
  await isAccessible(page, 'a wrong password');
  await page.fill('#password', 'oak');
  await page.press('#password', 'Enter');
  await eventually('refused again', async () => /another password/.test(await wordsOf(page)));
  assert.equal(await page.textContent('#saved'), '');
  await page.fill('#password', 'secret');
  await page.press('#password', 'Enter');
  assert.equal(await page.textContent('#saved'), 'Saved.');
  await state(page, 'idle');
  assert.doesNotMatch(await wordsOf(page), /password/i);
  await page.click('#call');
  await state(page, 'waiting');
});

browserTest('a hostile name is text and nothing else', async ({ visit, t }) => {
  const server = await serverFor(t);
  const hostile = '<img src=x onerror=window.hacked=true>';
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, hostile);
  await caller.click('#call');
  await answerButton(answerer).waitFor();
  assert.ok((await answerer.textContent('#offers')).includes(hostile));
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
  await says(answerer, /<img src=x/);
  await caller.click('#hangup');
  await state(answerer, 'idle');
  for (const page of [answerer, caller]) {
    assert.equal(await page.locator('img[src=x]').count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  }
});

browserTest('a call can be made, answered and ended by keyboard alone', async ({ visit, t }) => {
  const server = await serverFor(t);
  const answerer = await enter(visit, server, 'Ann');
  const caller = await enter(visit, server, 'Carl');
  await pressByKeyboard(caller, '#call');
  await answerButton(answerer).waitFor();
  await pressByKeyboard(answerer, 'button.answer');
  await assertInCall(caller, answerer);
  // The focus is not on what would end the call by one more key, and Hang up is not far.
  for (const page of [caller, answerer]) {
    await eventually('focus on the stage', () => page.evaluate(() => document.activeElement.id === 'stage'));
  }
  await walkTo(answerer, '#hangup');
  await answerer.keyboard.down('Enter');
  await Promise.all([state(answerer, 'idle'), state(caller, 'idle')]);
  await answerer.keyboard.down('Enter'); // Held, it meets the button that calls.
  assert.deepEqual(await answerer.evaluate(() => [document.activeElement.id, document.body.dataset.state]), ['call', 'idle']);
  await answerer.keyboard.up('Enter');
});

async function pressByKeyboard(page, selector) {
  await walkTo(page, selector);
  await page.keyboard.press('Enter');
}

/** Walks by Tab to the element, as far round the page as needed. */
async function walkTo(page, selector) {
  for (let steps = 0; steps < 50; steps += 1) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} cannot be reached by Tab`);
}
