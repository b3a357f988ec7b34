// python-socketio, as students of Python use it: a call, a burst of candidates, and the server's
// restart, after which a client comes back by itself. It is installed into target/ once; where it
// cannot be had the tests are skipped, and say so.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startServer } from './support/server.mjs';
import { within } from './support/wait.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const [VENV, REQUIREMENTS, PROGRAM] = ['target/python-client', 'tests/clients/python/requirements.txt', 'tests/clients/python/call.py'].map(path);
const PYTHON = `${VENV}/bin/python`;

const skip = await install();

for (const transports of ['websocket', 'polling', 'polling,websocket']) {
  test(`python-socketio by ${transports}: a call, a burst of candidates, a restart`, { skip }, async (t) => {
    let server = await startServer('--drain', '0s');
    t.after(() => server.kill());
    const program = startProgram(t, server.http.replace('localhost', '127.0.0.1'), transports);

    assert.equal(await program.tells('transport'), transports.split(',').at(-1));
    assert.equal(await program.tells('ack'), 'pong');
    const candidates = await program.tells('candidates');
    const expected = Array.from({ length: 40 }, (_, number) => `candidate:${number}`);
    assert.deepEqual(candidates, expected);

    await server.stop();
    await program.tells('answerer disconnected');
    server = await startServer('--port', server.port);
    await program.tells('answerer is back');
  });
}

/** Makes the environment where there is none. Gives the reason why it could not be made. */
async function install() {
  if (existsSync(PYTHON) && await runs(PYTHON, '-c', 'import socketio, aiohttp')) return false;
  const made = await runs('python3', '-m', 'venv', VENV)
    && await runs(PYTHON, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS);
  return made ? false : 'python-socketio could not be installed here';
}

function runs(command, ...args) {
  return promisify(execFile)(command, args).then(() => true, () => false);
}

/** Runs the program; `tells(what)` waits for that line of it, and gives what it says. */
function startProgram(t, url, transports) {
  const program = spawn(PYTHON, [PROGRAM, url, transports], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => program.kill('SIGKILL'));
  const received = new Map();
  const errors = [];
  let wake = () => {};
  program.stderr.on('data', (text) => errors.push(String(text)));
  createInterface({ input: program.stdout }).on('line', (line) => {
    const [what, value] = JSON.parse(line);
    received.set(what, value);
    wake();
  });
  program.on('exit', () => wake());
  return {
    async tells(what) {
      while (!received.has(what)) {
        assert.equal(program.exitCode, null, `the program ended before "${what}": ${errors.join('')}`);
        await within(new Promise((resolve) => (wake = resolve)), `"${what}" from the program`);
      }
      return received.get(what);
    },
  };
}
