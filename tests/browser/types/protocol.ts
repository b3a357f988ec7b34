// docs/protocol.d.ts with the types of the official client: what is right compiles, what is wrong does not. `tsc` reports
// a `@ts-expect-error` that nothing follows, so each of them is a test.

import type { Socket } from 'socket.io-client-4.8';

import type {
  Candidate, ClientToServerEvents, Offer, PairToServer, PairToClient, ReplyTo, ServerToClientEvents, WebSocketToClient,
  WebSocketToServer,
} from '../../../docs/protocol';

export async function call(socket: Socket<ServerToClientEvents, ClientToServerEvents>, offer: Offer) {
  socket.on('newOfferAwaiting', ([{ offererUserName }]) => offererUserName.trim());
  socket.on('answerResponse', ({ answer, offerId }, number) => [answer.sdp, offerId.trim(), number?.toFixed()]);
  // @ts-expect-error: misspelt event
  socket.on('newOfferAwaitting', () => {});
  // @ts-expect-error: no such field
  socket.on('peerHangup', ({ user }) => user);
  // @ts-expect-error: no such reason
  socket.on('offerWithdrawn', ({ reason }) => reason === 'gone');
  // @ts-expect-error: no such code
  socket.on('signalingError', ({ code }) => code === 'unknown');

  socket.emit('newAnswer', { ...offer, answer: { type: 'answer', sdp: '' } }, (candidates) => candidates.at(-1)?.sdpMid);
  socket.emit('hangup', { offerId: offer.offerId }, 7, (reply) => 'ended' in reply && reply.ended.toFixed());
  socket.emit('newOffer', { offer: offer.offer, to: 'ann' }, (reply) => !reply.ok && reply.error.code === 'no-such-peer');
  socket.emit('declineOffer', { offerId: offer.offerId }, (reply) => reply.ok);
  // @ts-expect-error: an offer to nobody in particular
  socket.emit('declineOffer');
  socket.emit('checkOffers');
  // @ts-expect-error: misspelt event
  socket.emit('newAnwser', offer);
  // @ts-expect-error: misspelt field
  socket.emit('sendIceCandidateToSignalingServer', { iceCandidate: null, iceUserName: 'amy', didIoffer: true });

  const reply: ReplyTo<'newOffer'> = await socket.emitWithAck('newOffer', offer.offer);
  const early: Candidate[] = await socket.emitWithAck('newAnswer', { offererUserName: 'amy', answer: offer.offer });
  return [reply, early];
}

export function room(socket: Socket<ServerToClientEvents, ClientToServerEvents>) {
  socket.on('user-left', ({ room, peerId, reason }) => room + peerId + (reason === 'lost'));
  socket.on('receiving-ICE-candidate', ({ from, candidate }) => from + candidate?.candidate);
  socket.emit('sending-SDP-offer', { room: 'tea', offer: { type: 'offer' } });
  socket.emit('setting-access', { room: 'tea', access: 'ask' }, (reply) => !reply.ok && reply.error.code === 'not-host');
  // @ts-expect-error: no such access
  socket.emit('setting-access', { room: 'tea', access: 'shut' });
  socket.on('waiting-changed', ({ waiting }) => socket.emit('admitting-peer', { room: 'tea', to: waiting[0].peerId }));
  socket.emit('joining-room', { room: 'tea' }, (reply) => reply.ok && (reply.waiting ? reply.room : reply.peerId?.trim()));
  // @ts-expect-error: an answer goes to one member
  socket.emit('accepting-SDP-offer', { room: 'tea', answer: { type: 'answer' } });
}

export const sent: (WebSocketToServer | PairToServer)[] = [
  { action: 'joining-room', room: 'tea', id: 1 },
  { action: 'sending-ICE-candidate', room: 'tea', to: '0e97aa9d7b686620', data: { candidate: null } },
  { label: 'NORMAL_SERVER_PROCESS', data: { type: 'JOIN_ROOM_REQUEST', roomName: 'tea', userId: 1 } },
  { label: 'WEBRTC_PROCESS', data: { type: 'ICE_CANDIDATES', candidatesArray: [], otherUserId: '2' } },
  // @ts-expect-error: misspelt action
  { action: 'join-room', room: 'tea' },
  // @ts-expect-error: relayed messages have another label
  { label: 'NORMAL_SERVER_PROCESS', data: { type: 'ICE_CANDIDATES', candidatesArray: [], otherUserId: '2' } },
];

export function receive(message: WebSocketToClient, pair: PairToClient) {
  if (message.signal === 'receiving-SDP-offer') return message.from + message.data.offer.sdp;
  if (message.signal === 'signaling-error') return message.data.code === 'room-full';
  return pair.data.type === 'JOIN_ROOM_NOTIFY' ? pair.data.joinUserId : undefined;
}
