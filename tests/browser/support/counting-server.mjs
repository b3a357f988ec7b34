// The official Socket.IO server (npm), with a program that shows what is lost, doubled or out of
// order: both sides send numbers.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { servePage } from './scripted-server.mjs';

/** Starts one for the time of the test `t`. `settings` are the official server's. */
export async function countingServer(t, settings) {
  const http = createServer(servePage);
  const io = new Server(http, { serveClient: false, cors: { origin: true }, ...settings });
  const server = {
    io,
    http,
    /** What clients have sent, over all connections, in the order of arrival. */
    numbers: [],
    /** Why connections have ended. */
    endings: [],
    get sessions() {
      return io.engine.clientsCount;
    },
  };
  io.on('connection', (socket) => {
    socket.on('number', (number) => server.numbers.push(number));
    socket.on('echo', (value, answer) => answer(value));
    socket.on('test', (answer) => answer('pong'));
    socket.on('count to', (end) => countTo(end, socket));
    socket.on('disconnect', (reason) => server.endings.push(reason));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  server.port = http.address().port;
  server.url = `http://localhost:${server.port}/`;
  t.after(() => {
    io.close().catch(() => {});
    http.closeAllConnections();
  });
  return server;
}

/** The last tenth waits for the upgrade: so some go before, some during, and some after it. */
async function countTo(end, socket) {
  for (let n = 0; n < end; n++) {
    if (n === end * 0.9 && socket.conn.transport.name === 'polling') await once(socket.conn, 'upgrade');
    if (n % 10 === 0) await new Promise(setImmediate);
    socket.emit('number', n);
  }
}
