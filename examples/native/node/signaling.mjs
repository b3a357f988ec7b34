// One call over the course's events, with socket.io-client and whatever implements RTCPeerConnection. `run` resolves
// when the call is over.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

/** The arguments that each program takes, and `more` of its own: `{send: {type: 'string'}}` is `--send FILE`. */
export function options(more = {}) {
  const text = { type: 'string' };
  const name = { ...text, default: `Node-${randomBytes(2).toString('hex')}` };
  const known = { name, password: { ...text, default: 'x' }, lobby: text, ca: text, ...more };
  const { values, positionals: [role, url] } = parseArgs({ options: known, allowPositionals: true });
  if (!['answer', 'call'].includes(role) || !url) {
    console.error('arguments: answer|call URL [--name NAME] [--password x] [--lobby NAME] [--ca switchboard-ca.crt]');
    process.exit(2);
  }
  return { role, url, ...values };
}

/** Connects. The server gives back to the same `session` what a broken connection had. */
export function connect({ url, name, password, lobby, ca }) {
  const auth = { userName: name, password, lobby, session: randomBytes(16).toString('hex') };
  // `ca` takes the place of all other authorities. `undefined` leaves them as they are.
  return io(url, { auth, ca: ca && readFileSync(ca) });
}

/** Ends early when `signal` is aborted. */
export async function run(pc, options, signal) {
  const socket = connect(options);
  const isCaller = options.role === 'call';
  let offerId; // of our offer, then of the call
  let rejoin; // what lets us take up the call on a server that was restarted
  let isOffered;

  async function describe(description) {
    if (description) await pc.setLocalDescription(description);
    return { type: pc.localDescription.type, sdp: pc.localDescription.sdp };
  }

  async function answer(offer) {
    await pc.setRemoteDescription(offer);
    return describe(await pc.createAnswer());
  }

  function began(id, userName, { sdp }) {
    console.log('in a call with', userName);
    offerId = id;
    // Both ends name the call, the other user and a secret of the two: the ICE password of the answer.
    rejoin = { offerId, didIOffer: isCaller, userName, key: /^a=ice-pwd:(\S+)/m.exec(sdp)[1] };
  }

  // A candidate that the library cannot use is no reason to end: others may do.
  const add = (candidate) => pc.addIceCandidate(candidate).catch(({ message }) => console.error('candidate:', message));

  const handlers = {
    connect() {
      console.log('connected');
      isOffered = false;
      // What the server restores arrives before this acknowledgement.
      socket.emit('test', () => take('ready'));
    },
    restored({ openOffer }) {
      isOffered = openOffer !== null;
    },
    async ready() {
      if (rejoin) socket.emit('rejoinCall', rejoin, () => console.log('the call goes on'));
      if (rejoin || !isCaller || isOffered) return;
      const offer = await describe(pc.localDescription ? null : await pc.createOffer());
      socket.emit('newOffer', offer, (reply) => (offerId = reply.offerId));
    },
    availableOffers: answerOffer,
    newOfferAwaiting: answerOffer,
    async answerResponse({ offerId, answererUserName, answer }) {
      began(offerId, answererUserName, answer);
      await pc.setRemoteDescription(answer);
    },
    async receivedIceCandidateFromServer(candidate) {
      if (candidate?.candidate) await add(candidate); // null or '': there are no more.
    },
    async renegotiation({ offerId, offer }) {
      socket.emit('newAnswer', { offerId, answer: await answer(offer) });
    },
    // The connection to the server; ours to the other side goes on.
    peerLost: ({ userName }) => console.log(userName, 'is away'),
    peerBack: ({ userName }) => console.log(userName, 'is back'),
    peerHangup({ offerId: id, userName, reason }) {
      if (id === offerId) end(`the call with ${userName} is over: ${reason}`);
    },
    offerWithdrawn({ offerId: id, reason }) {
      if (id === offerId && !rejoin) end(`no answer: ${reason}`);
    },
    signalingError: ({ event, message }) => end(`${event}: ${message}`),
  };

  async function answerOffer([offer]) {
    if (isCaller || rejoin || !offer) return;
    const description = await answer(offer.offer);
    began(offer.offerId, offer.offererUserName, description);
    socket.emit('newAnswer', { ...offer, answer: description }, (candidates) => {
      for (const candidate of candidates) take('receivedIceCandidateFromServer', candidate);
    });
  }

  // One event at a time: a candidate must not overtake the description that it belongs to.
  let turn = Promise.resolve();
  function take(event, data) {
    turn = turn.then(() => handlers[event]?.(data)).catch(end);
  }

  let end;
  const over = new Promise((resolve) => (end = resolve));
  socket.onAny(take);
  socket.on('connect', () => take('connect'));
  socket.on('connect_error', ({ message }) => console.error('not connected:', message));
  socket.on('disconnect', (reason) => {
    console.log('disconnected:', reason);
    if (reason === 'io server disconnect') end('the server closed the connection'); // Then it does not come back.
  });
  pc.onicecandidate = ({ candidate: iceCandidate }) => {
    if (iceCandidate) socket.emit('sendIceCandidateToSignalingServer', { iceCandidate, iceUserName: options.name, didIOffer: isCaller });
  };
  signal?.addEventListener('abort', () => end('hung up'));
  process.once('SIGINT', () => end('hung up'));

  console.log(String(await over));
  if (socket.connected) await socket.timeout(5000).emitWithAck('hangup', {}).catch(() => {});
  socket.disconnect();
  await pc.close();
}
