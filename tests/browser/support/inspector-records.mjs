// Records as the inspector's feed sends them (docs/inspector.md), for tests of its page: a good call, many
// clients, a long class, a call that fails.

const ADDRESSES = 'private-ipv4';

/** A description as Chromium makes it, shortened, with its own ICE credentials. */
export function sdp(type, ufrag, kinds = ['audio', 'video']) {
  const setup = type === 'offer' ? 'actpass' : 'active';
  const lines = ['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0',
    `a=group:BUNDLE ${kinds.map((_, n) => n).join(' ')}`, 'a=extmap-allow-mixed', 'a=msid-semantic: WMS stream'];
  for (const [n, kind] of kinds.entries()) {
    const codecs = { audio: '111 63 9', video: '96 97', application: 'webrtc-datachannel' }[kind];
    const protocol = kind === 'application' ? 'UDP/DTLS/SCTP' : 'UDP/TLS/RTP/SAVPF';
    lines.push(`m=${kind} 9 ${protocol} ${codecs}`, 'c=IN IP4 0.0.0.0', `a=ice-ufrag:${ufrag}`, 'a=ice-pwd:(masked)',
      'a=ice-options:trickle', 'a=fingerprint:sha-256 (masked)', `a=setup:${setup}`, `a=mid:${n}`);
    if (kind === 'application') lines.push('a=sctp-port:5000', 'a=max-message-size:262144');
    else {
      lines.push('a=rtcp:9 IN IP4 0.0.0.0', 'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=sendrecv',
        'a=rtcp-mux', 'a=rtcp-rsize');
      lines.push(...(kind === 'audio'
        ? ['a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=rtpmap:63 red/48000/2', 'a=rtpmap:9 G722/8000']
        : ['a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack pli', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96']));
    }
  }
  return { type, sdp: `${lines.join('\r\n')}\r\n` };
}

export function candidate(n, ufrag, kind = 'host') {
  const port = 50000 + n;
  const related = kind === 'host' ? '' : ` raddr ${ADDRESSES} rport ${port}`;
  const address = kind === 'host' ? ADDRESSES : 'public-ipv4';
  return {
    candidate: `candidate:${n} 1 udp ${2113937151 - n} ${address} ${port} typ ${kind}${related} generation 0 ufrag ${ufrag}`,
    sdpMid: '0', sdpMLineIndex: 0, usernameFragment: ufrag,
  };
}

export const HEADER = {
  kind: 'server', format: 1, version: '0.9.0', startedAt: 1_795_880_000_000, now: 0, masked: true, folder: true,
  chaos: false,
};

/** Writes records one after the other, with numbers and times. */
export class Story {
  constructor({ at = 1000, step = 12, page = 0 } = {}) {
    Object.assign(this, { at, step, records: [], clients: 0, pages: page, offers: 0 });
  }

  add(record, after = this.step) {
    this.at = Math.round((this.at + after) * 1000) / 1000;
    this.records.push({ n: this.records.length + 1, at: this.at, ...record });
    return this.records.length;
  }

  connect(userName, { as = 'socketio', transport = 'websocket', lobby = '', from = 'a1' } = {}) {
    this.clients += 1;
    const client = this.clients.toString(16).padStart(16, '0');
    this.add({ kind: 'connect', client, userName, as, transport, lobby, back: false, from });
    return { client, userName, ufrag: `u${this.clients}Fg`, from };
  }

  receive({ client }, event, ...payload) {
    return this.add({ kind: 'receive', client, event, size: JSON.stringify(payload).length, ack: null, payload });
  }

  receiveWithAck({ client }, event, ack, ...payload) {
    return this.add({ kind: 'receive', client, event, size: JSON.stringify(payload).length, ack, payload });
  }

  reply({ client }, to, event, ack, ...payload) {
    return this.add({ kind: 'reply', client, to, event, ack, size: JSON.stringify(payload).length, payload }, 0.4);
  }

  send(to, event, cause, ...payload) {
    const receivers = to.map(({ client }) => client);
    return this.add({ kind: 'send', to: receivers, event, size: JSON.stringify(payload).length, payload, cause }, 0.3);
  }

  broadcast(except, event, cause, ...payload) {
    const size = JSON.stringify(payload).length;
    return this.add({ kind: 'send', lobby: '', except: [except.client], event, size, payload, cause }, 0.3);
  }

  probe({ page, from }, what, rest = {}, after = 3) {
    return this.add({ kind: 'probe', page, from, what, ...rest }, after);
  }

  /** The browser opens a page with the probe. */
  page(peer) {
    this.pages += 1;
    peer.page = `w${this.pages}`;
    this.probe(peer, 'page', { path: '/', title: 'Call', secure: true, userAgent: 'Chromium', camera: true, own: false, base: 'https:' });
  }

  offer(peer, candidates = 3) {
    const offer = sdp('offer', peer.ufrag);
    this.offers += 1;
    const offerId = this.offers.toString(16).padStart(16, 'f');
    if (peer.page) this.#describe(peer, 'createOffer', offer);
    const n = this.receiveWithAck(peer, 'newOffer', 1, offer);
    this.add({ kind: 'outcome', client: peer.client, to: n, offered: offerId }, 0.1);
    this.reply(peer, n, 'newOffer', 1, { ok: true, offerId });
    const object = {
      offererUserName: peer.userName, offer, offerIceCandidates: [], answererUserName: null, answer: null,
      answererIceCandidates: [], offerId,
    };
    this.broadcast(peer, 'newOfferAwaiting', n, [object]);
    for (let i = 1; i <= candidates; i += 1) this.candidate(peer, i, true);
    return object;
  }

  candidate(peer, i, didIOffer) {
    const iceCandidate = candidate(i, peer.ufrag, i > 2 ? 'srflx' : 'host');
    if (peer.page) this.probe(peer, 'candidate', { pc: 1, candidate: iceCandidate });
    return this.receive(peer, 'sendIceCandidateToSignalingServer', { iceCandidate, iceUserName: peer.userName, didIOffer });
  }

  answer(peer, offerer, object, candidates = 3) {
    const answer = sdp('answer', peer.ufrag);
    if (peer.page) this.#describe(peer, 'createAnswer', answer, object.offer);
    const answered = { ...object, answer, answererUserName: peer.userName };
    const n = this.receiveWithAck(peer, 'newAnswer', 1, answered);
    const held = [1, 2, 3].map((i) => candidate(i, offerer.ufrag, i > 2 ? 'srflx' : 'host'));
    this.add({ kind: 'outcome', client: peer.client, to: n, answered: object.offerId, offerer: offerer.userName, candidates: 3 }, 0.1);
    this.reply(peer, n, 'newAnswer', 1, held);
    this.send([offerer], 'answerResponse', n, answered);
    if (offerer.page) this.#set(offerer, 'setRemoteDescription', answer, 'have-local-offer', 'stable', 7);
    for (let i = 1; i <= candidates; i += 1) {
      const sent = this.candidate(peer, i, false);
      this.send([offerer], 'receivedIceCandidateFromServer', sent, candidate(i, peer.ufrag));
    }
    for (const one of [offerer, peer]) if (one.page) this.#connected(one);
  }

  #describe(peer, method, description, remote) {
    this.probe(peer, 'media', { call: 1, constraints: { audio: true, video: true } });
    this.probe(peer, 'media-result', { call: 1, ok: true, error: null, kinds: ['audio', 'video'] }, 80);
    this.probe(peer, 'pc', { pc: 1, config: { iceServers: ['stun:stun.l.google.com:19302'] } });
    for (const kind of ['audio', 'video']) {
      this.probe(peer, 'call', { pc: 1, call: 2, method: 'addTrack', args: [{ kind }], state: 'stable', senders: 1, mlines: 0 }, 1);
    }
    if (remote) this.#set(peer, 'setRemoteDescription', remote, 'stable', 'have-remote-offer', 3);
    this.probe(peer, 'call', { pc: 1, call: 4, method, args: [], state: remote ? 'have-remote-offer' : 'stable', senders: 2, mlines: 2 }, 1);
    this.probe(peer, 'result', { pc: 1, call: 4, method, ok: true, error: null, state: 'stable', sdp: description }, 5);
    this.#set(peer, 'setLocalDescription', description, remote ? 'have-remote-offer' : 'stable', remote ? 'stable' : 'have-local-offer', 5);
  }

  #set(peer, method, description, before, after, call) {
    this.probe(peer, 'call', { pc: 1, call, method, args: [description], state: before, senders: 2, mlines: 2 }, 1);
    this.probe(peer, 'result', { pc: 1, call, method, ok: true, error: null, state: after }, 4);
    this.probe(peer, 'states', { pc: 1, signaling: after, ice: 'new', connection: 'new', gathering: 'gathering' }, 1);
  }

  #connected(peer) {
    const states = { pc: 1, signaling: 'stable', gathering: 'complete' };
    this.probe(peer, 'states', { ...states, ice: 'checking', connection: 'connecting' });
    this.probe(peer, 'track', { pc: 1, trackKind: 'video', muted: false });
    this.probe(peer, 'states', { ...states, ice: 'connected', connection: 'connected' }, 60);
    this.probe(peer, 'stats', { pc: 1, pair: { local: 'host', remote: 'host', protocol: 'udp' }, rtt: 3, sent: 9000, received: 8000, framesSent: 30, framesDecoded: 28, audio: { level: 0.2 } }, 900);
  }

  hangup(peer, other, { offerId }) {
    const n = this.receiveWithAck(peer, 'hangup', 2, { offerId });
    this.add({ kind: 'outcome', client: peer.client, to: n, ended: [offerId] }, 0.1);
    this.reply(peer, n, 'hangup', 2, { ended: 1 });
    this.send([other], 'peerHangup', n, { userName: peer.userName, offerId, reason: 'hangup' });
  }

  close(peer, end = 'closed') {
    return this.add({ kind: 'disconnect', client: peer.client, end, offers: [] }, 200);
  }

  refuse(peer, to, event, code, message) {
    this.add({ kind: 'refuse', client: peer.client, to, event, code, message }, 0.1);
    this.send([peer], 'signalingError', to, { event, code, message });
  }
}

