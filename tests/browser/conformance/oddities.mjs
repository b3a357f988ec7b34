// What Socket.IO can do and the course does not use: for the scenarios that only the official
// server can play.

export function addOddities(io) {
  io.on('connection', (socket) => {
    const { auth, query, headers } = socket.handshake;
    const numbers = [];
    const held = [];
    let tries = 0;

    socket.on('handshake', (ack) => ack({ auth, query, headers }));
    socket.on('transport', (ack) => ack(socket.conn.transport.name));
    socket.on('echo', (...args) => args.pop()(...args));
    socket.on('bounce', (...args) => socket.emit('bounced', ...args));
    socket.on('message', (...args) => socket.emit('message', ...args));
    socket.on('number', (number) => numbers.push(number));
    socket.on('numbers', (ack) => ack(numbers));
    socket.on('hold', (ack) => held.push(ack));
    socket.on('release', (ack) => {
      for (const answer of held.splice(0)) answer('late');
      ack();
    });
    socket.on('thirdTime', (value, ack) => {
      tries += 1;
      if (tries % 3 === 0) ack(value);
    });
    socket.on('burst', (count, ack) => {
      for (let n = 0; n < count; n += 1) socket.emit('number', n);
      ack?.();
    });
    socket.on('askMe', (question, ack) => {
      socket.timeout(20_000).emitWithAck('question', question).then(
        (answer) => ack?.(answer),
        (error) => ack?.(`failed: ${error.message}`),
      );
    });
    socket.on('leaveMe', () => socket.disconnect());
    socket.on('closeMe', () => socket.conn.close());
    socket.on('goSilent', () => {
      // As a server behind a dead cable: nothing comes any more, pings included.
      socket.conn.sendPacket = () => {};
      socket.conn.transport.send = () => {};
      // And it does not notice that no pong comes.
      clearTimeout(socket.conn.pingIntervalTimer);
      clearTimeout(socket.conn.pingTimeoutTimer);
    });
  });

  io.of('/admin').on('connection', (socket) => {
    socket.emit('welcome', 'admin');
    socket.on('echo', (value, ack) => ack(value));
    socket.on('leaveMe', () => socket.disconnect());
  });

  io.of('/guarded').use((socket, next) => {
    if (socket.handshake.auth.token === 'good') return next();
    return next(Object.assign(new Error('not you'), { data: { code: 7, hints: ['token'] } }));
  });

  io.of(/^\/table-\d+$/).on('connection', (socket) => socket.emit('table', socket.nsp.name));
}
