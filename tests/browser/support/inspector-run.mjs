// Writes runs for the inspector's tests: the records that the server sends while people with pages use it. Each
// person's actions are small methods, so that a test makes one mistake by leaving out or changing one of them.

let ids = 0;
const hex = () => (0x1000000000000000n + BigInt((ids += 1))).toString(16);

/** One run: its records, and its clock in milliseconds, which each record moves on by a little. */
export class Script {
  records = [];
  now = 1000;
  offers = new Map();
  rooms = new Map();
  people = [];

  write(kind, fields) {
    this.now += 1;
    const record = { n: this.records.length + 1, at: this.now, kind, ...fields };
    this.records.push(record);
    return record;
  }

  wait(ms) {
    this.now += ms;
    return this;
  }

  person(userName, options = {}) {
    const person = new Person(this, userName, options);
    this.people.push(person);
    return person;
  }

  /** The clients that a message to the lobby reaches. */
  others(person) {
    return this.people.filter((one) => one !== person && one.isConnected && one.as === 'socketio');
  }
}

const SECTIONS = {
  audio: 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendrecv\r\n',
  video: 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendrecv\r\n',
  application: 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n',
};

export function sdpOf(ufrag, kinds) {
  const sections = kinds.map((kind) => `${SECTIONS[kind]}a=ice-ufrag:${ufrag}\r\na=ice-pwd:(masked)\r\n`);
  return `v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n${sections.join('')}`;
}

/** A person with a page, and the connection that its page has made. */
export class Person {
  pcs = 0;
  calls = 0;
  isConnected = false;
  candidates = [];
  received = [];

  constructor(script, userName, options) {
    const { probe = true, own = false, from = 'a1', as = 'socketio', lobby = '', kinds = ['audio', 'video'], ack = true } = options;
    Object.assign(this, { script, userName, probe, own, from, as, lobby, kinds, ack, options, id: hex() });
  }

  // --- The page ---

  tell(what, fields = {}) {
    if (!this.probe) return null;
    return this.script.write('probe', { page: this.page, from: this.from, what, ...fields });
  }

  load(fields = {}) {
    this.page = `w${this.script.records.filter(({ what }) => what === 'page').length + 1}`;
    this.tell('page', { path: '/index.html', title: 'A page', secure: true, userAgent: 'Chromium', camera: true, own: this.own, base: 'https:', ...fields });
    return this;
  }

  connect({ back = false, transport = 'websocket' } = {}) {
    const { id: client, userName, as, lobby, from } = this;
    this.isConnected = true;
    this.script.write('connect', { client, userName, as, transport, lobby, back, from });
    const open = [...this.script.offers.values()].filter((offer) => !offer.answerer && !offer.gone && offer.offerer !== this);
    if (as === 'socketio' && open.length > 0 && !back) this.sent('availableOffers', [open.map((offer) => offer.object())], null);
    return this;
  }

  arrive(fields) {
    return this.load(fields).connect();
  }

  disconnect(end = 'closed') {
    this.isConnected = false;
    const open = [...this.script.offers.values()].filter((offer) => (offer.offerer === this || offer.answerer === this) && !offer.gone);
    this.script.write('disconnect', { client: this.id, end, offers: open.map(({ offerId }) => offerId) });
    if (end === 'closed') {
      for (const offer of open) {
        offer.gone = true;
        this.tellOthersOfEnd(offer, 'closed', null);
      }
    }
    return this;
  }

  tellOthersOfEnd(offer, reason, cause) {
    const { offerId } = offer;
    if (offer.answerer) {
      const other = offer.offerer === this ? offer.answerer : offer.offerer;
      other.sent('peerHangup', [{ userName: this.userName, offerId, reason }], cause);
    } else {
      this.toLobby('offerWithdrawn', [{ offerId, offererUserName: this.userName, reason }], cause);
    }
  }

  leave() {
    this.tell('gone');
    return this;
  }

  // --- The wire ---

