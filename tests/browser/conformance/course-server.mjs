// The other server of the comparison: the official one (npm socket.io), with a program in the
// course's manner on it. It does what the scenarios need and no more; its rules are the wire's.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { Server } from 'socket.io';
import { addOddities } from './oddities.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

/** The machine may be busy: a connection that is given up loses the events of a scenario. */
const PATIENCE = { upgradeTimeout: 60_000, pingTimeout: 60_000 };

/** Servers with other settings, each at a path of its own beside the usual one. */
const VARIANTS = {
  '/quick-heartbeat': { pingInterval: 400, pingTimeout: 6000 },
  '/no-upgrades': { allowUpgrades: false },
  '/websocket-only': { transports: ['websocket'] },
  '/recovering': { connectionStateRecovery: { maxDisconnectionDuration: 10_000 } },
  '/impatient': { connectTimeout: 200 },
};

/**
 * Serves the folder `site` and, as /socket.io/NAME, the client that `clientFile` gives: a function
 * from a file's name to its text. Returns `{port, stop}`.
 */
export async function startCourseServer({ port = 0, site, clientFile }) {
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = normalize(pathname === '/' ? '/index.html' : pathname);
    respond(response, extname(path), readFile(join(site, path)));
  });
  const servers = [['/socket.io', {}], ...Object.entries(VARIANTS)].map(([path, settings]) => {
    const io = new Server(http, {
      path,
      cors: { origin: true, credentials: true },
      serveClient: false,
      ...PATIENCE,
      ...settings,
    });
    addCourse(io);
    addOddities(io);
    return io;
  });
  serveClientBefore(http, clientFile);
  const connections = new Set();
  http.on('connection', (connection) => {
    connections.add(connection.once('close', () => connections.delete(connection)));
  });
  http.setMaxListeners(0); // one for each of the servers
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return {
    port: http.address().port,
    async stop() {
      const closed = once(http, 'close');
      for (const io of servers) io.engine.close();
      http.close();
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

/** The files lie in the path that the Socket.IO server takes for itself: ask before it does. */
function serveClientBefore(http, clientFile) {
  const others = http.listeners('request');
  http.removeAllListeners('request');
  http.on('request', (request, response) => {
    const [, name] = /^\/socket\.io\/(socket\.io[\w.]*\.js)$/.exec(request.url) ?? [];
    if (name) respond(response, '.js', clientFile(name));
    else for (const listener of others) listener.call(http, request, response);
  });
}

async function respond(response, extension, text) {
  try {
    const body = await text;
    response.setHeader('Content-Type', TYPES[extension] ?? 'text/plain').end(body);
  } catch {
    response.writeHead(404).end('nothing here');
  }
}

/** The course's call: password, offers of a lobby, answers, candidates. */
function addCourse(io) {
  const calls = new Set();
  io.use((socket, next) => {
    const { userName = '' } = socket.handshake.auth;
    next(userName.length > 64 ? new Error('The user name is too long: at most 64 characters.') : undefined);
  });
  io.on('connection', (socket) => {
    const { userName, password, lobby = '' } = socket.handshake.auth;
    if (password !== 'x') {
      socket.disconnect(true);
      return;
    }
    socket.join(`lobby ${lobby}`);
    const open = [...calls].filter((call) => call.lobby === lobby && !call.answerer).map(({ offer }) => offer);
    if (open.length > 0) socket.emit('availableOffers', open);

    socket.on('test', (ack) => ack('pong'));

    socket.on('newOffer', (description) => {
      const offer = {
        offererUserName: userName,
        offer: description,
        offerIceCandidates: [],
        answererUserName: null,
        answer: null,
        answererIceCandidates: [],
      };
      calls.add({ lobby, offer, offerer: socket });
      socket.to(`lobby ${lobby}`).emit('newOfferAwaiting', [offer]);
    });

    socket.on('newAnswer', (answered, ack) => {
      const call = [...calls].find((other) =>
        other.lobby === lobby && other.offer.offererUserName === answered.offererUserName);
      if (!call) {
        ack?.([]);
        return;
      }
      call.answerer = socket;
      Object.assign(call.offer, { answer: answered.answer, answererUserName: userName });
      ack?.(call.offer.offerIceCandidates);
      call.offerer.emit('answerResponse', call.offer);
    });

    socket.on('sendIceCandidateToSignalingServer', ({ didIOffer, iceCandidate }) => {
      for (const call of calls) {
        if (didIOffer && call.offerer === socket) {
          if (call.answerer) call.answerer.emit('receivedIceCandidateFromServer', iceCandidate);
          else call.offer.offerIceCandidates.push(iceCandidate);
        } else if (!didIOffer && call.answerer === socket) {
          call.offerer.emit('receivedIceCandidateFromServer', iceCandidate);
        }
      }
    });

    socket.on('disconnect', () => {
      for (const call of calls) if (call.offerer === socket) calls.delete(call);
    });
  });
}
