// The network between a page in Chromium and the other side, as far as UDP goes: the page reaches the
// other one only by way of this process, which can let nothing pass for a while.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * For a page that was visited with `throughRelay`. `isStopped` may be set at any time; `close()` ends it.
 */
export async function relayUdp(page) {
  const relay = { isStopped: false, close: () => sockets.forEach((socket) => socket.close()) };
  const sockets = [];
  await page.exposeFunction('relayFor', async (address, port) => {
    const socket = createSocket('udp4');
    sockets.push(socket);
    let own;
    socket.on('message', (packet, from) => {
      if (relay.isStopped) return;
      if (from.address === address && from.port === port) {
        if (own) socket.send(packet, own.port, own.address);
      } else {
        own = from;
        socket.send(packet, port, address);
      }
    });
    socket.bind(0, address);
    await once(socket, 'listening');
    return socket.address().port;
  });
  return relay;
}

/** A script for `visit`: keeps the page's own candidates to itself, and takes the relay's in place of the other side's. */
export function throughRelay() {
  const { prototype } = RTCPeerConnection;
  const { addIceCandidate } = prototype;
  const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(prototype), 'localDescription');
  Object.defineProperty(prototype, 'localDescription', {
    get() {
      const description = get.call(this);
      return description && { type: description.type, sdp: description.sdp.replace(/^a=candidate:.*\r\n/gm, '') };
    },
  });
  prototype.addIceCandidate = async function (candidate) {
    const parts = candidate?.candidate?.split(' ') ?? [];
    // By one address is enough; the mark of the end has none.
    if (parts.length > 5 && (!/^udp$/i.test(parts[2]) || parts[4].includes(':'))) return;
    if (parts.length > 5) parts[5] = await window.relayFor(parts[4], Number(parts[5]));
    await addIceCandidate.call(this, candidate && { ...candidate, candidate: parts.join(' ') });
  };
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      this.addEventListener('icecandidate', (event) => event.stopImmediatePropagation());
    }
  };
}
