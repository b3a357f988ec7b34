// Our own pages and a server that wants tokens: the token comes behind the address, and a client that is not
// let in reads why. The chat and the room do it in the same way as the call.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { callAndAnswer, state, stateOf, says, wordsOf } from './support/call-page.mjs';
import { canJoin } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';
import { expired, openAgain, SECRET, token } from './support/token.mjs';

const WANTS_TOKENS = ['--jwt-secret', SECRET];

browserTest('two who were given tokens call each other under the names in them', async ({ visit, t }) => {
  const server = await serverFor(t, ...WANTS_TOKENS);
  const tokens = [token({ userName: 'Änne', lobby: 'blue' }), token({ sub: 'Carl', lobby: 'blue' })];
  const [anne, carl] = [await visit(`${server.http}/#token=${tokens[0]}`), await visit(`${server.http}/#token=${tokens[1]}`)];
  for (const [page, name] of [[anne, 'Änne'], [carl, 'Carl']]) {
    await state(page, 'idle');
    for (const [field, value] of [['#name', name], ['#lobby', 'blue']]) {
      assert.equal(await page.inputValue(field), value);
      assert.equal(await page.isEditable(field), false);
    }
    assert.equal(await page.evaluate(() => location.href), `${server.http}/`, 'nothing is left in the address bar');
  }
  await callAndAnswer(carl, anne);
  await says(carl, /Änne/);
  await says(anne, /Carl/);

  // It is the tab's, also after a reload, and on the way to another page.
  await anne.reload();
  await state(anne, 'idle');
  await anne.goto(`${server.http}/room/tea`);
  assert.equal(await anne.inputValue('#name'), 'Änne');
  for (const [n, page] of [anne, carl].entries()) {
    assert.ok(page.requests.every((address) => !address.includes(tokens[n])), 'no address that was asked for holds it');
  }
});

browserTest('a user with an expired token reads so, and enters with a new one', async ({ visit, t }) => {
  const server = await serverFor(t, ...WANTS_TOKENS);
  const page = await visit(`${server.http}/#token=${expired({ userName: 'Ann' })}`);
  await says(page, /The token has expired: get a new one/);
  assert.equal(await stateOf(page), 'offline');
  assert.doesNotMatch(await wordsOf(page), /trying/i);
  await openAgain(page, token({ userName: 'Bob' }));
  await state(page, 'idle');
  assert.equal(await page.inputValue('#name'), 'Bob');
  assert.doesNotMatch(await wordsOf(page), /token/);
});

for (const [what, path, inside] of [['room', '/room/tea', 'joined'], ['chat', '/chat.html?room=tea', 'waiting']]) {
  browserTest(`the ${what} says why a token is refused, and lets in with a new one`, async ({ visit, t }) => {
    const server = await serverFor(t, ...WANTS_TOKENS);
    const page = await visit(`${server.http}${path}#x=1&token=${expired({ userName: 'Ann' })}&y`, { camera: 'several' });
    assert.equal(await page.evaluate(() => location.href), `${server.http}${path}#x=1&y`, 'what else stands there stays');
    await canJoin(page);
    await page.click('#join');
    await says(page, /The token has expired: get a new one/);
    await state(page, 'lobby');
    assert.doesNotMatch(await wordsOf(page), /trying/i);
    await openAgain(page, token({ userName: 'Ann' }));
    await canJoin(page);
    await page.click('#join');
    await state(page, inside);
    assert.doesNotMatch(await wordsOf(page), /token/);
  });
}

browserTest('a user without a token reads what is missing', async ({ visit, t }) => {
  const server = await serverFor(t, ...WANTS_TOKENS);
  const page = await visit(server.http);
  await says(page, /There is no token: .*#token=/);
  assert.equal(await page.isEditable('#name'), true);
  assert.doesNotMatch(await wordsOf(page), /trying/i);
});

browserTest('a call goes on when the server does not let us back in, and says that and why', async ({ visit, t }) => {
  const server = await serverFor(t, ...WANTS_TOKENS);
  const pages = [];
  for (const userName of ['Ann', 'Carl']) pages.push(await visit(`${server.http}/#token=${token({ userName })}`));
  await Promise.all(pages.map((page) => state(page, 'idle')));
  await callAndAnswer(...pages);
  for (const page of pages) page.problems.expect(/net::ERR_|WebSocket connection to/);
  await server.kill();
  await serverFor(t, '--port', server.port, '--jwt-secret', 'another secret, and just as long as the first');
  for (const page of pages) {
    await says(page, /The server has closed the connection; the call goes on without it\..*signature is wrong/s);
    assert.equal(await stateOf(page), 'connected');
    assert.doesNotMatch(await wordsOf(page), /trying/i);
  }
});
