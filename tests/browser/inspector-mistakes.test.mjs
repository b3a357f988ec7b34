// The inspector over real browsers and the real server: the course page as students type it, with one mistake each. The
// likeliest problem and its step are named. And of calls and rooms without a mistake it says nothing at any record.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from './support/chromium.mjs';
import { diagnose } from '../../public/inspector/js/rules/index.js';
import { stepsOf } from '../../public/inspector/js/steps.js';
import { CAMERAS } from './support/browser.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { apart, callBoth, mistakes } from './support/inspector-mistakes.mjs';
import { watchServer } from './support/inspector-watch.mjs';
import { isInstalled, PLAYERS, QUIET } from './support/players.mjs';
import { startServer } from './support/server.mjs';
import { eventually, TIMEOUT } from './support/wait.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const COURSE_PAGE = fileURLToPath(new URL('./course-page/', import.meta.url));

const closing = [];
let folder;
let server;
let watch;
let browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mistakes-'));
  server = await startServer(folder);
  closing.push(() => rm(folder, { recursive: true }), () => server.stop());
  watch = await watchServer({ after: (end) => closing.push(end) }, server);
  browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [...QUIET, '--ignore-certificate-errors', ...CAMERAS.several, '--host-resolver-rules=MAP evil.example 127.0.0.1'],
    timeout: TIMEOUT,
  });
  closing.push(() => browser.close());
});

after(async () => {
  for (const close of closing.reverse()) await close();
});

/** The course page in a folder and a lobby of its own, with the names of its users in its address. */
async function writePage(name, changes = []) {
  const own = join(folder, name);
  await mkdir(own);
  await cp(COURSE_PAGE, own, { recursive: true });
  const usual = [
    ['scripts.js', 'localhost:8181', `localhost:${server.port}`],
    ['scripts.js', "'Student-' + Math.floor(Math.random() * 100000)", "new URLSearchParams(location.search).get('name')"],
    ['scripts.js', 'userName, password\n', `userName, password, lobby: '${name}'\n`],
  ];
  for (const [file, text, replacement] of [...usual, ...changes]) {
    const before = await readFile(join(own, file), 'utf8');
    const now = before.replace(text, replacement);
    assert.notEqual(now, before, `${text} in ${file}`);
    await writeFile(join(own, file), now);
  }
}

async function visit(context, name, userName) {
  const page = await context.newPage();
  await page.goto(`${server.https}/${name}/index.html?name=${userName}`);
  return page;
}

async function tell(name, { changes, act, alone }) {
  await writePage(name, changes);
  const story = watch.story(name);
  const context = await browser.newContext();
  const people = { ann: await visit(context, name, 'Ann') };
  // One after the other, so that the order of arrival says who is who.
  if (!alone) {
    await people.ann.waitForFunction(() => socket.connected);
    people.bob = await visit(context, name, 'Bob');
    await people.bob.waitForFunction(() => socket.connected);
  }
  return { story, people, context, act: () => act?.(people) };
}

describe('each mistake is named', { concurrency: 6 }, () => {
  for (const [name, mistake] of Object.entries(mistakes)) {
    test(name, async () => {
      const { story, context, act } = await tell(name, mistake);
      try {
        await act();
        const problem = await story.problem(mistake.rule);
        assert.match(problem.sentence, mistake.sentence);
        if (mistake.step instanceof RegExp) assert.match(problem.step, mistake.step);
        else assert.equal(problem.step, mistake.step);
      } finally {
        if (process.env.KEEP_RECORDS) await writeFile(join(process.env.KEEP_RECORDS, `${name}.json`), JSON.stringify({ named: story.named, records: story.run.records }));
        await context.close();
      }
    });
  }
});

describe('what goes wrong between two machines is named', { concurrency: 2 }, () => {
  for (const [name, { changes, rule, step, sentence }] of Object.entries(apart)) {
    test(name, async (t) => {
      // A proxy's header stands for the second machine.
      const other = await startServer(folder, '--trust-proxy');
      t.after(() => other.stop());
      await writePage(name, [...changes, ['scripts.js', `localhost:${server.port}`, `localhost:${other.port}`]]);
      const story = (await watchServer(t, other)).story(name);
      const people = {};
      for (const [key, userName, extraHTTPHeaders] of [['ann', 'Ann', {}], ['bob', 'Bob', { 'X-Forwarded-For': '203.0.113.9' }]]) {
        const context = await browser.newContext({ extraHTTPHeaders });
        t.after(() => context.close());
        people[key] = await context.newPage();
        await people[key].goto(`${other.https}/${name}/index.html?name=${userName}`);
        await people[key].waitForFunction(() => socket.connected);
      }
      await callBoth(people);
      const problem = await story.problem(rule);
      assert.match(problem.sentence, sentence);
      assert.equal(problem.step, step);
    });
  }
});

