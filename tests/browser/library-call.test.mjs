// The examples of calls by the library, as a user opens them: the server serves the folder of examples. Each of Chromium
// and Firefox calls the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browserTest } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { pathProxyFor } from './support/path-proxy.mjs';
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
  const server = await serverFor(t, EXAMPLES, '--metrics', '127.0.0.1:0');
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
  // The answerers have reported it.
  assert.equal(await server.metric('switchboard_calls_total{stage="connected"}'), 2);
  assert.equal(await server.metric('switchboard_connect_seconds_count'), 2);
});

browserTest('events of a back end reach pages with the library, before and after a reconnection', async ({ visit, t }) => {
  const token = 'a-token-of-the-test';
  const server = await serverFor(t, EXAMPLES, '--api', '127.0.0.1:0', '--api-token', token);
  const page = await visit(`${server.http}/call.html`);
  await page.evaluate(async () => {
    const { connect } = await import('/switchboard.esm.js');
    globalThis.own = await connect({ name: 'Ann', lobby: 'class 7' });
    own.socket.on('bell', (...args) => (globalThis.heard = args));
  });
  const ring = async (...args) => {
    const sent = await fetch(`http://${server.listener('api')}/v1/lobbies/class%207/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ event: 'bell', args }),
    });
    assert.ok(sent.ok, await sent.text());
    await eventually('the event', async () => JSON.stringify(await page.evaluate(() => globalThis.heard)) === JSON.stringify(args));
  };
  await ring({ minutes: 5 }, 'x');
  await page.evaluate(async () => {
    own.rename({ name: 'Eve' });
    await new Promise((resolve) => (own.onstate = (state) => state === 'connected' && resolve()));
  });
  await ring(2);
});

browserTest('devices.html: another camera, the screen and statistics, between Chromium and Firefox', async ({ visit, t }) => {
  if (!isInstalled(PLAYERS.Firefox)) return t.skip('no Firefox here');
  const server = await serverFor(t, EXAMPLES);
  const address = `${server.http}/devices.html`;
  const [ann, fox] = [await visit(address, { camera: 'several' }), await visitInFirefox(t, address)];
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
  page.problems.expect(/401 .*\/api\/ice-servers/); // Asked for before or after the server has refused the page.
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
    ['Switchboard.connect().onincoming = () => {}', 'bad-options', /await Switchboard\.connect/],
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

test('a script that could not be fetched is fetched again at its next use, by Firefox, too', async (t) => {
  if (!isInstalled(PLAYERS.Firefox)) return t.skip('no Firefox here');
  const server = await serverFor(t, EXAMPLES);
  let lost = 'socket.io.esm.min.js';
  const fox = await visitInFirefox(t, `${await pathProxyFor(t, server.port, '/calls/', (url) => url.includes(lost))}/call.html`);
  const code = (f) => fox.evaluate(f).then(() => 'none', ({ message }) => message);
  const connect = async () => {
    window.client = await (await import('./switchboard.esm.js')).connect();
  };
  const say = async () => {
    window.call ??= await window.client.call(null, { media: false });
    await window.call.say('Hello');
  };
  assert.match(await code(connect), /did not reply/);
  lost = 'switchboard.files.js';
  assert.equal(await code(connect), 'none');
  assert.match(await code(say), /script for texts and files/);
  lost = 'nothing';
  assert.equal(await code(say), 'none');
});

/** Runs in the page: two clients in it, and what the stories below need. */
async function prepare() {
  const { connect } = await import('/switchboard.esm.js');
  const opened = [];
  let clients = [];
  for (const method of ['getUserMedia', 'getDisplayMedia']) {
    const original = MediaDevices.prototype[method];
    MediaDevices.prototype[method] = async function (wanted) {
      const stream = await original.call(this, wanted);
      opened.push(...stream.getTracks());
      return stream;
    };
  }
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  Object.assign(window, {
    /** The kinds of the tracks that devices still give. */
    live: () => opened.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind).sort().join(),
    until: async (holds) => {
      const end = Date.now() + 20_000;
      while (!holds()) {
        if (Date.now() > end) throw new Error(`not yet: ${holds}`);
        await pause(20);
      }
    },
    /** The code of what a promise rejects with. */
    fault: (promise) => Promise.race([promise.then(() => 'none', ({ code, name }) => code ?? name), pause(10_000).then(() => 'pending')]),
    two: async (options) => (clients = [await connect({ name: 'Ann', ...options }), await connect({ name: 'Bob', ...options })]),
    closeAll: () => clients.forEach((client) => client.close()),
    /** The next call that waits for a client. */
    waiting: (client) => new Promise((resolve, reject) => {
      client.onincoming = resolve;
      pause(20_000).then(() => reject(new Error('no call')));
    }),
    connected: async (...calls) => until(() => calls.every(({ state }) => state === 'connected')),
  });
}

/** What happens in one page, and what it comes to. */
const STORIES = {
  'an answerer gets the stream although it listens once it has answered': [async () => {
    const [ann, bob] = await two();
    const seen = new Promise((resolve) => {
      bob.onincoming = async (incoming) => ((await incoming.answer({ audio: false })).onstream = ({ id }) => resolve(typeof id));
    });
    await ann.call('Bob');
    return [await Promise.race([seen, fault(new Promise(() => {}))])];
  }, ['string']],

  'a call is answered once, and not declined meanwhile': [async () => {
    const [ann, bob] = await two();
    const incoming = waiting(bob);
    const call = await ann.call('Bob', { audio: false });
    const { answer, decline } = Object.fromEntries(['answer', 'decline'].map((name) => [name, async () => (await incoming)[name]({ audio: false })]));
    const faults = await Promise.all([answer(), answer(), decline()].map(fault));
    await connected(call, ...bob.calls);
    return [...faults, bob.calls.length, await fault(answer())];
  }, ['none', 'busy', 'busy', 1, 'no-such-offer']],

  'a declined call waits no longer, for the user who declined it either': [async () => {
    const [ann, bob] = await two();
    const called = waiting(bob);
    const call = await ann.call('Bob', { audio: false });
    const ended = new Promise((resolve) => (call.onend = ({ reason }) => resolve(reason)));
    const incoming = await called;
    const reasons = [];
    incoming.onend = ({ reason, message }) => reasons.push(reason, message);
    const first = await fault(incoming.decline());
    return [first, ...reasons, bob.incoming.length, await fault(incoming.answer()), await ended];
  }, ['none', 'declined', 'The call of Ann was declined.', 0, 'no-such-offer', 'declined']],

  'both sides open a channel as soon as the call begins': [async () => {
    const [ann, bob] = await two();
    const heard = [];
    for (const client of [ann, bob]) {
      client.oncall = (call) => {
        const channel = call.channel('moves');
        channel.onmessage = (text) => heard.push(text);
        channel.send(`from ${client.name}`);
      };
    }
    bob.onincoming = (incoming) => incoming.answer({ audio: false });
    await ann.call('Bob', { audio: false });
    await until(() => heard.length === 2);
    return [...heard.sort()];
  }, ['from Ann', 'from Bob']],

  'a call that is hung up before the server has replied waits nowhere': [async () => {
    const [ann, bob] = await two();
    bob.onincoming = (incoming) => incoming.answer({ audio: false });
    const first = await ann.call('Bob', { audio: false });
    await connected(first);
    const incoming = waiting(bob);
    ann.oncall = (call) => (call.onchange = () => call.isOffered && queueMicrotask(() => call.hangUp()));
    const code = await fault(ann.call('Bob', { audio: false }));
    const { name } = await incoming;
    await until(() => bob.incoming.length === 0);
    ann.oncall = (call) => call.hangUp();
    return [code, name, await fault(ann.call(null)), live(), first.state];
  }, ['ended', 'Ann', 'ended', '', 'connected']],

  'a client that is closed, by itself or by the server, keeps nothing waiting and no device': [async () => {
    const [ann, bob] = await two();
    const asked = [ann.join('tea'), ann.call(null)].map(fault);
    ann.close();
    bob.onproblem = () => {};
    bob.rename({ password: 'wrong' });
    await until(() => bob.state === 'closed');
    const codes = await Promise.all([...asked, fault(bob.call(null)), fault(bob.join('tea'))]);
    await until(() => live() === ''); // A browser that was asked may give a device later.
    return [...codes];
  }, ['closed', 'ended', 'closed', 'closed']],

  'an answer that is taken back at once ends the call for the caller, too': [async () => {
    const [ann, bob] = await two();
    bob.oncall = (mine) => (mine.onstate = (state) => state === 'connecting' && mine.hangUp());
    const incoming = waiting(bob);
    const call = await ann.call('Bob', { audio: false });
    const ended = new Promise((resolve) => (call.onend = ({ reason }) => resolve(reason)));
    return [await fault((await incoming).answer({ audio: false })), await Promise.race([ended, fault(new Promise(() => {}))])];
  }, ['ended', 'hangup']],

  'a user with another name stays in the lobby': [async () => {
    const [ann, bob] = await two({ lobby: 'green' });
    ann.rename({ name: 'Anna' });
    const incoming = waiting(bob);
    await ann.call(null, { audio: false });
    return [(await incoming).name];
  }, ['Anna']],

  'what cannot be sent opens no device, and changes nothing': [async () => {
    const [ann, bob] = await two();
    bob.onincoming = (incoming) => incoming.answer({ media: false, audio: false });
    let early;
    ann.oncall = (call) => (early = fault(call.useDevice('audio', 'default')));
    const call = await ann.call('Bob', { video: true });
    await connected(call);
    const [microphone, camera] = call.localStream.getTracks();
    const faults = [early, ...[call.send('camera', null), call.send('video', microphone), call.send('video', call.localStream),
      call.useDevice('camera', ''), call.useDevice('video', 'no such camera')].map(fault)];
    const codes = await Promise.all(faults);
    const again = call.localStream.getVideoTracks()[0];
    const seen = [...codes, camera.readyState, again.readyState, live()];
    call.hangUp();
    bob.onincoming = null;
    seen.push(...await Promise.all([call.send('audio', null), call.useDevice('audio', 'default'), call.shareScreen()].map(fault)), live());
    const bare = await ann.call(null, { media: false });
    return [...seen, await fault(bare.shareScreen()), await fault(bare.useDevice('audio', 'default')), live()];
  }, ['no-media', 'bad-options', 'bad-options', 'bad-options', 'bad-options', 'no-media', 'ended', 'live', 'audio,video', 'ended', 'ended', 'ended',
    '', 'no-media', 'no-media', '']],

  'another screen or camera ends the one before, but what the page has given goes on': [async () => {
    const [ann, bob] = await two();
    const [, other] = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
    const call = await ann.call(null, { video: true });
    await call.shareScreen();
    await call.shareScreen();
    const seen = [live()];
    await call.useDevice('video', other.deviceId);
    await call.stopSharing();
    seen.push(live(), call.localStream.getVideoTracks()[0].getSettings().deviceId === other.deviceId);
    call.hangUp();
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    const [given] = stream.getTracks();
    const own = await ann.call(null, { stream });
    await own.useDevice('video', other.deviceId);
    ann.close();
    return [...seen, given.readyState, given.stop(), live()];
  }, ['audio,video,video', 'audio,video', true, 'live', '']],

  'texts and files that the other side would not take are rejected, and so is what comes after the end': [async () => {
    const [ann, bob] = await two();
    bob.onincoming = (incoming) => incoming.answer({ media: false });
    const call = await ann.call('Bob', { media: false });
    await connected(call);
    const blobs = [];
    bob.calls[0].onfile = (transfer) => (transfer.name === 'no' ? transfer.decline() : transfer.done.then(({ size }) => blobs.push(size)));
    const done = async (file) => (await call.sendFile(file)).done;
    const seen = await Promise.all([done(new File([], 'empty')), done(new Blob(['blob'])), done(new File(['x'], 'no')), done(undefined), done([]),
      call.say(undefined), call.say('x'.repeat(20_000)), call.channel('large').send(new Uint8Array(1e6)), call.channel('large').send({})].map(fault));
    const last = [call.say('too late'), call.channel('large').send('x')].map(fault);
    call.hangUp();
    bob.onincoming = null;
    const never = await ann.call(null, { media: false });
    last.push(fault(never.sendFile(new File(['x'], 'x')).then((transfer) => transfer.done)));
    never.hangUp();
    return [...seen, ...blobs.sort(), ...await Promise.all(last)];
  }, ['none', 'none', 'declined', 'bad-options', 'bad-options', 'bad-options', 'bad-options', 'bad-options', 'bad-options', 0, 4, 'ended', 'closed', 'ended']],

  'of 20 calls no connection and no device remains': [async () => {
    const [ann, bob] = await two();
    bob.onincoming = (incoming) => incoming.answer();
    for (let count = 0; count < 20; count += 1) {
      const call = await ann.call('Bob');
      await connected(call, ...bob.calls);
      (count % 2 ? call : bob.calls[0]).hangUp();
      await until(() => ann.calls.length + bob.calls.length === 0);
    }
    const left = window.observedCalls.filter(({ pc }) => pc.signalingState !== 'closed').length;
    return [left, live()];
  }, [0, '']],
};

browserTest('in one page: what is asked for twice, too early, too late or in the wrong way', async ({ visit, t }) => {
  const server = await serverFor(t, EXAMPLES);
  const page = await visit(`${server.http}/call.html`, { camera: 'several' });
  page.problems.expect(/status of 401/); // Of the wrong password.
  await page.evaluate(prepare);
  for (const [name, [story, wanted]] of Object.entries(STORIES)) {
    await t.test(name, async () => {
      const seen = await page.evaluate(story).finally(() => page.evaluate(() => closeAll()));
      assert.deepEqual(seen.filter((value) => value !== undefined && value !== null), wanted);
    });
  }
});
