// A reverse proxy that serves a server below a path, which it takes away, as nginx does with
// `location /calls/ { proxy_pass http://127.0.0.1:8181/; }`.

import { once } from 'node:events';
import { createServer, request } from 'node:http';

/**
 * For the time of the test `t`.
 * @param {number|string} port of the server
 * @param {string} path with a slash at both ends
 * @param {(url: string) => boolean} [loses] whether the connection of a request breaks
 * @returns {Promise<string>} the address of the server through it, without a slash at the end
 */
export async function pathProxyFor(t, port, path, loses = () => false) {
  const forward = (incoming) => {
    const { method, url, headers } = incoming;
    return request({ host: '127.0.0.1', port, method, path: url.slice(path.length - 1), headers });
  };
  const sockets = new Set();
  const proxy = createServer((incoming, outgoing) => {
    if (loses(incoming.url)) {
      outgoing.destroy();
      return;
    }
    if (!incoming.url.startsWith(path)) {
      outgoing.writeHead(404).end('outside');
      return;
    }
    const upstream = forward(incoming);
    upstream.on('response', (response) => {
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  proxy.on('upgrade', (incoming, socket) => {
    if (!incoming.url.startsWith(path)) {
      socket.destroy();
      return;
    }
    const upstream = forward(incoming);
    upstream.on('upgrade', ({ rawHeaders }, other, head) => {
      const lines = [];
      for (let n = 0; n < rawHeaders.length; n += 2) lines.push(`${rawHeaders[n]}: ${rawHeaders[n + 1]}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      socket.write(head);
      other.pipe(socket).pipe(other);
      other.on('error', () => socket.destroy());
      socket.on('error', () => other.destroy());
    });
    upstream.on('response', () => socket.destroy());
    upstream.on('error', () => socket.destroy());
    upstream.end();
  });
  proxy.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://localhost:${proxy.address().port}${path.slice(0, -1)}`;
}