describe('mistakes that the server or the browser makes visible', { concurrency: 3 }, () => {
  /** A browser that trusts no certificate, and whose user allows no camera. */
  async function strictPage(t, url) {
    const args = [...QUIET, ...CAMERAS.refused];
    const strict = await chromium.launch({ executablePath: EXECUTABLE, args, timeout: TIMEOUT });
    t.after(() => strict.close());
    const page = await strict.newPage();
    await page.goto(url).catch(() => {}); // Instead of the page comes the browser's warning.
    return page;
  }

  test('a certificate that the browser does not trust, and a camera that is not allowed', async (t) => {
    const story = watch.story('certificate');
    const page = await strictPage(t, `${server.https}/`);
    const untrusted = await story.problem('not-admitted');
    assert.match(untrusted.sentence, /does not trust the server’s certificate/);
    assert.equal(untrusted.step, '10');

    await writePage('camera', [['scripts.js', 'https://localhost', 'http://localhost']]);
    const camera = watch.story('camera');
    await page.goto(`${server.http}/camera/index.html?name=Ann`);
    await page.click('#call');
    const refused = await camera.problem('camera-refused');
    assert.match(refused.sentence, /Ann’s page gets no stream from getUserMedia \(NotAllowedError\): the camera or microphone was not allowed/);
    assert.equal(refused.step, '1');
  });

  test('a page of another origin', async (t) => {
    const story = watch.story('evil.example');
    const elsewhere = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<script src="${server.http}/socket.io/socket.io.js"></script><script>io.connect('${server.http}', { auth: { userName: 'Ann', password: 'x' } })</script>`);
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    t.after(() => elsewhere.close());
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`http://evil.example:${elsewhere.address().port}`);
    const problem = await story.problem('not-admitted');
    assert.match(problem.sentence, /refused a page from http:\/\/evil\.example:\d+/);
    assert.equal(problem.step, '10');
  });

  test('a server that was restarted', async (t) => {
    await writePage('restart', [['scripts.js', `localhost:${server.port}`, 'localhost:8181']]);
    let other = await startServer(folder);
    t.after(() => other.stop());
    const scripts = join(folder, 'restart', 'scripts.js');
    await writeFile(scripts, (await readFile(scripts, 'utf8')).replace('8181', other.port));
    const first = await watchServer(t, other);
    const story = first.story();
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${other.https}/restart/index.html?name=Ann`);
    await page.click('#call');
    await eventually('an offer', () => story.run.calls.length === 1);
    await other.kill();
    other = await startServer(folder, '--port', other.port);
    const second = await watchServer(t, other);
    story.run.setHeader(second.header);
    const [problem] = diagnose(story.run, second.now);
    assert.match(problem.sentence, /The server was restarted.*Ann/);
    assert.equal(problem.step, '8');
  });

  for (const name of ['misspelled-offer', 'answer-alone', 'offer-not-set']) {
    test(`the page says it: ${name}`, async (t) => {
      const { changes, act, sentence, step } = mistakes[name];
      const own = `page-${name}`;
      const other = await startServer(folder);
      t.after(() => other.stop());
      await writePage(own, changes);
      const scripts = join(folder, own, 'scripts.js');
      await writeFile(scripts, (await readFile(scripts, 'utf8')).replace(server.port, other.port));
      const context = await browser.newContext();
      t.after(() => context.close());
      const inspector = await context.newPage();
      await inspector.goto(`${other.https}/inspector#${other.inspectorKey}`);
      await eventually('calm words', async () => /No problem seen|Nothing to judge/.test(await inspector.textContent('#banner')));
      const people = {};
      for (const [key, userName] of [['ann', 'Ann'], ['bob', 'Bob']]) {
        people[key] = await context.newPage();
        await people[key].goto(`${other.https}/${own}/index.html?name=${userName}`);
        await people[key].waitForFunction(() => socket.connected);
      }
      await act(people);
      // The page shows what stands between backticks as code.
      const shown = new RegExp(sentence.source.replaceAll('`', ''));
      await eventually('the sentence in the banner', async () => shown.test(await inspector.textContent('#banner .sentence')));
      assert.equal(await inspector.textContent('#banner .step'), `Step ${step}`);
    });
  }
});

// --- Without a mistake ---

/** Nothing was named; every call that goes on has all its steps, in order; and that stays so while pictures flow. */
async function assertSilent(story, { calls, lasts = 5000 }) {
  const isConnected = (call) => [call.pcs.offerer, call.pcs.answerer].every((pc) => pc?.states.connection === 'connected');
  const running = () => story.run.calls.filter((call) => call.answered && !call.ended && isConnected(call));
  await eventually(`${calls} calls connected`, () => running().length >= calls);
  const since = story.run.at;
  await eventually('a while later', () => story.watch.now - since > lasts);
  // Where the machine has more to do than it can, a page may be late with anything: what was named for a moment is then no mistake of the rules.
  const isBusy = loadavg()[0] > 2 * availableParallelism();
  const named = isBusy ? [story.ask()].filter(Boolean) : story.named;
  assert.deepEqual(named.map(({ rule, sentence }) => [rule, sentence]), []);
  for (const call of running()) {
    const steps = stepsOf(story.run, call);
    assert.deepEqual(steps.filter(({ state }) => state !== 'done').map(({ number, state, waitingFor, note }) => [number, state, waitingFor ?? note]), [], `${call.kind} of ${call.offererName} and ${call.answererName}`);
  }
}

