// The course's signaling server as one node of several, by Socket.IO's own adapter of Redis streams. Offers go to all
// clients, answers and candidates to the room of their receiver's name. Each node keeps the offers of its own callers
// and forgets them when these leave; another node asks for the candidates of an offer that one of its clients answers.

import http from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const redis = createClient({ url: process.env.REDIS_URL });
await redis.connect();
const web = http.createServer();
const io = new Server(web, { serveClient: false, adapter: createAdapter(redis) });

/** The offers of this node's callers, by their names. */
const offers = new Map();

/** Takes the answer to an offer of this node. What the caller sent before goes back with the acknowledgement. */
function answered({ offererUserName, answererUserName }) {
  const offer = offers.get(offererUserName);
  if (!offer || offer.answererUserName) return [];
  offer.answererUserName = answererUserName;
  return offer.offerIceCandidates;
}

io.on('answered', (answer, reply) => reply(answered(answer)));

io.on('connection', (socket) => {
  const { userName, password } = socket.handshake.auth;
  if (password !== 'x') {
    socket.disconnect(true);
    return;
  }
  socket.join(userName);
  let caller;

  socket.on('newOffer', (offer) => {
    const offered = {
      offererUserName: userName,
      offer,
      offerIceCandidates: [],
      answererUserName: null,
      answer: null,
      answererIceCandidates: [],
    };
    offers.set(userName, offered);
    socket.broadcast.emit('newOfferAwaiting', [offered]);
  });

  socket.on('newAnswer', async (answer, ack) => {
    caller = answer.offererUserName;
    // Before the answerer's candidates, which go the same way.
    io.to(caller).emit('answerResponse', answer);
    const own = offers.has(caller);
    ack(own ? answered(answer) : (await io.serverSideEmitWithAck('answered', answer)).flat());
  });

  socket.on('sendIceCandidateToSignalingServer', ({ didIOffer, iceUserName, iceCandidate }) => {
    if (!didIOffer) {
      if (caller) io.to(caller).emit('receivedIceCandidateFromServer', iceCandidate);
      return;
    }
    const offer = offers.get(iceUserName);
    if (offer?.answererUserName) io.to(offer.answererUserName).emit('receivedIceCandidateFromServer', iceCandidate);
    else offer?.offerIceCandidates.push(iceCandidate);
  });

  socket.on('disconnect', () => offers.delete(userName));
});

web.listen(0, '127.0.0.1', () => console.log(`ready: http://127.0.0.1:${web.address().port}`));