  send(event, payload, { ack = null, unknown } = {}) {
    const size = JSON.stringify(payload).length;
    return this.script.write('receive', { client: this.id, event, size, ack, payload, ...(unknown ? { unknown } : {}) });
  }

  sent(event, payload, cause) {
    this.received.push({ event, payload });
    return this.script.write('send', { to: [this.id], event, size: JSON.stringify(payload).length, payload, cause });
  }

  toLobby(event, payload, cause, except = [this]) {
    const { lobby } = this;
    return this.script.write('send', { lobby, except: except.map(({ id }) => id), event, size: 9, payload, cause });
  }

  reply(to, payload) {
    if (to.ack === null) return null;
    return this.script.write('reply', { client: this.id, to: to.n, event: to.event, ack: to.ack, size: 9, payload });
  }

  outcome(to, fields) {
    return this.script.write('outcome', { client: this.id, to: to.n, ...fields });
  }

  refuse(to, code, message) {
    this.script.write('refuse', { client: this.id, to: to.n, event: to.event, code, message });
    this.sent('signalingError', [{ event: to.event, code, message }], to.n);
    this.reply(to, to.event === 'newAnswer' ? [[]] : [{ ok: false, error: { code, message } }]);
  }

  // --- The browser ---

  call(method, args, { ok = true, error = null, description, state = this.state, later = 0, ...rest } = {}) {
    this.calls += 1;
    const call = this.calls;
    this.tell('call', { pc: this.pcs, call, method, args, state, senders: this.tracks, mlines: this.tracks, ...rest });
    this.script.wait(later);
    this.tell('result', { pc: this.pcs, call, method, ok, error, state: this.state, ...(description ? { sdp: description } : {}) });
    return this;
  }

  states(fields) {
    this.machines = { ...this.machines, ...fields };
    this.tell('states', { pc: this.pcs, ...this.machines });
    return this;
  }

  media(error = null) {
    this.calls += 1;
    this.tell('media', { call: this.calls, constraints: { audio: true, video: true } });
    this.script.wait(300);
    this.tell('media-result', { call: this.calls, ok: !error, error, kinds: error ? [] : ['audio', 'video'] });
    return this;
  }

  makePc(config = this.options.config ?? { iceServers: [] }) {
    this.pcs += 1;
    this.state = 'stable';
    this.tracks = 0;
    this.ufrag = `u${hex().slice(-6)}`;
    this.machines = { signaling: 'stable', ice: 'new', connection: 'new', gathering: 'new' };
    this.tell('pc', { pc: this.pcs, config });
    return this;
  }

  addTracks() {
    for (const kind of this.kinds) {
      this.tracks += 1;
      if (kind === 'application') this.call('createDataChannel', { label: 'chat', negotiated: this.options.negotiated ?? false, id: null });
      else this.call('addTrack', { kind });
    }
    return this;
  }

  describe(type, kinds = this.tracks > 0 ? this.kinds : []) {
    return { type, sdp: sdpOf(this.ufrag, kinds) };
  }

  createOffer(kinds) {
    this.offer = this.describe('offer', kinds);
    return this.call('createOffer', [], { description: this.offer });
  }

  setOffer(outcome = {}) {
    const ok = outcome.ok ?? true;
    this.call('setLocalDescription', this.offer, { state: this.state, ...outcome });
    if (ok) {
      this.state = 'have-local-offer';
      this.states({ signaling: this.state, gathering: 'gathering' });
    }
    return this;
  }

  prepareOffer() {
    return this.media().makePc().addTracks().createOffer().setOffer();
  }

  gather(kinds = ['host', 'host'], { send = true, didIOffer, complete = true } = {}) {
    const line = { host: '192.0.2.2 50000 typ host', mdns: '0a1b.local 50000 typ host', srflx: '198.51.100.1 50000 typ srflx', relay: '203.0.113.1 50000 typ relay' };
    for (const kind of kinds) {
      const candidate = { candidate: `candidate:1 1 udp 2113937151 ${line[kind]}`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: this.ufrag };
      this.candidates.push(candidate);
      this.tell('candidate', { pc: this.pcs, candidate });
      if (send) this.sendCandidate(candidate, { didIOffer });
    }
    if (complete) this.tell('candidate', { pc: this.pcs, candidate: null });
    return this;
  }

