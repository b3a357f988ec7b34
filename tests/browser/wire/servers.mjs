// The two servers of the comparison, with the same settings, each in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startServer } from '../support/server.mjs';
import { within } from '../support/wait.mjs';

/** What both are started with, where a case asks for nothing else. */
const USUAL = { pingInterval: 25_000, pingTimeout: 20_000, connectTimeout: 20_000 };
const OFFICIAL = fileURLToPath(new URL('official.mjs', import.meta.url));

/**
 * Starts `{official, switchboard}`, each with `port`, `settings`, `stop()`, which asks it to end as
 * it does in service, and `kill()`.
 */
export async function startBoth(settings = {}) {
  const all = { ...USUAL, ...settings };
  const [official, switchboard] = await Promise.all([startOfficial(all), startSwitchboard(all)]);
  return { official, switchboard };
}

async function startSwitchboard(settings) {
  const { pingInterval, pingTimeout, connectTimeout } = settings;
  const flags = { '--ping-interval': pingInterval, '--ping-timeout': pingTimeout, '--connect-timeout': connectTimeout };
  const server = await startServer(
    ...Object.entries(flags).flatMap(([flag, ms]) => [flag, `${ms}ms`]),
    // The cases are many connections from one address, and some send much at once.
    ...['--event-burst', '100000', '--reconnect-grace', '0s'],
  );
  return { port: Number(server.port), settings, stop: server.stop, kill: server.kill };
}

async function startOfficial(settings) {
  const stdio = ['ignore', 'pipe', 'inherit'];
  const program = spawn(process.execPath, [OFFICIAL, JSON.stringify(settings)], { stdio });
  const ended = once(program, 'exit');
  async function kill() {
    program.kill('SIGKILL');
    await within(ended, 'end of the official server');
  }
  const ready = once(createInterface({ input: program.stdout }), 'line');
  const [line] = await within(ready, 'line "ready" from the official server').catch(async (error) => {
    await kill();
    throw error;
  });
  return {
    port: Number(line.split(' ')[1]),
    settings,
    stop: () => program.kill('SIGTERM'),
    kill,
  };
}
