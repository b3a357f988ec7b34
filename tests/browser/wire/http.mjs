// HTTP byte by byte: requests as no library would write them, and replies as they came, the case of
// their headers' names included.

import { connect } from 'node:net';
import { within } from '../support/wait.mjs';

/** Differs with every reply, or is the business of this connection alone; that a length is right is looked at here. */
const UNSTEADY = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/**
 * Sends one request and reads the reply. `headers` is a list of lines. Gives `{status, headers, body}`,
 * headers by their names in lower case, or `undefined` where the server closes without a reply.
 */
export async function request(port, method, path, { headers = [], body, version = '1.1', signal } = {}) {
  const lines = [`${method} ${path} HTTP/${version}`, `Host: localhost:${port}`, 'Connection: close', ...headers];
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  const bytes = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body ?? '')]);
  return parse(await exchange(port, bytes, { signal }), method);
}

/** Asks for a WebSocket; the usual headers unless `headers` has others of the same name (`Name:` takes one away). */
export async function upgrade(port, path, headers = [], { method = 'GET', version = '1.1' } = {}) {
  const usual = {
    Host: `localhost:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const all = { ...usual, ...Object.fromEntries(headers) };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  const lines = given.map(([name, value]) => `${name}: ${value}`);
  const bytes = Buffer.from(`${method} ${path} HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n`);
  return parse(await exchange(port, bytes), method);
}

/** Sends bytes as they are, and resolves to all that comes until the reply is whole, or the server closes. */
async function exchange(port, bytes, { signal } = {}) {
  const socket = connect(port, '127.0.0.1');
  const abort = () => socket.destroy();
  signal?.addEventListener('abort', abort);
  const pieces = [];
  const ended = new Promise((resolve) => {
    socket.on('data', (piece) => {
      pieces.push(piece);
      if (isWhole(Buffer.concat(pieces).toString('latin1'))) resolve();
    });
    socket.on('close', resolve);
    // A server that refuses a body may close before it has read it: what counts is the reply.
    socket.on('error', () => {});
  });
  socket.write(bytes);
  await within(ended, `reply of port ${port} to ${bytes.toString('latin1', 0, 80)}`);
  socket.destroy();
  return Buffer.concat(pieces);
}

/** Whether a reply says where it ends, and has. A server may keep the connection for the next request. */
function isWhole(text) {
  const [head, body] = text.split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  return head.startsWith('HTTP/1.1 101 ') || (length !== undefined && body.length >= Number(length));
}

function parse(bytes, method) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const names = lines.map((line) => line.slice(0, line.indexOf(':')));
  const values = lines.map((line) => line.slice(line.indexOf(':') + 1).trim());
  const headers = new Map(names.map((name, number) => [name.toLowerCase(), values[number]]));
  const rest = bytes.subarray(end + 4);
  const body = headers.get('transfer-encoding') === 'chunked' && method !== 'HEAD' ? unchunk(rest) : rest;
  const length = headers.get('content-length');
  if (length !== undefined && method !== 'HEAD' && Number(length) !== body.length) {
    throw new Error(`content-length is ${length}, and the body has ${body.length} bytes`);
  }
  for (const name of UNSTEADY) if (name !== 'connection' || !first.includes(' 101 ')) headers.delete(name);
  return { status: Number(first.split(' ')[1]), names, headers, body: body.toString() };
}

/** Joins the pieces of a chunked body: each is its length in hexadecimal, a line end, the bytes, a line end. */
function unchunk(rest) {
  const pieces = [];
  for (;;) {
    const end = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.toString('latin1', 0, end), 16);
    if (!(length > 0)) return Buffer.concat(pieces);
    pieces.push(rest.subarray(end + 2, end + 2 + length));
    rest = rest.subarray(end + 2 + length + 2);
  }
}