  // --- Calls ---

  sendOffer({ payload = [this.offer], event = 'newOffer' } = {}) {
    const receive = this.send(event, payload, { ack: this.options.offerAck ? 1 : null, unknown: event !== 'newOffer' });
    if (event !== 'newOffer') return this;
    const offerId = hex();
    const to = payload[0]?.to;
    const mine = [...this.script.offers.values()].find((one) => one.offerer === this && !one.answerer && !one.gone);
    if (mine) {
      mine.gone = true;
      this.toLobby('offerWithdrawn', [{ offerId: mine.offerId, offererUserName: this.userName, reason: 'replaced' }], receive.n);
    }
    const offer = {
      offerId,
      offerer: this,
      description: this.offer,
      candidates: [],
      object: () => ({
        offererUserName: this.userName,
        offer: this.offer,
        offerIceCandidates: [...offer.candidates],
        answererUserName: offer.answerer?.userName ?? null,
        answer: offer.answer ?? null,
        answererIceCandidates: [],
        offerId,
        ...(to && { to }),
      }),
    };
    this.script.offers.set(offerId, offer);
    this.calling = offer;
    this.outcome(receive, { offered: offerId });
    this.reply(receive, [{ ok: true, offerId }]);
    const addressees = this.script.people.filter((one) => one !== this && one.userName === to);
    if (to) for (const one of addressees) one.sent('newOfferAwaiting', [[offer.object()]], receive.n);
    else this.toLobby('newOfferAwaiting', [[offer.object()]], receive.n);
    return this;
  }

  sendCandidate(candidate, { didIOffer = this.calling?.offerer === this, event = 'sendIceCandidateToSignalingServer', ...more } = {}) {
    const content = { iceCandidate: candidate, iceUserName: this.userName, didIOffer, ...more };
    if (didIOffer === undefined || didIOffer === null) delete content.didIOffer;
    const receive = this.send(event, [content], { unknown: event !== 'sendIceCandidateToSignalingServer' });
    const call = this.calling;
    if (!call) return receive;
    if (!call.answerer && call.offerer === this) call.candidates.push(candidate);
    else if (call.answerer) (call.offerer === this ? call.answerer : call.offerer).sent('receivedIceCandidateFromServer', [candidate], receive.n);
    return receive;
  }

  /** Takes the offer up: sets it, answers it, in the browser alone. */
  prepareAnswer(offer) {
    return this.media().makePc().addTracks().setRemote(offer.description).createAnswer().setAnswer();
  }

  setRemote(description, outcome = {}) {
    this.call('setRemoteDescription', description, outcome);
    if (outcome.ok ?? true) {
      this.state = description.type === 'offer' ? 'have-remote-offer' : 'stable';
      this.states({ signaling: this.state });
      if (description.type === 'offer' && this.kinds.includes('audio')) for (const kind of this.kinds) this.tell('track', { pc: this.pcs, trackKind: kind, muted: true });
    }
    return this;
  }

  createAnswer(outcome = {}) {
    this.answer = (outcome.ok ?? true) ? this.describe('answer') : null;
    return this.call('createAnswer', [], { description: this.answer, ...outcome });
  }

  setAnswer(outcome = {}) {
    this.call('setLocalDescription', this.answer, outcome);
    if (outcome.ok ?? true) {
      this.state = 'stable';
      this.states({ signaling: 'stable', gathering: 'gathering' });
    }
    return this;
  }

