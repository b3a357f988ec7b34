// Sessions with either server, by hand: long-polling, WebSocket, and the way from one to the other.

import WebSocket from 'ws';
import { within } from '../support/wait.mjs';
import { request } from './http.mjs';

export const PATH = '/socket.io/';
export const POLLING = `${PATH}?EIO=4&transport=polling`;
export const WEBSOCKET = `${PATH}?EIO=4&transport=websocket`;
export const CONNECT = '40{"userName":"amy","password":"x"}';
const SEPARATOR = '\x1e';

/** An id is another each time. */
export function mask(text) {
  return text.replaceAll(/(\\?"sid\\?":\\?")[^"\\]*/g, '$1*');
}

/** A long-polling session. */
export class Polls {
  constructor(port, sid, path) {
    this.port = port;
    this.sid = sid;
    this.path = `${path}&sid=${sid}`;
  }

  static async open(port, path = POLLING) {
    const { body } = await request(port, 'GET', path);
    return new Polls(port, JSON.parse(body.slice(1)).sid, path);
  }

  /** One that is connected, and has been notified. */
  static async connected(port) {
    const polls = await Polls.open(port);
    await polls.post(CONNECT);
    await polls.until('40{');
    polls.isConnected = true;
    return polls;
  }

  get(options) {
    return request(this.port, 'GET', this.path, options);
  }

  post(body, { type = 'text/plain;charset=UTF-8', headers = [] } = {}) {
    return request(this.port, 'POST', this.path, { body, headers: [`Content-Type: ${type}`, ...headers] });
  }

  /** Polls until `part` was received; gives all that was received till then, but for pings. */
  async until(part) {
    const received = [];
    while (!received.some((packet) => packet.includes(part))) {
      const { status, body } = await this.get();
      if (status !== 200) throw new Error(`${status} ${body} instead of ${part}, after ${received}`);
      received.push(...body.split(SEPARATOR).filter((packet) => packet !== '2'));
    }
    return received;
  }

  /** What has become of the session: it answers a question, says that it ends, or is not known any more. */
  async fate() {
    const [question, answer] = this.isConnected ? ['4299["test"]', '4399["pong"]'] : [CONNECT, '40{'];
    const { status } = await this.post(question);
    if (status !== 200) return `gone: ${status}`;
    for (;;) {
      const { status, body } = await this.get();
      if (status !== 200) return `gone: ${status}`;
      const packets = body.split(SEPARATOR);
      if (packets.some((packet) => packet.startsWith(answer))) return 'goes on';
      if (packets.includes('1')) return 'ends by a close packet';
    }
  }
}

/** A WebSocket. What comes is `hears`: a text, `<01 02>` for binary, `close CODE` at the end. */
export class Frames {
  #arrived = [];
  #wake = () => {};

  constructor(port, path = WEBSOCKET) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
    const put = (what) => {
      this.#arrived.push(what);
      this.#wake();
    };
    this.ws.on('message', (data, isBinary) => {
      put(isBinary ? `<${data.toString('hex').match(/../g)?.join(' ') ?? ''}>` : mask(String(data)));
    });
    this.ws.on('close', (code) => put(`close ${code}`));
    // Where the handshake is refused.
    this.ws.on('error', () => {});
    this.opened = new Promise((resolve) => this.ws.on('open', resolve).on('close', resolve));
  }

  /** One that has its open packet. */
  static async open(port, path = WEBSOCKET) {
    const frames = new Frames(port, path);
    await frames.hears();
    return frames;
  }

  /** One that is connected, and has been notified. */
  static async connected(port) {
    const frames = await Frames.open(port);
    await frames.connect();
    return frames;
  }

  /** Waits for the reply: what comes before it ends a session of the official server. */
  connect() {
    this.says(CONNECT);
    return this.until((text) => text.startsWith('40'));
  }

  says(...packets) {
    for (const packet of packets) this.ws.send(packet);
  }

  /** The next frame, pings included. */
  async hears() {
    while (this.#arrived.length === 0) {
      await within(new Promise((resolve) => (this.#wake = resolve)), 'frame');
    }
    return this.#arrived.shift();
  }

  /** All frames up to the one that `isLast` or the end, but for pings. */
  async until(isLast) {
    const heard = [];
    for (;;) {
      const frame = await this.hears();
      if (frame === '2') continue;
      heard.push(frame);
      if (isLast(frame) || frame.startsWith('close ')) return heard;
    }
  }

  /** All that comes until the server has dealt with what was sent: it answers a question, or it has closed. */
  async settles() {
    if (this.ws.readyState === WebSocket.OPEN) this.says('4299["test"]');
    return this.until((text) => text === '4399["pong"]');
  }

  /** All that comes until the end. */
  ends() {
    return this.until(() => false);
  }

  /** Sends a ping of WebSocket's own, and waits for what comes back. */
  pings(text) {
    const pong = new Promise((resolve) => this.ws.once('pong', (data) => resolve(String(data))));
    this.ws.ping(text);
    return within(pong, 'pong');
  }

  get hasEnded() {
    return this.ws.readyState === WebSocket.CLOSED;
  }

  drop() {
    this.ws.terminate();
  }
}

/** A session that began with polling and has a WebSocket beside it now, whose probe is answered. */
export async function probed(port) {
  const polls = await Polls.connected(port);
  const frames = new Frames(port, `${WEBSOCKET}&sid=${polls.sid}`);
  await frames.opened;
  frames.says('2probe');
  const answer = await frames.hears();
  return { polls, frames, answer };
}
