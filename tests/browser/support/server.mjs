// Starts the Switchboard binary on a free port of this machine, and ends it again.
// The binary: SWITCHBOARD_BIN, else the debug build, else the release build.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './wait.mjs';

/** A server for the time of the test `t`. */
export async function serverFor(t, ...args) {
  const server = await startServer(...args);
  t.after(() => server.stop());
  return server;
}

/**
 * Starts the program with `args` besides the usual ones; `--port` among them gives a certain port, `--bind` an address,
 * and `{program}` behind them another program that takes the same arguments.
 * Resolves once the server has said that it is ready. The returned server has `port`, `http` and
 * `https` (addresses without a slash at the end), `inspectorKey`, and `stop()`, which asks it to end and resolves to
 * its exit code (a second time, too); `kill()` does not ask.
 */
export async function startServer(...args) {
  const { program: path } = typeof args.at(-1) === 'object' ? args.pop() : { program: binary() };
  const stateDir = await mkdtemp(join(tmpdir(), 'switchboard-state-'));
  const anyPort = args.includes('--port') ? [] : ['--port', '0'];
  const loopback = args.includes('--bind') ? [] : ['--bind', '127.0.0.1'];
  const program = spawn(
    path,
    [...anyPort, ...loopback, '--state-dir', stateDir, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = [];
  program.stderr.on('data', (text) => output.push(String(text)));
  const ended = once(program, 'exit').then(async ([code, signal]) => {
    await rm(stateDir, { recursive: true, force: true });
    return code ?? signal;
  });

  const ready = new Promise((resolve, reject) => {
    createInterface({ input: program.stdout }).on('line', (line) => {
      output.push(`${line}\n`);
      if (line.startsWith('ready: ')) resolve(line.split(' ').slice(1));
    });
    ended.then((code) => reject(new Error(`the server ended with ${code}:\n${output.join('')}`)), reject);
  });

  let addresses;
  try {
    addresses = await within(ready, 'line "ready: …" from the server');
  } catch (error) {
    program.kill('SIGKILL');
    throw error;
  }
  const { port } = new URL(addresses[0]);

  return {
    port,
    http: `http://localhost:${port}`,
    https: `https://localhost:${port}`,
    /** The key of the inspector, if it is on. */
    inspectorKey: /\/inspector#(\w+)/.exec(output.join(''))?.[1] ?? null,
    /** The address of another listener, which a start-up line names: `metrics`, say. */
    listener(name) {
      return new RegExp(`^${name}: (.*)$`, 'm').exec(output.join(''))[1];
    },
    /** The value of a metric, with its labels; the server needs `--metrics 127.0.0.1:0`. */
    async metric(name) {
      const address = this.listener('metrics');
      const text = await (await fetch(`http://${address}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return Number(line?.slice(name.length));
    },
    async kill() {
      program.kill('SIGKILL');
      await within(ended, 'end of the killed server');
    },
    async stop() {
      program.kill('SIGTERM');
      try {
        return await within(ended, 'end of the server after SIGTERM');
      } catch (error) {
        program.kill('SIGKILL');
        throw error;
      }
    },
  };
}

/** The binary of the server. */
export function binary() {
  if (process.env.SWITCHBOARD_BIN) return process.env.SWITCHBOARD_BIN;
  const built = ['debug', 'release']
    .map((profile) => fileURLToPath(new URL(`../../../target/${profile}/switchboard`, import.meta.url)))
    .find(existsSync);
  if (!built) throw new Error('no switchboard binary: run `cargo build` first, or set SWITCHBOARD_BIN');
  return built;
}
