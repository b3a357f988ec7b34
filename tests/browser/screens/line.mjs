// A line between one visitor of the pictures and the server, which a scene can cut.

import { startProxy } from '../support/proxy.mjs';

/** @param {Pick<import('./scenes.mjs').Stage, 'server' | 'atEnd'>} stage */
export async function lineTo({ server, atEnd }) {
  const proxy = await startProxy(Number(server.port));
  atEnd(() => proxy.close());
  return Object.assign(proxy, { http: `http://localhost:${proxy.port}` });
}
