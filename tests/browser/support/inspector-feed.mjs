// A small server with the inspector's page and a feed of given records, for tests of the page alone: it serves
// public/ as the real server does, and answers `read` in the namespace /inspector.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import { HEADER } from './inspector-records.mjs';

const PUBLIC = fileURLToPath(new URL('../../../public/', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml',
};
const POLICY = "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'self'";
export const KEY = 'k3y';

/**
 * Starts the server with `records`. It has `address` (with the key), `add(records)`, which sends more, `header`,
 * `chaos` (what the page asked for), and `stop()`.
 */
export async function startFeed(records = [], { header = {}, key = KEY, port = 0 } = {}) {
  const feed = { records: [...records], header: { ...HEADER, ...header }, chaos: [], waiting: new Set(), reads: [] };
  const http = createServer(serve);
  const io = new Server(http);
  io.of('/inspector').use((socket, next) => {
    if (socket.handshake.auth.key === key) return next();
    return next(Object.assign(new Error('The key is wrong.'), { data: { code: 'wrong-key' } }));
  });
  io.of('/inspector').on('connection', (socket) => {
    socket.on('read', (wanted, acknowledge) => {
      feed.reads.push(wanted);
      feed.waiting.add({ ...wanted, acknowledge, since: Date.now() });
      answer(feed);
    });
    socket.on('clear', (acknowledge) => {
      feed.add([{ kind: 'clear' }]);
      acknowledge({ ok: true });
    });
    socket.on('force-relay', ({ on }, acknowledge) => {
      feed.header.forceRelay = on ? feed.header.now + 600_000 : null;
      feed.add([{ kind: 'force-relay', on }]);
      acknowledge({ ok: true });
    });
    socket.on('chaos', (wanted, acknowledge) => {
      feed.chaos.push(wanted);
      if ('switches' in wanted) feed.add([{ kind: 'chaos', lobby: wanted.lobby, set: wanted.switches }]);
      acknowledge({ ok: true, until: feed.header.now + 600_000 });
    });
  });
  const timer = setInterval(() => answer(feed), 1000);
  await new Promise((resolve) => http.listen(port, '127.0.0.1', resolve));

  feed.port = http.address().port;
  feed.address = `http://localhost:${feed.port}/inspector#${key}`;
  feed.add = (more) => {
    const last = feed.records.at(-1);
    for (const [i, record] of more.entries()) {
      feed.records.push({ at: (last?.at ?? 0) + i, ...record, n: (last?.n ?? 0) + i + 1 });
    }
    answer(feed);
  };
  feed.stop = async () => {
    clearInterval(timer);
    await io.close();
    http.closeAllConnections();
  };
  return feed;
}

function answer(feed) {
  const last = feed.records.at(-1)?.n ?? 0;
  feed.header.now = feed.records.at(-1)?.at ?? 0;
  for (const reader of feed.waiting) {
    const records = feed.records.filter(({ n }) => n > reader.after).slice(0, 500);
    if (!records.length && Date.now() - reader.since < 5000) continue;
    feed.waiting.delete(reader);
    reader.acknowledge({ server: { ...feed.header, masked: !reader.unmasked }, records, last: records.at(-1)?.n ?? last, lost: 0 });
  }
}

async function serve(request, response) {
  const path = new URL(request.url, 'http://localhost').pathname;
  for (const file of places(path)) {
    const body = await readFile(file).catch(() => null);
    if (!body) continue;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'no-cache' });
    response.end(body);
    return;
  }
  response.writeHead(404).end();
}

/** The files that may be meant by a path, best first. STANDINS names folders with modules that are still to come. */
function places(path) {
  if (path === '/inspector') return [`${PUBLIC}inspector/index.html`];
  const [, rest] = /^\/inspector\/([\w./-]+)$/.exec(path) ?? [];
  const clean = (rest ?? path.slice(1)).replaceAll('..', '');
  if (!rest) return [PUBLIC + clean];
  const others = (process.env.STANDINS ?? '').split(':').filter(Boolean).map((folder) => `${folder}/${clean}`);
  return [`${PUBLIC}inspector/${clean}`, PUBLIC + clean, ...others];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stories = await import('./inspector-records.mjs');
  const [, , name = 'goodCall', port = '8191'] = process.argv;
  const feed = await startFeed(stories[name]?.() ?? [], { port: Number(port), header: { chaos: true } });
  console.log(feed.address);
}