  /** Sends the answer; the server answers with the caller's candidates, and sends the answer on. */
  sendAnswer(offer, { payload, ack = this.ack ? 2 : null, event = 'newAnswer' } = {}) {
    const receive = this.send(event, payload ?? [{ ...offer.object(), answer: this.answer }], { ack, unknown: event !== 'newAnswer' });
    if (event !== 'newAnswer') return receive;
    offer.answerer = this;
    offer.answer = this.answer;
    this.calling = offer;
    this.outcome(receive, { answered: offer.offerId, offerer: offer.offerer.userName, candidates: offer.candidates.length });
    this.reply(receive, [[...offer.candidates]]);
    offer.offerer.sent('answerResponse', [offer.object()], receive.n);
    const others = this.script.others(this).filter((one) => one !== offer.offerer);
    if (others.length > 0) {
      const withdrawn = [{ offerId: offer.offerId, offererUserName: offer.offerer.userName, reason: 'answered' }];
      this.toLobby('offerWithdrawn', withdrawn, receive.n, [this, offer.offerer]);
    }
    if (ack === null) for (const candidate of offer.candidates) this.sent('receivedIceCandidateFromServer', [candidate], receive.n);
    return receive;
  }

  addCandidates(candidates, outcome = {}) {
    for (const candidate of candidates) this.call('addIceCandidate', candidate, outcome);
    return this;
  }

  ice(...states) {
    for (const ice of states) {
      this.script.wait(50);
      const connection = { checking: 'connecting', connected: 'connected', disconnected: 'disconnected', failed: 'failed', completed: 'connected' }[ice];
      this.states({ ice, connection });
    }
    return this;
  }

  stats(fields = {}) {
    return this.tell('stats', {
      pc: this.pcs,
      pair: { local: 'host', remote: 'host', protocol: 'udp' },
      rtt: 1,
      sent: 1000,
      received: 1000,
      framesSent: 30,
      framesDecoded: 30,
      audio: { level: 0.1 },
      ...fields,
    });
  }

  elements(fields = {}) {
    this.tell('elements', {
      videos: [{ hasStream: true, paused: false, muted: false, width: 640, height: 480, readyState: 4, blocked: false, ...fields }],
    });
    return this;
  }

  hangup(offer, { tells = true } = {}) {
    this.call('close', []);
    if (!tells) return this;
    const receive = this.send('hangup', [{ offerId: offer.offerId }], { ack: 5 });
    offer.gone = true;
    this.outcome(receive, { ended: [offer.offerId] });
    this.reply(receive, [{ ended: 1 }]);
    this.tellOthersOfEnd(offer, 'hangup', receive.n);
    return this;
  }
}

/** A call from `caller` to `answerer`, who are both there: everything works. @returns {object} its offer */
export function goodCall(caller, answerer, { think = 3000, frames = true } = {}) {
  const { script } = caller;
  caller.prepareOffer().sendOffer().gather();
  const offer = caller.calling;
  script.wait(think);
  answerer.prepareAnswer(offer);
  answerer.sendAnswer(offer);
  answerer.addCandidates(offer.candidates);
  answerer.gather();
  caller.setRemote(answerer.answer);
  for (const kind of caller.kinds) if (kind !== 'application') caller.tell('track', { pc: caller.pcs, trackKind: kind, muted: true });
  caller.addCandidates(answerer.candidates);
  goodMedia(caller, answerer, frames);
  return offer;
}

export function goodMedia(caller, answerer, frames = true) {
  const { script } = caller;
  for (const person of [caller, answerer]) person.ice('checking', 'connected');
  for (const person of [caller, answerer]) {
    if (person.kinds.includes('application')) {
      person.tell('channel', { pc: person.pcs, label: 'chat', id: 0, local: person === caller });
      person.tell('channel-state', { pc: person.pcs, label: 'chat', state: 'open' });
    }
  }
  for (let second = 0; frames && second < 4; second += 1) {
    script.wait(1000);
    for (const person of [caller, answerer]) {
      const media = person.kinds.includes('video') ? 30 * second : 0;
      person.stats({ framesSent: media, framesDecoded: media, sent: 1000 * (second + 1), received: 1000 * (second + 1) });
      if (second === 0 && person.kinds.includes('video')) person.elements();
    }
  }
}
