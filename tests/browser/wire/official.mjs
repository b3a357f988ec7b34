// The official server (npm socket.io) in a process of its own, with as much of the course's program
// as the cases need. Its settings are the one argument, JSON. Stops, in its manner, at SIGTERM.

import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer((request, response) => response.writeHead(404).end());
const io = new Server(http, {
  ...JSON.parse(process.argv[2]),
  serveClient: false,
  cors: { origin: true, credentials: true },
});

io.on('connection', (socket) => {
  if (socket.handshake.auth.password !== 'x') {
    socket.emit('signalingError');
    socket.disconnect();
    return;
  }
  socket.on('test', (...args) => {
    const acknowledge = args.at(-1);
    if (typeof acknowledge === 'function') acknowledge('pong');
  });
});

process.on('SIGTERM', () => io.close());
http.listen(0, '127.0.0.1', () => console.log(`ready ${http.address().port}`));
