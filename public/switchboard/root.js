// @ts-check
// Where the server is, and its Socket.IO client.

import { SwitchboardError } from './errors.js';
import { importAgain, importFrom } from './part.js';

/**
 * The server's address, with a slash at its end: behind a reverse proxy it may be below a path.
 * @param {string | URL} [url] without it the server that this script comes from
 * @returns {URL}
 */
export function rootOf(url) {
  try {
    const root = new URL(url ?? './', url ? document.baseURI : import.meta.url);
    if (!/^https?:$/.test(root.protocol)) throw new Error(root.protocol);
    root.search = root.hash = '';
    if (!root.pathname.endsWith('/')) root.pathname += '/';
    return root;
  } catch {
    throw new SwitchboardError('bad-options', 'The address of the server is missing: connect({ url: "https://HOST:8181" }).');
  }
}

/**
 * @param {URL} root
 * @returns {Promise<typeof import('../socket.io/socket.io.esm.min.js').io>}
 */
export async function loadSocketIo(root) {
  const address = new URL('socket.io/socket.io.esm.min.js', root).href;
  try {
    return (await importFrom(address).catch(() => importAgain(address))).io;
  } catch {
    throw new SwitchboardError('unreachable', `The server at ${root.href} did not reply. Is it running, and does the browser trust its certificate?`);
  }
}
