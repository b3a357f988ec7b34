// Tests of what the protocols' documents ask of a server, each against the servers that it concerns:
// `echo`, the example that repeats what it is sent, and `switchboard`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.mjs';
import { within } from './wait.mjs';

/** Times in ms: short, so that tests of the heartbeat do not take long, and long enough for a busy machine. */
export const QUICK = { pingInterval: 600, pingTimeout: 500, connectTimeout: 1000 };
/** So long that nothing ends by itself. */
export const LONG = { pingInterval: 120_000, pingTimeout: 120_000, connectTimeout: 120_000 };
const ECHO = fileURLToPath(new URL('../../../target/debug/examples/echo', import.meta.url));

const SERVERS = { echo: startEcho, switchboard: startSwitchboard };

/**
 * Starts the servers with these `times`, and gives `statement(sentence, story, where)`, which makes a test of it for each of the servers that
 * `where` names.
 */
export function statements({ times }) {
  const running = {};
  after(async () => {
    // One that did not start must not leave the others running.
    for (const { value } of await Promise.allSettled(Object.values(running))) await value?.stop();
  });

  return function statement(sentence, story, where = Object.keys(SERVERS)) {
    for (const name of where) {
      test(`${name}: ${sentence}`, async () => {
        running[name] ??= SERVERS[name](times);
        await story(await running[name]);
      });
    }
  };
}

async function startSwitchboard({ pingInterval, pingTimeout, connectTimeout }) {
  const server = await startServer(
    ...['--ping-interval', `${pingInterval}ms`, '--ping-timeout', `${pingTimeout}ms`],
    ...['--connect-timeout', `${connectTimeout}ms`],
    ...['--reconnect-grace', '0s'],
  );
  return { name: 'switchboard', port: Number(server.port), stop: server.kill };
}

async function startEcho({ pingInterval, pingTimeout, connectTimeout }) {
  if (!existsSync(ECHO)) throw new Error('no echo server: run `cargo build --example echo` first');
  const program = spawn(ECHO, [pingInterval, pingTimeout, connectTimeout].map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(program, 'exit');
  const [line] = await within(once(createInterface({ input: program.stdout }), 'line'), 'line "ready: …" from the echo server');
  async function stop() {
    program.kill('SIGKILL');
    await within(ended, 'end of the echo server');
  }
  return { name: 'echo', port: Number(new URL(line.split(' ')[1]).port), stop };
}
