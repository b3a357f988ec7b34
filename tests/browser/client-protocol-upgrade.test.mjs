// The upgrade of Engine.IO 4 from long-polling to WebSocket, as the protocol's public description
// has it, against a server that the test plays by hand. CLIENT=official asks the official client.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { heard, hears, openSocket } from './support/client-page.mjs';
import { scriptedServer, shakeHands } from './support/scripted-server.mjs';

/** `polls` is the wire of a connected page; `probe` the WebSocket that asks for the upgrade. */
function upgradeTest(sentence, story) {
  browserTest(sentence, async ({ visit, t }) => {
    const server = await scriptedServer(t);
    const page = await visit(server.url);
    page.problems.expect(/WebSocket connection to/);
    await openSocket(page);
    const polls = await shakeHands(server, 'polling', { upgrades: ['websocket'] });
    const request = await server.webSockets.take();
    assert.equal(await polls.hears(), '40');
    await polls.says('40{"sid":"id"}');
    await hears(page, 'connect');
    await story({ page, server, polls, request });
  });
}

/** Up to the point where the client has understood that the new transport works. */
async function probed(page, request) {
  const probe = request.accept();
  assert.equal(await probe.hears(), '2probe');
  await page.evaluate(() => socket.io.engine.once('upgrading', () => note('upgrading')));
  probe.says('3probe');
  await hears(page, 'upgrading');
  return probe;
}

upgradeTest('the WebSocket names the session', async ({ request }) => {
  const { sid, transport, EIO } = request.query;
  assert.deepEqual([sid, transport, EIO], ['session', 'websocket', '4']);
});

upgradeTest('the sequence is 2probe, 3probe, the end of the open GET, 5, and then messages', async ({ page, server, polls, request }) => {
  const probe = await probed(page, request);
  await page.evaluate(() => socket.emit('a', 1) && socket.emit('a', 2));
  await polls.says('6');
  for (const packet of ['5', '42["a",1]', '42["a",2]']) assert.equal(await probe.hears(), packet);
  assert.deepEqual(await hears(page, 'upgrade'), ['websocket']);
  assert.equal(await page.evaluate(() => socket.io.engine.transport.name), 'websocket');
  probe.says('42["b"]', '2');
  await hears(page, 'b');
  assert.equal(await probe.hears(), '3');
  assert.equal(server.gets.count + server.posts.count, 0);
});

upgradeTest('polling goes on while the probe is under way, both ways', async ({ page, polls, request }) => {
  const probe = request.accept();
  await probe.hears();
  await polls.says('42["a"]', '2');
  await hears(page, 'a');
  assert.equal(await polls.hears(), '3');
  await page.evaluate(() => socket.emit('b'));
  assert.equal(await polls.hears(), '42["b"]');
  assert.equal(probe.count, 0);
});

upgradeTest('a POST that is under way comes to its end before the upgrade', async ({ page, server, polls, request }) => {
  await page.evaluate(() => socket.emit('a'));
  const post = await server.posts.take();
  const probe = await probed(page, request);
  await polls.says('42["b"]');
  await hears(page, 'b');
  assert.equal(probe.count, 0);
  post.answer('ok');
  assert.equal(await probe.hears(), '5');
});

upgradeTest('what the last GET brings is heard before what the WebSocket brings', async ({ page, polls, request }) => {
  const probe = await probed(page, request);
  await polls.says('42["n",1]', '42["n",2]');
  assert.equal(await probe.hears(), '5');
  probe.says('42["n",3]');
  await hears(page, 'n', 3);
  const numbers = (await heard(page)).filter(([event]) => event === 'n');
  assert.deepEqual(numbers, [['n', 1], ['n', 2], ['n', 3]]);
});

upgradeTest('a binary event whose parts come on both transports is whole', async ({ page, polls, request }) => {
  const probe = await probed(page, request);
  await polls.says('451-["a",{"_placeholder":true,"num":0}]');
  assert.equal(await probe.hears(), '5');
  probe.says(Buffer.from([7]));
  assert.deepEqual(await hears(page, 'a'), [{ bytes: [7] }]);
});

upgradeTest('disconnect() in the middle of the upgrade loses nothing that was sent before', async ({ page, polls, request }) => {
  const probe = await probed(page, request);
  await page.evaluate(() => socket.emit('a') && socket.disconnect());
  await polls.says('6');
  for (const packet of ['5', '42["a"]', '41']) assert.equal(await probe.hears(), packet);
  await probe.closed;
});

upgradeTest('a close packet in the middle of the upgrade ends both transports', async ({ page, polls, request }) => {
  const probe = await probed(page, request);
  await polls.says('1');
  assert.equal((await hears(page, 'disconnect'))[0], 'transport close');
  await probe.closed;
});

for (const [what, fail] of [
  ['is refused', (request) => request.refuse()],
  ['closes before it answers', (request) => request.accept().ws.close()],
  ['breaks before it answers', (request) => request.accept().ws.terminate()],
  ['answers something else', (request) => request.accept().says('3other')],
  ['answers a message', (request) => request.accept().says('42["lost"]')],
  ['answers what is no packet', (request) => request.accept().says('x')],
]) {
  upgradeTest(`a WebSocket that ${what} is given up, and polling goes on`, async ({ page, polls, request }) => {
    await fail(request);
    await hears(page, 'upgradeError');
    await goesOnPolling(page, polls);
  });
}

upgradeTest('a WebSocket that dies after its pong, before the upgrade, is given up, and nothing is lost', async ({ page, server, polls, request }) => {
  const probe = await probed(page, request);
  await page.evaluate(() => socket.emit('held back'));
  probe.ws.terminate();
  await hears(page, 'upgradeError');
  assert.equal(await polls.hears(), '42["held back"]');
  await goesOnPolling(page, polls);
  assert.equal(server.gets.count, 1);
});

async function goesOnPolling(page, polls) {
  await polls.says('42["a"]');
  await hears(page, 'a');
  await page.evaluate(() => socket.emit('b'));
  assert.equal(await polls.hears(), '42["b"]');
  assert.equal(await page.evaluate(() => socket.io.engine.transport.name), 'polling');
  await polls.says('2');
  assert.equal(await polls.hears(), '3');
  assert.deepEqual((await heard(page)).filter(([event]) => /disconnect|lost/.test(event)), []);
}

for (const [what, options, upgrades] of [
  ['the server offers none', {}, []],
  ['the page wants none', { upgrade: false }, ['websocket']],
  ['the page allows polling alone', { transports: ['polling'] }, ['websocket']],
]) {
  browserTest(`no upgrade is tried where ${what}`, async ({ visit, t }) => {
    const server = await scriptedServer(t);
    const page = await visit(server.url);
    await openSocket(page, options);
    const polls = await shakeHands(server, 'polling', { upgrades });
    await polls.hears();
    await polls.says('40{"sid":"id"}');
    await hears(page, 'connect');
    await goesOnPolling(page, polls);
    assert.equal(server.webSockets.count, 0);
  });
}
