// The programs of examples/native, in calls with a real Chromium: aiortc and werift with the built-in page, both ways,
// and files by data channel. Python's packages are installed into target/ once, those of Node beside the programs. The
// reason is said where they cannot be had; in the CI that is a failure.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { browserTest } from './support/browser.mjs';
import { answerButton, enter, state } from './support/call-page.mjs';
import { assertFramesArrive } from './support/call.mjs';
import { startProxy } from './support/proxy.mjs';
import { serverFor, startServer } from './support/server.mjs';
import { within } from './support/wait.mjs';

const EXAMPLES = fileURLToPath(new URL('../../examples/native/', import.meta.url));
const VENV = fileURLToPath(new URL('../../target/native-python', import.meta.url));
const PYTHON = `${VENV}/bin/python`;
const run = promisify(execFile);

const [python, node] = await Promise.all([
  installed('Python', `${VENV}/complete`, async (complete) => {
    await run('python3', ['-m', 'venv', VENV]);
    await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', `${EXAMPLES}python/requirements.txt`]);
    await writeFile(complete, '');
  }),
  installed('Node', `${EXAMPLES}node/node_modules/.package-lock.json`, () =>
    run('npm', ['ci', '--silent', '--no-audit', '--no-fund'], { cwd: `${EXAMPLES}node` })),
]);

const media = {
  aiortc: { missing: python, program: [PYTHON, 'python/media.py'] },
  werift: { missing: node, program: ['node', 'node/werift.mjs'] },
};
const data = {
  aiortc: { missing: python, program: [PYTHON, 'python/data.py'] },
  werift: { missing: node, program: ['node', 'node/data.mjs', '--library', 'werift'] },
};

for (const [name, { missing, program }] of Object.entries(media)) {
  nativeTest(`${name} answers the call page: pictures both ways, and the page hangs up`, missing, async ({ visit, t }) => {
    const server = await serverFor(t);
    const page = await enter(visit, server, 'Ann');
    const native = start(t, ...program, 'answer', server.http);
    await native.says(/^connected/);
    await page.click('#call');
    await inCall(page, native);
    await page.click('#hangup');
    await native.says(/^the call with Ann is over: hangup/);
    assert.equal(await native.ended(), 0);
  });

  nativeTest(`${name} calls the page, outlives a break and a restart of the server, and hangs up`, missing, async ({ visit, t }) => {
    let server = await startServer('--drain', '0s');
    t.after(() => server.stop());
    const proxy = await startProxy(server.port);
    t.after(() => proxy.close());
    const page = await enter(visit, server, 'Ann');
    const native = start(t, ...program, 'call', `http://127.0.0.1:${proxy.port}`, '--name', 'Robot');
    await answerButton(page).click();
    await inCall(page, native);

    proxy.cut();
    await native.says(/^disconnected/);
    await native.says(/^the call goes on/);
    await server.stop();
    await native.says(/^disconnected/);
    server = await startServer('--port', server.port);
    await native.says(/^Ann is back/);
    await assertFramesArrive(page);
    native.interrupt();
    // Ended by the hang-up, or by the end of the connection, where the library reports that to the other side.
    await state(page, 'idle');
    assert.equal(await native.ended(), 0);
  });
}

for (const [name, { missing, program }] of Object.entries(data)) {
  nativeTest(`${name} receives a file from a page, and sends one back`, missing, async ({ visit, t }) => {
    const server = await serverFor(t, EXAMPLES);
    const folder = await mkdtemp(join(tmpdir(), 'native-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(300_001, 'a photo') };

    const [sender, receiver] = [await visit(`${server.http}/data.html`), await visit(`${server.http}/data.html?lobby=back`)];
    const native = start(t, ...program, 'answer', server.http, '--lobby', 'files', '--folder', folder);
    await native.says(/^connected/);
    await sender.click('#call');
    await sender.setInputFiles('#file:enabled', file);
    await native.says(/^received /);
    await sender.getByText('The other side has 300001 bytes.').waitFor();
    assert.ok(file.buffer.equals(await readFile(join(folder, 'photo.jpg'))), 'the same bytes');

    const back = start(t, ...program, 'call', server.http, '--lobby', 'back', '--send', join(folder, 'photo.jpg'));
    await receiver.click('#answer:enabled');
    await back.says(/^the other side has 300001 bytes/);
    assert.equal(await back.ended(), 0);
    const size = await receiver.getByRole('link', { name: 'photo.jpg' }).evaluate(async ({ href }) => (await (await fetch(href)).blob()).size);
    assert.equal(size, file.buffer.length);
    native.interrupt();
    assert.equal(await native.ended(), 0);
  });
}

/** The test of a program whose packages are there. */
function nativeTest(name, missing, story) {
  if (missing) test(name, { skip: missing }, () => {});
  else browserTest(name, story);
}

async function inCall(page, native) {
  await state(page, 'connected');
  await assertFramesArrive(page);
  await native.says(/^video.*: [1-9]\d* frames/);
}

/** Installs packages unless `complete` exists. Gives the reason if they cannot be had. */
async function installed(what, complete, install) {
  try {
    if (!existsSync(complete)) await install(complete);
    return '';
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    return `the ${what} packages cannot be installed here: ${error.message}`;
  }
}

/** Starts a program of the examples; `says(pattern)` waits for the next line of that kind. */
function start(t, command, ...args) {
  const program = spawn(command, args, { cwd: EXAMPLES, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => program.kill('SIGKILL'));
  const errors = [];
  program.stderr.on('data', (text) => errors.push(String(text)));
  const lines = [];
  let isOver = false;
  let wake = () => {};
  createInterface({ input: program.stdout }).on('line', (line) => wake(lines.push(line))).on('close', () => wake((isOver = true)));
  const end = once(program, 'close').then(([code]) => code);
  return {
    async says(pattern) {
      for (;;) {
        while (lines.length) if (pattern.test(lines.shift())) return;
        assert.ok(!isOver, `the program ended before it said ${pattern}: ${errors.join('')}`);
        await within(new Promise((resolve) => (wake = resolve)), `line ${pattern} from the program`);
      }
    },
    interrupt: () => program.kill('SIGINT'),
    ended: () => within(end, 'end of the program'),
  };
}
