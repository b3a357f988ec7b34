// A signaling server in the course's manner: Socket.IO, and lists that are searched from the start. As in the course,
// no offer and no socket is ever taken off its list again, so each newcomer is sent all offers ever made. With --tidy
// it forgets answered offers and clients that are gone: what is left then is the price of the runtime alone.
// It writes no log, so that nothing but signaling is measured. TLS_CERT and TLS_KEY make it speak HTTPS.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Server } from 'socket.io';

const { TLS_CERT: cert, TLS_KEY: key } = process.env;
const tidy = process.argv.includes('--tidy');
const web = cert
  ? https.createServer({ cert: readFileSync(cert), key: readFileSync(key) })
  : http.createServer();
const io = new Server(web, { serveClient: false });

const offers = [];
const people = [];

const socketOf = (userName) => people.find((person) => person.userName === userName)?.socket;

function forget(list, test) {
  for (let at; (at = list.findIndex(test)) >= 0; ) list.splice(at, 1);
}

io.on('connection', (socket) => {
  const { userName, password } = socket.handshake.auth;
  if (password !== 'x') {
    socket.disconnect(true);
    return;
  }
  people.push({ userName, socket });
  if (offers.length > 0) socket.emit('availableOffers', offers);

  socket.on('newOffer', (offer) => {
    offers.push({
      offererUserName: userName,
      offer,
      offerIceCandidates: [],
      answererUserName: null,
      answer: null,
      answererIceCandidates: [],
    });
    socket.broadcast.emit('newOfferAwaiting', offers.slice(-1));
  });

  socket.on('newAnswer', (answered, ack) => {
    const offer = offers.find((one) => one.offererUserName === answered.offererUserName);
    const offerer = socketOf(answered.offererUserName);
    if (!offer || !offerer) return;
    ack(offer.offerIceCandidates);
    offer.answer = answered.answer;
    offer.answererUserName = userName;
    offerer.emit('answerResponse', offer);
  });

  socket.on('sendIceCandidateToSignalingServer', ({ didIOffer, iceUserName, iceCandidate }) => {
    if (didIOffer) {
      const offer = offers.find((one) => one.offererUserName === iceUserName);
      if (!offer) return;
      offer.offerIceCandidates.push(iceCandidate);
      if (offer.answererUserName) socketOf(offer.answererUserName)?.emit('receivedIceCandidateFromServer', iceCandidate);
    } else {
      const offer = offers.find((one) => one.answererUserName === iceUserName);
      if (offer) socketOf(offer.offererUserName)?.emit('receivedIceCandidateFromServer', iceCandidate);
    }
  });

  if (tidy) {
    socket.on('disconnect', () => {
      forget(people, (person) => person.socket === socket);
      forget(offers, (offer) => offer.offererUserName === userName);
    });
  }

  rooms(socket, userName);
});

// Rooms, as far as they are measured: a new member receives the list of members, and messages go to one of them.
function rooms(socket, userName) {
  const relay = (event, heard, key) => socket.on(event, (said) => {
    const value = said[key];
    io.to(said.to).emit(heard, { room: said.room, from: socket.id, userName, [key]: value });
  });

  socket.on('joining-room', ({ room }) => {
    const ids = [...(io.sockets.adapter.rooms.get(`room ${room}`) ?? [])];
    const members = ids.map((id) => ({ peerId: id, userName: io.sockets.sockets.get(id).handshake.auth.userName }));
    socket.emit('joined-room', { room, peerId: socket.id, polite: true, members });
    if (members.length > 0) socket.emit('requesting-SDP-offer', { room, members });
    socket.to(`room ${room}`).emit('user-joined', { room, peerId: socket.id, userName, polite: false });
    socket.join(`room ${room}`);
  });
  relay('sending-SDP-offer', 'receiving-SDP-offer', 'offer');
  relay('accepting-SDP-offer', 'accepting-SDP-offer', 'answer');
  relay('sending-ICE-candidate', 'receiving-ICE-candidate', 'candidate');
}

web.listen(0, '127.0.0.1', () => {
  console.log(`ready: ${cert ? 'https' : 'http'}://127.0.0.1:${web.address().port}`);
});
