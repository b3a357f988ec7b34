// What a visitor does and sees on our own call page, by the ids that the page promises.

import assert from 'node:assert/strict';
import { assertInCall } from './call.mjs';
import { hasSaid } from './status.mjs';
import { eventually } from './wait.mjs';

export { says, hasSaid, wordsOf } from './status.mjs';

/** One more visitor of the page, connected under `name`, or under the one that the page offers. */
export async function enter(visit, server, name, url = server.http, options = {}) {
  const page = await visit(url, options);
  await state(page, 'idle');
  if (!name) return page;
  await page.fill('#name', name);
  await page.press('#name', 'Enter');
  await page.locator('#name').blur();
  await state(page, 'idle');
  return page;
}

/** One calls, the other answers, and they see each other. */
export async function callAndAnswer(caller, answerer) {
  await caller.click('#call');
  await answerButton(answerer).click();
  await assertInCall(caller, answerer);
}

/** After whatever happened: hanging up reaches the other, and the next call works. */
export async function assertAllIsWell(one, other) {
  await one.click('#hangup');
  await Promise.all([state(one, 'idle'), state(other, 'idle')]);
  await hasSaid(other, /hung up/);
  await callAndAnswer(other, one);
}

/** The page has come to the state `wanted`. */
export function state(page, wanted) {
  return eventually(wanted, async () => (await stateOf(page)) === wanted);
}

/** offline, idle, starting, waiting, connecting or connected; undefined while the page is still loading. */
export function stateOf(page) {
  return page.evaluate(() => document.body?.dataset.state);
}

/** The answer button of the oldest offer in the list. */
export function answerButton(page) {
  return page.locator('button.answer').first();
}

/** The list of offers has become empty. */
export function noOffers(page) {
  return eventually('an empty list of offers', async () => (await page.locator('button.answer').count()) === 0);
}

/** The page has sent no request to any other host. */
export function assertOnlyServerWasAsked(page, server) {
  const network = page.requests.map((url) => new URL(url)).filter(({ protocol }) => !/^(data|blob):$/.test(protocol));
  assert.deepEqual([...new Set(network.map(({ host }) => host))], [`localhost:${server.port}`]);
}