/** Amy calls Bob; with `probed`, both pages tell what happens in the browser. */
export function goodCall({ probed = true, hangup = false } = {}) {
  const story = new Story();
  const amy = story.connect('Amy');
  if (probed) story.page(amy);
  story.at += 900;
  const object = story.offer(amy);
  story.at += 12_300;
  const bob = story.connect('Bob', { transport: 'polling', from: 'a2' });
  if (probed) story.page(bob);
  story.send([bob], 'availableOffers', null, [object]);
  story.at += 700;
  story.answer(bob, amy, object);
  if (hangup) {
    story.at += 4000;
    story.hangup(bob, amy, object);
    story.close(bob);
  }
  return story.records;
}

/** Bob answers without the offer's id, and too late: the server refuses the answer. */
export function failingCall() {
  const story = new Story();
  const amy = story.connect('Amy');
  const object = story.offer(amy);
  const bob = story.connect('Bob');
  story.send([bob], 'availableOffers', null, [object]);
  const n = story.receive(bob, 'newAnswr', { type: 'answer' });
  story.records[n - 1].unknown = true;
  const late = story.receiveWithAck(bob, 'newAnswer', 1, { offerId: 'gone', answer: sdp('answer', bob.ufrag) });
  story.refuse(bob, late, 'newAnswer', 'no-such-offer', 'There is no open offer with this offerId: it was answered, replaced or withdrawn.');
  story.reply(bob, late, 'newAnswer', 1, []);
  story.add({ kind: 'reject', as: 'socketio', userName: 'Cem', code: 'wrong-password', message: 'The password is wrong.', origin: null, from: 'a3' }, 800);
  story.close(amy, 'broken');
  return story.records;
}

/** `pairs` calls of two at the same time, again and again until there are `atLeast` records. */
export function longClass({ pairs = 10, atLeast = 10_000 } = {}) {
  const story = new Story({ step: 4 });
  const names = ['Amy', 'Bob', 'Cem', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon', 'Kim', 'Lea', 'Max', 'Nia', 'Oli', 'Pia', 'Quy', 'Rob', 'Sue', 'Tom'];
  const peers = Array.from({ length: pairs * 2 }, (_, n) => story.connect(names[n % names.length], { from: `a${n + 1}` }));
  for (let round = 0; story.records.length < atLeast; round += 1) {
    const objects = [];
    for (let n = 0; n < pairs; n += 1) objects.push(story.offer(peers[2 * n], 4));
    for (let n = 0; n < pairs; n += 1) story.answer(peers[2 * n + 1], peers[2 * n], objects[n], 4);
    for (let n = 0; n < pairs; n += 1) story.hangup(peers[2 * n], peers[2 * n + 1], objects[n]);
    story.at += round % 5 === 4 ? 8000 : 300;
  }
  return story.records;
}
