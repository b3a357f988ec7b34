// A file by data channel, with each library that has the browsers' RTCPeerConnection. Which side calls does not matter.
//
// data.mjs answer http://localhost:8181 --lobby files --folder .         receives files
// data.mjs call http://localhost:8181 --lobby files --send photo.jpg     sends one, and hangs up
// --library werift, or @roamhq/wrtc, instead of node-datachannel/polyfill

import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { options, run } from './signaling.mjs';

const text = { type: 'string' };
const { send, folder, library, ...settings } = options({
  send: text,
  folder: { ...text, default: '.' },
  library: { ...text, default: 'node-datachannel/polyfill' },
});
const module = await import(library);
const RTCPeerConnection = module.RTCPeerConnection ?? module.default.RTCPeerConnection;
const pc = new RTCPeerConnection({ iceServers: [] });
const done = new AbortController();
const CHUNK = 16 * 1024;

pc.ondatachannel = ({ channel }) => use(channel);
if (settings.role === 'call') {
  const channel = pc.createDataChannel('file');
  channel.onopen = () => use(channel);
}
await run(pc, settings, done.signal);
process.exit(); // The libraries may have left timers.

function use(channel) {
  channel.binaryType = 'arraybuffer';
  return send ? sendFile(channel) : receive(channel);
}

async function sendFile(channel) {
  channel.onmessage = ({ data }) => {
    console.log('the other side has', JSON.parse(data).received, 'bytes');
    done.abort();
  };
  const file = await readFile(send);
  channel.send(JSON.stringify({ name: basename(send), size: file.length }));
  for (let start = 0; start < file.length; start += CHUNK) {
    // What is sent faster than the network takes it fills memory.
    while (channel.bufferedAmount > 64 * CHUNK) await new Promise((resolve) => setTimeout(resolve, 10));
    channel.send(file.subarray(start, start + CHUNK));
  }
}

function receive(channel) {
  let name;
  let missing;
  let chunks = [];
  channel.onmessage = async ({ data }) => {
    if (typeof data === 'string') {
      ({ name, size: missing } = JSON.parse(data));
      chunks = [];
    } else {
      chunks.push(Buffer.from(data));
      missing -= data.byteLength;
    }
    if (missing > 0) return;
    const file = Buffer.concat(chunks);
    const path = join(folder, basename(name)); // Never where the other side says.
    await writeFile(path, file);
    channel.send(JSON.stringify({ received: file.length }));
    console.log('received', path, file.length, 'bytes');
  };
}
