// A data channel with simple-peer, whose one event `signal` has to be split up into the course's events.
//
// simple-peer.mjs answer http://localhost:8181 --lobby chat     waits for a call, repeats what it hears, and asks for video
// simple-peer.mjs call http://localhost:8181 --lobby chat       calls, and says hello

import wrtc from '@roamhq/wrtc';
import Peer from 'simple-peer';
import { connect, options } from './signaling.mjs';

const settings = options();
const socket = connect(settings);
const initiator = settings.role === 'call';
const peer = new Peer({ initiator, wrtc, config: { iceServers: [] } });
let call; // the offer object that we answer, then {offerId} of the call

peer.on('signal', (signal) => {
  if (signal.type === 'offer') {
    // A second offer has to name its call: without the id it would be a new call, open to all.
    if (call) socket.emit('newOffer', { offerId: call.offerId, offer: signal });
    else socket.emit('newOffer', signal);
  } else if (signal.type === 'answer') {
    socket.emit('newAnswer', { ...call, answer: signal }, (candidates) => candidates.forEach(take));
    call = { offerId: call.offerId };
  } else {
    // A candidate, or `renegotiate` or `transceiverRequest`, which the course has no event for: a candidate may be any
    // JSON, and so they travel as candidates.
    const isCandidate = signal.type === 'candidate';
    const iceCandidate = isCandidate ? signal.candidate : signal;
    if (!isCandidate) console.log('in the place of a candidate:', signal.type);
    socket.emit('sendIceCandidateToSignalingServer', { iceCandidate, iceUserName: settings.name, didIOffer: initiator });
  }
});

/** What came as a candidate. `null` must not reach the peer: it ends the connection. */
function take(candidate) {
  if (candidate) peer.signal(candidate.type ? candidate : { type: 'candidate', candidate });
}

socket.on('connect', () => console.log('connected'));
for (const event of ['availableOffers', 'newOfferAwaiting']) {
  socket.on(event, ([offer]) => {
    if (initiator || call || !offer) return;
    call = offer;
    peer.signal(offer.offer);
  });
}
socket.on('answerResponse', ({ offerId, answer }) => {
  call = { offerId };
  peer.signal(answer);
});
socket.on('renegotiation', ({ offer }) => {
  console.log('a second offer within the call');
  peer.signal(offer);
});
socket.on('receivedIceCandidateFromServer', take);
socket.on('signalingError', ({ event, message }) => end(`${event}: ${message}`));
socket.on('connect_error', ({ message }) => console.error('not connected:', message));
socket.on('peerHangup', ({ userName, reason }) => end(`the call with ${userName} is over: ${reason}`));
process.once('SIGINT', () => end('hung up'));

peer.on('connect', () => {
  console.log('in a call');
  if (initiator) peer.send('hello');
});
peer.on('data', (data) => {
  console.log('heard:', String(data));
  if (initiator) return;
  peer.send(data);
  peer.addTransceiver('video', { direction: 'recvonly' }); // Only the initiator offers: so this asks it to.
});
peer.on('error', ({ message }) => end(message));

async function end(words) {
  console.log(words);
  if (socket.connected) await socket.timeout(5000).emitWithAck('hangup', {}).catch(() => {});
  socket.disconnect();
  peer.destroy();
  process.exit();
}