async function keep(name, story) {
  if (process.env.KEEP_RECORDS) await writeFile(join(process.env.KEEP_RECORDS, `${name}.json`), JSON.stringify({ named: story.named, records: story.run.records }));
}

const click = (page, selector) => page.click(selector);

describe('nothing is said of a call without a mistake', { concurrency: 2 }, () => {
  const OVER_HTTP = [['scripts.js', /https:\/\/localhost/, 'http://localhost']];
  const inChromium = (context) => async (name, userName) => {
    const page = await context.newPage();
    await page.goto(`${server.http}/${name}/index.html?name=${userName}`);
    return page;
  };
  const inFirefox = (t) => (name, userName) => visitInFirefox(t, `${server.http}/${name}/index.html?name=${userName}`);

  for (const [caller, answerer] of [['Chromium', 'Chromium'], ['Chromium', 'Firefox'], ['Firefox', 'Chromium']]) {
    test(`the course page: ${caller} calls ${answerer}`, async (t) => {
      for (const name of [caller, answerer]) if (!isInstalled(PLAYERS[name])) return t.skip(`no ${name} here`);
      const name = `good-${caller}-${answerer}`;
      await writePage(name, OVER_HTTP);
      const story = watch.story(name);
      const context = await browser.newContext();
      t.after(() => context.close());
      const ways = { Chromium: inChromium(context), Firefox: inFirefox(t) };
      const ann = await ways[caller](name, 'Ann');
      await eventually('connected', () => ann.evaluate(() => socket.connected));
      const bob = await ways[answerer](name, 'Bob');
      await eventually('connected', () => bob.evaluate(() => socket.connected));
      try {
        await click(ann, '#call');
        await click(bob, '#answer button');
        await assertSilent(story, { calls: 1 });
      } finally {
        await keep(name, story);
      }
      return undefined;
    });
  }

  test('our own pages: a call, a chat, two rooms', async (t) => {
    const own = await startServer();
    t.after(() => own.stop());
    const ownWatch = await watchServer(t, own);
    const story = ownWatch.story();
    const visitOwn = async (path, userName) => {
      const context = await browser.newContext();
      t.after(() => context.close());
      const page = await context.newPage();
      await page.goto(`${own.http}${path}`);
      await page.fill('#name', userName);
      // In the other pages Enter joins.
      if (path === '/') await page.press('#name', 'Enter');
      await page.locator('#name').blur();
      return { page, context };
    };
    const state = (page, wanted) => page.waitForFunction((name) => document.body.dataset.state === name, wanted);
    try {
      const [ann, bob] = [await visitOwn('/', 'Ann'), await visitOwn('/', 'Bob')];
      await Promise.all([ann, bob].map(({ page }) => state(page, 'idle')));
      await ann.page.click('#call');
      await bob.page.locator('button.answer').first().click();
      await assertSilent(story, { calls: 1 });
      await ann.page.click('#hangup');
      await state(bob.page, 'idle');
      await Promise.all([ann, bob].map(({ context }) => context.close()));

      const chat = [await visitOwn('/chat.html?room=tea', 'Cem'), await visitOwn('/chat.html?room=tea', 'Dee')];
      for (const { page } of chat) await page.click('#join');
      await assertSilent(story, { calls: 1, lasts: 3000 });
      await Promise.all(chat.map(({ context }) => context.close()));

      const room = [];
      for (const name of ['Eve', 'Fay', 'Gil']) {
        const member = await visitOwn('/room/coffee', name);
        await member.page.waitForFunction(() => !document.querySelector('#join').disabled);
        await member.page.click('#join');
        await state(member.page, 'joined');
        room.push(member);
      }
      await assertSilent(story, { calls: 3, lasts: 4000 });
      // One of them leaves, and comes again.
      await room[1].page.reload();
      await room[1].page.waitForFunction(() => !document.querySelector('#join').disabled);
      await room[1].page.click('#join');
      await assertSilent(story, { calls: 3, lasts: 3000 });
    } finally {
      await keep('own', story);
    }
  });

  test('a room on bare WebSockets', async (t) => {
    const name = 'bare';
    await mkdir(join(folder, name));
    await cp(fileURLToPath(new URL('../../examples/room.html', import.meta.url)), join(folder, name, 'index.html'));
    const other = await startServer(folder);
    t.after(() => other.stop());
    const story = (await watchServer(t, other)).story();
    const context = await browser.newContext();
    t.after(() => context.close());
    for (const userName of ['Hal', 'Ida']) {
      const page = await context.newPage();
      await page.goto(`${other.http}/${name}/index.html?room=bare&userName=${userName}`);
    }
    try {
      await assertSilent(story, { calls: 1 });
    } finally {
      await keep(name, story);
    }
  });
});
