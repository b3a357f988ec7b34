// A server that does nothing by itself: the test plays it, request by request and frame by frame.
// So it can say what no real server says, and sees exactly what the client does.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { within } from './wait.mjs';

/** In one polling request several packets are parted by this character. */
export const SEPARATOR = '\x1e';

const OURS = new URL('../../../public/socket.io/', import.meta.url);
const OFFICIAL = new URL('../node_modules/socket.io-client-4.8/dist/socket.io.js', import.meta.url);

/** With CLIENT=official the same tests ask the official client. */
export const isOfficial = process.env.CLIENT === 'official';

const SCRIPT = isOfficial
  ? '<script src="/client/socket.io.js"></script>'
  : '<script type="module">import { io } from "/client/io.js"; globalThis.io = io;</script>';

/** The page that a test's server gives: nothing but the client, our parts as the modules they are. */
export async function servePage({ url }, response) {
  const [, part] = /^\/client\/([\w.]+)$/.exec(url) ?? [];
  response.setHeader('content-type', part ? 'text/javascript' : 'text/html');
  if (part) response.end(await readFile(isOfficial ? OFFICIAL : new URL(part, OURS)));
  else response.end(`<!doctype html><title>${url}</title><link rel="icon" href="data:,">${SCRIPT}`);
}

/** Things that have arrived, in order, until the test takes them. */
class Arrivals {
  #waiting = [];
  #takers = [];

  constructor(what) {
    this.what = what;
  }

  get count() {
    return this.#waiting.length;
  }

  put(arrival) {
    const taker = this.#takers.shift();
    if (taker) taker(arrival);
    else this.#waiting.push(arrival);
  }

  take() {
    if (this.#waiting.length) return this.#waiting.shift();
    return within(new Promise((resolve) => this.#takers.push(resolve)), this.what);
  }
}

/** The rules of the "open" packet, where a test has no others. */
const RULES = { sid: 'session', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1e6 };

/** An "open" packet. */
export function openPacket(rules) {
  return `0${JSON.stringify({ ...RULES, ...rules })}`;
}

/**
 * Starts one for the time of the test `t`. What the client asks for waits in `gets`, `posts` and
 * `webSockets` until the test takes it; `url` is the page.
 */
export async function scriptedServer(t) {
  const gets = new Arrivals('GET request');
  const posts = new Arrivals('POST request');
  const webSockets = new Arrivals('WebSocket');

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname === '/' || pathname.startsWith('/client/')) return servePage(request, response);
    const body = [];
    for await (const piece of request) body.push(piece);
    const { method, headers, url } = request;
    const ended = new Promise((resolve) => response.on('close', resolve));
    return (method === 'POST' ? posts : gets).put({
      method,
      url,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers,
      body: Buffer.concat(body).toString(),
      ended,
      answer(text, status = 200) {
        response.writeHead(status, { 'content-type': 'text/plain; charset=UTF-8' }).end(text);
      },
      /** The connection breaks within the answer: before it, browsers would ask again by themselves. */
      breakOff() {
        response.writeHead(200, { 'content-length': 100 });
        response.write('4', () => response.destroy());
      },
    });
  });

  const frames = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    webSockets.put({
      path: pathname,
      query: Object.fromEntries(searchParams),
      refuse: () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      accept() {
        let accepted;
        frames.handleUpgrade(request, socket, head, (ws) => (accepted = new Frames(ws)));
        return accepted;
      },
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    for (const client of frames.clients) client.terminate();
    server.close();
  });
  return { url: `http://localhost:${server.address().port}/`, gets, posts, webSockets };
}

/** The server's end of a WebSocket. Text comes as text, binary as a Buffer. */
class Frames {
  #arrived = new Arrivals('WebSocket frame');

  constructor(ws) {
    this.ws = ws;
    this.closed = once(ws, 'close');
    ws.on('message', (data, isBinary) => this.#arrived.put(isBinary ? data : String(data)));
  }

  /** How many frames have come that nobody has taken. */
  get count() {
    return this.#arrived.count;
  }

  hears() {
    return this.#arrived.take();
  }

  says(...packets) {
    for (const packet of packets) this.ws.send(packet);
  }
}

/** The same verbs for long-polling: packets out by the open GET, packets in by POSTs. */
class Polls {
  #arrived = [];

  constructor(server) {
    this.server = server;
  }

  async hears() {
    while (this.#arrived.length === 0) {
      const post = await this.server.posts.take();
      post.answer('ok');
      this.#arrived.push(...post.body.split(SEPARATOR));
    }
    const packet = this.#arrived.shift();
    return packet[0] === 'b' ? Buffer.from(packet.slice(1), 'base64') : packet;
  }

  async says(...packets) {
    const texts = packets.map((packet) => (typeof packet === 'string' ? packet : `b${packet.toString('base64')}`));
    (await this.server.gets.take()).answer(texts.join(SEPARATOR));
  }
}

/** Shakes hands over one transport; gives the wire: `hears()` and `says(...packets)`. */
export async function shakeHands(server, transport, rules) {
  if (transport === 'websocket') {
    const frames = (await server.webSockets.take()).accept();
    frames.says(openPacket(rules));
    return frames;
  }
  const polls = new Polls(server);
  await polls.says(openPacket(rules));
  return polls;
}
