// Pages with the inspector's probe, and the same pages without it: a server of a few lines, so that what
// the probe does is seen apart from what the server does.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { WebSocketServer } from 'ws';
import { chromium } from './chromium.mjs';
import { NEEDLESS, PLAYERS } from './players.mjs';
import { TIMEOUT } from './wait.mjs';

const PROBE = new URL('../../../public/inspector/probe.js', import.meta.url);

/** This server's ICE servers, where the inspector forces the relay. */
export const FORCED = [{ urls: ['turn:127.0.0.1:65535?transport=tcp'], username: '2000:i', credential: 'c' }];

/** The probe as the server writes it into a page: in one line, with its settings. */
export async function probeInOneLine(settings) {
  const lines = (await readFile(PROBE, 'utf8')).split('\n').map((line) => line.trim());
  const script = lines.filter((line) => line && !line.startsWith('//')).join(' ');
  return script.replace('"__PROBE__"', JSON.stringify(settings));
}

/**
 * Serves `/plain/NAME`, `/probed/NAME` and `/forced/NAME`, whose probe forces the relay: the same page, whose script runs `scripts[NAME]` and keeps its
 * promise as `result`. `scripts.before` runs before the probe; the page `refused` may not use a camera. `reports` is what probes sent, of all pages in order; each has `socket`, the number
 * of its WebSocket. What pages send to `/shown?KEY=VALUE` is among the reports, too.
 */
export async function servePages(t, scripts) {
  const reports = [];
  const settings = { url: '/inspector/probe?key=k', own: false, relay: null };
  const probes = { probed: await probeInOneLine(settings), forced: await probeInOneLine({ ...settings, relay: FORCED }) };
  const server = createServer((request, response) => {
    const [, kind, name] = new URL(request.url, 'http://a').pathname.split('/');
    if (kind === 'shown') reports.push({ what: 'shown', ...Object.fromEntries(new URL(request.url, 'http://a').searchParams) });
    const script = scripts[name?.replace(/\.js$/, '')];
    if (!script) {
      response.writeHead(404).end();
    } else if (name.endsWith('.js')) {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end(`window.result = (${script})();\n`);
    } else {
      const tag = probes[kind] ? `<script nonce="a">${probes[kind]}</script>` : '';
      const before = name === 'slow' ? `<script>(${scripts.before})()</script>` : '';
      const policy = name === 'refused' ? { 'permissions-policy': 'camera=(), microphone=()' } : {};
      response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-cache', ...policy });
      response.end(`<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">${before}${tag}\n<title>${name}</title>\n`
        + `<base href="/elsewhere/">\n<script src="/script/${name}.js"></script>\n</head>\n<body>\n</body>\n</html>\n`);
    }
  });
  const sockets = new WebSocketServer({ server });
  let connections = 0;
  sockets.on('connection', (socket, request) => {
    connections += 1;
    const number = connections;
    reports.push({ socket: number, what: 'open', url: request.url });
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      for (const message of frame) reports.push({ socket: number, bytes: data.length, inFrame: frame.length, ...message });
    });
    socket.on('close', () => reports.push({ socket: number, what: 'gone' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { reports, url: `http://127.0.0.1:${server.address().port}` };
}

/** A Chromium without what other tests put into its pages, for the time of the test `t`. */
export async function visitInChromium(t, url, flags = []) {
  const browser = await chromium.launch({
    executablePath: PLAYERS.Chromium.path,
    args: [
      '--no-sandbox', '--disable-gpu', `--disable-features=${NEEDLESS}`,
      '--use-fake-device-for-media-stream=fps=10', '--use-fake-ui-for-media-stream', ...flags,
    ],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    timeout: TIMEOUT,
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  await page.goto(url);
  return page;
}
