// The two ways of Engine.IO 4 to carry packets between browser and server.
//
// Long-polling: the browser always has one GET open, which the server answers as soon as it has
// something to say; what the browser has to say goes out by POST. It works wherever HTTP works.
// WebSocket: one connection, one packet a frame, both ways.
//
// A packet is one digit for its type and then its text ("4hello" is the message "hello"); a binary
// message goes as it is over a WebSocket, as "b" and base64 over polling, where one request can
// hold several packets. A transport tells its engine: packet, drain (all is out), error, close.

import { debugFor } from './debug.js';
import { Emitter } from './emitter.js';

const FRAME_TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
const SEPARATOR = '\x1e';
const debugPolling = debugFor('engine.io-client:polling');
/** A POST as short as a close packet may outlive its page; the browser limits the size. */
const KEEPALIVE_CHARACTERS = 100;

export function transportError(message, description, context) {
  return Object.assign(new Error(message), { type: 'TransportError', description, context });
}

export function encodeFrame({ type, data = '' }) {
  return FRAME_TYPES.indexOf(type) + data;
}

export function decodeFrame(frame) {
  if (typeof frame !== 'string') return { type: 'message', data: frame };
  if (frame[0] === 'b') return { type: 'message', data: decodeBase64(frame.slice(1)) };
  const type = FRAME_TYPES[frame[0]];
  const data = frame.slice(1);
  // Engine.IO 3 wrote the length before each packet.
  const isOld = /^\d+:\d/.test(frame);
  if (!type || isOld || (type === 'open' && !JSON.parse(data).sid)) throw new Error('Not a packet');
  return data ? { type, data } : { type };
}

function decodeBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}

class Transport extends Emitter {
  readyState = 'opening';
  /** Whether a packet given now would leave at once. */
  writable = false;

  /** `query` goes into each address: the page's own, and the session's id when there is one. */
  constructor(options, query) {
    super();
    this.options = options;
    this.query = query;
  }

  address(scheme) {
    const { secure, host, path } = this.options;
    const query = new URLSearchParams({ ...this.query, EIO: 4, transport: this.name });
    return `${scheme}${secure ? 's' : ''}://${host}${path}?${query}`;
  }

  opened() {
    this.readyState = 'open';
    this.writable = true;
  }

  /** Takes what has come in: text, or something binary. */
  receive(frame) {
    if (this.readyState === 'closed') return;
    let packet;
    try {
      packet = decodeFrame(frame);
    } catch {
      this.failed('The server does not speak Engine.IO 4', frame);
      return;
    }
    if (packet.type === 'open') this.opened();
    if (packet.type === 'close') this.ended('transport closed by the server');
    else this.fire('packet', packet);
  }

  sent() {
    if (this.readyState !== 'open') return;
    this.writable = true;
    this.fire('drain');
  }

  ended(description, context) {
    this._end('close', { description, context });
  }

  failed(message, description, context) {
    const refusal = refusalIn(context);
    const error = transportError(refusal?.message ?? message, description, context);
    if (refusal) error.data = refusal;
    this._end('error', error);
  }

  _end(event, details) {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.writable = false;
    this.fire(event, details);
  }
}

export class Polling extends Transport {
  get name() {
    return 'polling';
  }

  _abort = new AbortController();
  _paused = false;
  _reading = Promise.resolve();
  _writing = Promise.resolve();
  _requests = 0;

  open() {
    this._reading = this._poll();
  }

  send(packets) {
    this.writable = false;
    this._writing = this._post(packets);
  }

  /** Lets the open GET end and takes no new one. Resolves when nothing is under way any more. */
  async pause() {
    this._paused = true;
    await Promise.all([this._reading, this._writing]);
  }

  resume() {
    this._paused = false;
    this._reading = this._reading.then(() => this._poll());
  }

  /** A lost connection gets no close packet: after one the server would drop what the page has. */
  close({ isLost = false } = {}) {
    const sendsClose = this.readyState === 'open' && !isLost;
    this.readyState = 'closed';
    const abort = () => this._abort.abort();
    if (!sendsClose) return abort();
    // The server answers the open GET when it reads the close packet; aborted earlier, it would be a loss.
    return this._request('POST', encodeFrame({ type: 'close' })).then(abort, abort);
  }

