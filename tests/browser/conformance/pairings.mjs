// The four pairings: our client and the official one, each against our server and the official one.
// Each has a server and a proxy of its own, and serves the same pages.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../support/server.mjs';
import { startProxy } from '../support/proxy.mjs';
import { TIMEOUT } from '../support/wait.mjs';
import { startCourseServer } from './course-server.mjs';

const SITE = fileURLToPath(new URL('site', import.meta.url));
const OFFICIAL = fileURLToPath(new URL('../node_modules/socket.io-client-4.8/dist', import.meta.url));
/** Scenarios send more than one call does, and the machine may be busy. */
const LIMITS = ['--ping-timeout', '60s', '--max-candidates', '5000', '--max-queue', '5000', '--drain', '0s', '--event-burst', '100000'];

export const PAIRINGS = [
  { client: 'ours', server: 'switchboard' },
  { client: 'official', server: 'switchboard' },
  { client: 'ours', server: 'official' },
  { client: 'official', server: 'official' },
];

/** Starts one pairing. Returns `{client, server, origin, other, happenings, stop}`; `other` is a second origin of the server. */
export async function startPairing({ client, server }) {
  const start = { switchboard: startSwitchboard, official: startOfficial }[server];
  let running = await start(client);
  const proxy = await startProxy(running.port);
  const other = await startProxy(running.port);

  /** What a scenario can make happen. */
  const happenings = {
    async restart() {
      await running.stop();
      running = await start(client);
      proxy.target = running.port;
      other.target = running.port;
    },
    refuse() {
      proxy.refusing = true;
      proxy.cut();
    },
    freeze() {
      proxy.frozen = true;
    },
    mend() {
      proxy.refusing = false;
      if (proxy.frozen) proxy.cut();
      proxy.frozen = false;
    },
  };
  async function stop() {
    await proxy.close();
    await other.close();
    await running.stop();
  }

  const [origin, otherOrigin] = [proxy, other].map(({ port }) => `http://127.0.0.1:${port}`);
  return { client, server, origin, other: otherOrigin, happenings, stop };
}

async function startSwitchboard(client) {
  const official = client === 'official' ? ['--client-dir', OFFICIAL] : [];
  return await startServer(SITE, ...LIMITS, ...official);
}

async function startOfficial(client) {
  return await startCourseServer({ site: SITE, clientFile: client === 'ours' ? ourFile : officialFile });
}

/** A file of the official client. */
export function officialFile(name) {
  return readFile(join(OFFICIAL, name));
}

const files = new Map();

/** A file of our client, as Switchboard serves it. */
export async function ourFile(name) {
  if (!files.has(name)) {
    const { http, stop } = await startServer();
    const response = await fetch(`${http}/socket.io/${name}`);
    files.set(name, await response.text());
    await stop();
  }
  return files.get(name);
}

/** All pairings side by side in one page, and all in sight: browsers let what is hidden wait. */
const FRAMES = `<!doctype html><title>Four pairings</title><link rel="icon" href="data:,"><script type="module">
for (const src of new URLSearchParams(location.search).getAll('frame')) {
  document.body.append(Object.assign(document.createElement('iframe'), { src, width: 300, height: 120 }));
}</script>`;

/** The other end of the pages: here they report outcomes, and ask for what shall happen. */
export async function startControl() {
  const played = new Map();
  const control = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.url.startsWith('/?')) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(FRAMES);
      return;
    }
    answer(request).then(
      () => response.end(),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  control.requestTimeout = TIMEOUT;

  async function answer(request) {
    const [, key, verb] = request.url.split('/');
    const game = played.get(key);
    if (verb === 'outcome') {
      const { name, outcome } = JSON.parse(await text(request));
      game.outcomes.set(name, outcome);
    } else if (verb === 'done') {
      game.done();
    } else {
      await game.happenings[verb]();
    }
  }

  control.listen(0, '127.0.0.1');
  await once(control, 'listening');
  const { port } = control.address();
  return {
    /** The address of the page that plays the pairings, and a promise of the outcomes of each, by name. */
    stage(pairings, only) {
      const address = new URL(`http://127.0.0.1:${port}/`);
      const finished = pairings.map(({ client, server, origin, other, happenings }, key) => {
        const query = new URLSearchParams({ control: `http://127.0.0.1:${port}/${key}`, client, server, other, only });
        address.searchParams.append('frame', `${origin}/?${query}`);
        const outcomes = new Map();
        return new Promise((resolve) => {
          played.set(String(key), { outcomes, happenings, done: () => resolve(outcomes) });
        });
      });
      return { address: String(address), finished: Promise.all(finished) };
    },

    stop() {
      control.close();
      control.closeAllConnections();
    },
  };
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
