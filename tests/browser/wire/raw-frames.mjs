// WebSocket frames byte by byte (RFC 6455, section 5): also frames that no library would write.

import { connect } from 'node:net';
import { within } from '../support/wait.mjs';

export const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa];
export const FIN = 0x80;
const MASKED = 0x80;
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A masked frame: its first byte, then the length as short as can be, the mask and the payload. */
export function frame(first, payload = '') {
  const bytes = Buffer.from(payload);
  return Buffer.concat([head(first, bytes.length), MASK, bytes.map((byte, place) => byte ^ MASK[place % 4])]);
}

function head(first, length) {
  if (length < 126) return Buffer.from([first, MASKED | length]);
  const long = Buffer.alloc(length < 65_536 ? 4 : 10);
  long.set([first, MASKED | (length < 65_536 ? 126 : 127)]);
  if (length < 65_536) long.writeUInt16BE(length, 2);
  else long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}

/** A close frame's payload. */
export function closing(code, reason = '') {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(reason));
  bytes.writeUInt16BE(code);
  bytes.write(reason, 2);
  return bytes;
}

/** A WebSocket that was opened by hand. Frames come as `{opcode, fin, payload}`, the end as `undefined`. */
export class RawFrames {
  #rest = Buffer.alloc(0);
  #wake = () => {};
  #ended = false;

  /** Opens one, reads no more than the reply's head, and takes the open packet of Engine.IO. */
  static async open(port, path) {
    const frames = new RawFrames();
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    frames.socket = socket;
    socket.on('data', (piece) => {
      frames.#rest = Buffer.concat([frames.#rest, piece]);
      frames.#wake();
    });
    // A server that breaks off may reset what was not read.
    socket.on('error', () => {});
    socket.on('close', () => {
      frames.#ended = true;
      frames.#wake();
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
      + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    while (!frames.#rest.includes('\r\n\r\n')) await frames.#more();
    const end = frames.#rest.indexOf('\r\n\r\n') + 4;
    const status = frames.#rest.toString('latin1', 0, 12);
    if (status !== 'HTTP/1.1 101') throw new Error(status);
    frames.#rest = frames.#rest.subarray(end);
    await frames.next();
    return frames;
  }

  write(...frames) {
    this.socket.write(Buffer.concat(frames));
  }

  /** Writes the bytes in pieces of this size, each in a segment of its own. */
  async writeInPieces(bytes, size) {
    for (let start = 0; start < bytes.length; start += size) {
      await new Promise((resolve) => this.socket.write(bytes.subarray(start, start + size), resolve));
    }
  }

  /** The next frame but Engine.IO's pings. */
  async next() {
    for (;;) {
      const found = this.#parse();
      if (found && !(found.opcode === TEXT && String(found.payload) === '2')) return found;
      if (found) continue;
      if (this.#ended) return undefined;
      await this.#more();
    }
  }

  /** All that comes until the end: the code of the server's close frame, or what came instead. */
  async end() {
    let code = 'no close frame';
    for (let found = await this.next(); found; found = await this.next()) {
      if (found.opcode === CLOSE) code = found.payload.length ? found.payload.readUInt16BE() : 1005;
      else code = `${found.opcode}: ${found.payload.toString('latin1', 0, 40)}`;
    }
    return code;
  }

  drop() {
    this.socket.destroy();
  }

  #more() {
    return within(new Promise((resolve) => (this.#wake = resolve)), 'frame or end');
  }

  /** A frame from the server, which masks none. */
  #parse() {
    const bytes = this.#rest;
    if (bytes.length < 2) return undefined;
    const short = bytes[1] & 0x7f;
    const start = { 126: 4, 127: 10 }[short] ?? 2;
    if (bytes.length < start) return undefined;
    const length = { 126: () => bytes.readUInt16BE(2), 127: () => Number(bytes.readBigUInt64BE(2)) }[short]?.() ?? short;
    if (bytes.length < start + length) return undefined;
    this.#rest = bytes.subarray(start + length);
    return { opcode: bytes[0] & 0x0f, fin: (bytes[0] & FIN) !== 0, payload: bytes.subarray(start, start + length) };
  }
}