  async _poll() {
    while (!this._paused && this.readyState !== 'closed') {
      let payload;
      try {
        debugPolling('polling');
        payload = await this._request('GET');
      } catch (error) {
        return this.failed('xhr poll error', error.status ?? 0, error);
      }
      debugPolling('polling got data %s', payload);
      for (const frame of payload.split(SEPARATOR)) this.receive(frame);
    }
    return undefined;
  }

  async _post(packets) {
    try {
      const frames = await Promise.all(packets.map(encodePolled));
      for (const body of join(frames, this.maxPayload)) await this._request('POST', body);
    } catch (error) {
      return this.failed('xhr post error', error.status ?? 0, error);
    }
    return this.sent();
  }

  async _request(method, body) {
    const { withCredentials, extraHeaders } = this.options;
    // No two requests have the same address, so nothing on the way answers from a cache.
    this.query.t = `${Date.now().toString(36)}.${(this._requests += 1)}`;
    const response = await fetch(this.address('http'), {
      method,
      body,
      headers: { ...(body && { 'Content-Type': 'text/plain;charset=UTF-8' }), ...extraHeaders },
      credentials: withCredentials ? 'include' : 'same-origin',
      cache: 'no-store',
      keepalive: !extraHeaders && body?.length < KEEPALIVE_CHARACTERS,
      signal: this._abort.signal,
    });
    const responseText = await response.text();
    if (!response.ok) throw { status: response.status, responseText };
    return responseText;
  }
}

/** The server's own words, where it refuses a page: `{code, message}`. */
function refusalIn({ status, responseText } = {}) {
  if (status !== 403) return undefined;
  try {
    const refusal = JSON.parse(responseText);
    return typeof refusal?.message === 'string' ? refusal : undefined;
  } catch {
    return undefined;
  }
}

async function encodePolled(packet) {
  if (typeof (packet.data ?? '') === 'string') return encodeFrame(packet);
  const buffer = await new Blob([packet.data]).arrayBuffer();
  let binary = '';
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return `b${btoa(binary)}`;
}

/** As few request bodies as the server's limit allows; a single larger frame goes alone. */
function join(frames, limit = Infinity) {
  const bodies = [];
  let body = [];
  let size = 0;
  for (const frame of frames) {
    const bytes = new Blob([SEPARATOR, frame]).size;
    if (size + bytes > limit) [body, size] = [[], 0];
    if (body.push(frame) === 1) bodies.push(body);
    size += bytes;
  }
  return bodies.map((frames) => frames.join(SEPARATOR));
}

export class WebSocketTransport extends Transport {
  get name() {
    return 'websocket';
  }

  open() {
    try {
      this.ws = new WebSocket(this.address('ws'));
    } catch (error) {
      queueMicrotask(() => this.failed('websocket error', error.message, error));
      return;
    }
    this.ws.binaryType = 'arraybuffer';
    this.ws.onopen = () => {
      this.opened();
      this.fire('open');
    };
    this.ws.onclose = (event) => this.ended('websocket connection closed', event);
    this.ws.onerror = (event) => this.failed('websocket error', event, this.ws);
    this.ws.onmessage = ({ data }) => this.receive(data);
  }

  send(packets) {
    this.writable = false;
    for (const packet of packets) {
      const isText = typeof (packet.data ?? '') === 'string';
      this._sendFrame(isText ? encodeFrame(packet) : packet.data);
    }
    queueMicrotask(() => this.sent());
  }

  /** What is sent while the other side closes is lost, and the browser would say so in the console each time. */
  _sendFrame(frame) {
    if (this.ws.readyState !== WebSocket.CLOSING && this.ws.readyState !== WebSocket.CLOSED) this.ws.send(frame);
  }

  close({ isLeft = false } = {}) {
    // A page that closes by itself cannot give the close code of one that is left (1001). This packet says the same.
    if (isLeft && this.readyState === 'open') this._sendFrame(encodeFrame({ type: 'close' }));
    this.readyState = 'closed';
    this.ws?.close();
  }
}

/** Left out. A name for pages that list it beside the others, as they may. */
export class NoWebTransport {
  get name() {
    return 'webtransport';
  }
}
