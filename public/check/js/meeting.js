// The WebSocket to this server, and over it another device that opened the same code: both are in a room of their own, and
// connect by a data channel.

import { addressOf } from './root.js';
import { failed, ok, waiting } from './rows.js';
import { refusalWords, t } from './words.js';

/** How long the WebSocket may take to open, and the data channel from the first offer on. */
const OPEN_MS = 10_000;
const CONNECT_MS = 25_000;

const NOT_REACHED =
  t`The other device opened the page, and no connection to it came about. Put both into the same network (a guest Wi-Fi often keeps devices apart), switch a VPN off, allow the browser UDP in the firewall; between two networks the server needs --turn.`;

/**
 * @param {string} code the name of the room
 * @param {{password?: string, token?: string}} proof
 * @param {RTCIceServer[]} iceServers
 * @param {(result: import('./rows.js').Result) => void} onOther whether the other device is reached
 */
export function meet(code, proof, iceServers, onOther) {
  const url = new URL(addressOf('ws'));
  url.protocol = url.protocol.replace('http', 'ws');
  // A name of its own: the server takes a second connection of the same name for the return of the first.
  const userName = `check-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  url.search = new URLSearchParams({ userName, ...proof, heartbeat: '1' }).toString();
  /** One connection for each other member. @type {Map<string, RTCPeerConnection>} */
  const peers = new Map();
  let isReached = false;
  let isClosed = false;
  /** @type {WebSocket} */
  let ws;
  const say = (action, to, data) => ws.readyState === WebSocket.OPEN && ws.send(JSON.stringify({ action, room: code, to, data }));

  function connect(peerId) {
    leave(peerId);
    const pc = new RTCPeerConnection({ iceServers });
    peers.set(peerId, pc);
    const channel = pc.createDataChannel('check', { negotiated: true, id: 0 });
    channel.addEventListener('open', () => channel.send('hello'));
    channel.addEventListener('message', () => {
      isReached = true;
      onOther(ok(t`Reached: a message came over a direct connection.`));
    });
    pc.addEventListener('icecandidate', ({ candidate }) => candidate && say('sending-ICE-candidate', peerId, { candidate }));
    onOther(waiting(t`The other device is here. Connecting to it…`));
    setTimeout(() => !isReached && peers.get(peerId) === pc && onOther(failed(NOT_REACHED)), CONNECT_MS);
    return pc;
  }

  function leave(peerId) {
    peers.get(peerId)?.close();
    peers.delete(peerId);
  }

  const hear = {
    ping: () => ws.send(JSON.stringify({ signal: 'pong' })),
    'requesting-SDP-offer': ({ members }) => members.forEach(async ({ peerId }) => {
      const pc = connect(peerId);
      await pc.setLocalDescription(await pc.createOffer());
      say('sending-SDP-offer', peerId, { offer: pc.localDescription });
    }),
    'receiving-SDP-offer': async ({ offer }, from) => {
      const pc = connect(from);
      await pc.setRemoteDescription(offer);
      await pc.setLocalDescription(await pc.createAnswer());
      say('accepting-SDP-offer', from, { answer: pc.localDescription });
    },
    'accepting-SDP-offer': ({ answer }, from) => peers.get(from)?.setRemoteDescription(answer),
    'receiving-ICE-candidate': ({ candidate }, from) => peers.get(from)?.addIceCandidate(candidate),
    'user-left': ({ peerId }) => leave(peerId),
  };

  const opened = new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), OPEN_MS);
    const settle = (isOpen) => {
      clearTimeout(late);
      resolve(isOpen);
    };
    try {
      ws = new WebSocket(url);
    } catch {
      settle(false);
      return;
    }
    ws.addEventListener('open', () => {
      settle(true);
      if (window.RTCPeerConnection) say('joining-room');
    });
    ws.addEventListener('close', () => {
      settle(false);
      if (!isClosed && !isReached && peers.size === 0) onOther(failed(t`The connection to the server ended: start again.`));
    });
    // In the order in which they came: a candidate waits for the description before it.
    let last = Promise.resolve();
    ws.addEventListener('message', ({ data: text }) => {
      const { signal, from, data } = JSON.parse(text);
      last = last.then(() => hear[signal]?.(data, from)).catch((error) => console.warn(`${signal}: ${error.message}`));
    });
  });

  return {
    opened,
    close() {
      isClosed = true;
      for (const peerId of [...peers.keys()]) leave(peerId);
      ws?.close(1000);
    },
  };
}

/** Why the WebSocket did not open: the server says it to a request, and not to a WebSocket. */
export async function whyClosed(password) {
  try {
    const response = await fetch(addressOf('api/ice-servers'), { headers: { Authorization: `Bearer ${password}` } });
    const { code, message } = response.ok ? {} : await response.json().catch(() => ({}));
    if (code === 'wrong-password') return { isPassword: true, words: t`The server wants another password: enter it under “Server password”, then start again.` };
    if (message) return { words: refusalWords({ code, message }) };
    const poll = await fetch(addressOf('socket.io/?EIO=4&transport=polling'));
    if (poll.ok) {
      return { words: t`No WebSocket passes between this device and the server: a proxy, a VPN or an extension stops it. Calls still work, by long-polling; on an iPhone, installing the authority may help (docs/lan.md).` };
    }
  } catch {
    // Said below.
  }
  return { words: t`The server is out of reach: check that it runs, and that this device is in its network.` };
}
