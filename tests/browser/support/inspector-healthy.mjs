// Runs without any mistake, of many kinds: the inspector's rules have to keep silent at each record of them.

import { goodCall, goodMedia, Script } from './inspector-run.mjs';

function two(options, act) {
  return () => {
    const script = new Script();
    const [ann, bob] = [script.person('Ann', options), script.person('Bob', options)];
    ann.arrive();
    bob.arrive();
    act({ script, ann, bob });
    return script;
  };
}

function room(names, options, act) {
  return () => {
    const script = new Script();
    const people = names.map((name) => script.person(name, { own: true, ...options }).arrive());
    for (const [index, person] of people.entries()) {
      const isBare = person.as === 'rooms';
      const receive = person.send('joining-room', isBare ? { action: 'joining-room', room: 'tea' } : [{ room: 'tea' }], { ack: 1 });
      person.outcome(receive, { joined: 'tea', peerId: `p-${person.userName}` });
      for (const other of people.slice(0, index)) connectInRoom(person, other, isBare);
    }
    act?.({ script, people });
    return script;
  };
}

function relay(from, to, event, theirs, data) {
  const isBare = from.as === 'rooms';
  const sent = from.send(event, isBare ? { action: event, room: 'tea', to: `p-${to.userName}`, data } : [{ room: 'tea', to: `p-${to.userName}`, ...data }], { ack: isBare ? null : 9 });
  const head = { room: 'tea', from: `p-${from.userName}` };
  to.sent(theirs, isBare ? { signal: theirs, ...head, data } : [{ ...head, userName: from.userName, ...data }], sent.n);
  from.reply(sent, [{ ok: true }]);
}

function candidatesTo(from, to) {
  from.candidates = [];
  from.gather(['host', 'host'], { send: false });
  for (const candidate of from.candidates) relay(from, to, 'sending-ICE-candidate', 'receiving-ICE-candidate', { candidate });
  return from.candidates;
}

/** A member has one connection with each other one: the builder's newest is that of this pair. */
function connectInRoom(offerer, answerer, isData, { glare = false } = {}) {
  offerer.makePc().addTracks().createOffer().setOffer();
  const { offer } = offerer;
  if (glare) {
    answerer.makePc().addTracks().createOffer().setOffer();
    relay(answerer, offerer, 'sending-SDP-offer', 'receiving-SDP-offer', { offer: answerer.offer });
  }
  relay(offerer, answerer, 'sending-SDP-offer', 'receiving-SDP-offer', { offer });
  const mine = candidatesTo(offerer, answerer);
  if (!glare) answerer.makePc();
  answerer.setRemote(offer).addTracks();
  answerer.createAnswer();
  answerer.answer = answerer.describe('answer', offerer.kinds);
  answerer.setAnswer().addCandidates(mine);
  relay(answerer, offerer, 'accepting-SDP-offer', 'accepting-SDP-offer', { answer: answerer.answer });
  const theirs = candidatesTo(answerer, offerer);
  offerer.setRemote(answerer.answer).addCandidates(theirs);
  goodMedia(offerer, answerer);
}

function callWithLatency(latency) {
  return ({ script, ann, bob }) => {
    ann.prepareOffer().sendOffer().gather();
    const offer = ann.calling;
    script.wait(latency + 20_000);
    bob.media();
    bob.makePc().addTracks().setRemote(offer.description).createAnswer().setAnswer();
    script.wait(latency);
    bob.sendAnswer(offer);
    bob.gather(['host', 'host'], { complete: false });
    script.wait(latency);
    ann.setRemote(bob.answer).addCandidates(bob.candidates);
    bob.addCandidates(offer.candidates);
    script.wait(latency);
    goodMedia(ann, bob);
  };
}

/** @type {Record<string, {make: () => Script, isSlow?: boolean}>} */
export const healthyRuns = {
  'a call with the probe': { make: two({}, ({ ann, bob }) => goodCall(ann, bob)) },
  'a call without the probe': { make: two({ probe: false }, ({ ann, bob }) => goodCall(ann, bob)) },
  'a call of which one page has the probe': {
    make: () => {
      const script = new Script();
      const [ann, bob] = [script.person('Ann', { probe: false }).arrive(), script.person('Bob', { from: 'a2' }).arrive()];
      goodCall(ann, bob);
      return script;
    },
  },
  'an answer without an acknowledgement': { make: two({ ack: false }, ({ ann, bob }) => goodCall(ann, bob)) },
  'a call that is hung up, and another one': {
    make: two({}, ({ script, ann, bob }) => {
      const offer = goodCall(ann, bob);
      ann.hangup(offer);
      bob.call('close', []);
      script.wait(30_000);
      ann.candidates = [];
      bob.candidates = [];
      goodCall(bob, ann);
    }),
  },
  'an answerer who comes late': {
    make: () => {
      const script = new Script();
      const ann = script.person('Ann').arrive();
      ann.prepareOffer().sendOffer().gather();
      script.wait(60_000);
      const bob = script.person('Bob').arrive();
      script.wait(60_000);
      bob.prepareAnswer(ann.calling).sendAnswer(ann.calling);
      bob.addCandidates(ann.calling.candidates).gather();
      ann.setRemote(bob.answer).addCandidates(bob.candidates);
      goodMedia(ann, bob);
      return script;
    },
  },
  'a slow network': { make: two({}, callWithLatency(1500)), isSlow: true },
  'a slow network, without the probe': { make: two({ probe: false }, callWithLatency(1800)), isSlow: true },
  'our own pages': { make: two({ own: true, offerAck: true, ack: false }, ({ ann, bob }) => goodCall(ann, bob)) },
  'our own page without a camera': {
    make: two({ own: true }, ({ ann, bob }) => {
      bob.media({ name: 'NotFoundError', message: 'none' });
      goodCall(ann, bob);
    }),
  },
  'tracks that are added after the offer is set': {
    make: two({}, ({ ann, bob }) => {
      ann.prepareOffer().sendOffer().gather();
      bob.media().makePc().setRemote(ann.calling.description).addTracks().createAnswer().setAnswer().sendAnswer(ann.calling);
      bob.addCandidates(ann.calling.candidates).gather();
      ann.setRemote(bob.answer).addCandidates(bob.candidates);
      goodMedia(ann, bob);
    }),
  },
  'all candidates in the description': {
    make: two({}, ({ ann, bob }) => {
      const complete = (description) => ({ ...description, sdp: `${description.sdp}a=candidate:1 1 udp 1 192.0.2.2 5000 typ host\r\n` });
      ann.prepareOffer().gather(['host'], { send: false });
      ann.offer = complete(ann.offer);
      ann.sendOffer();
      bob.prepareAnswer(ann.calling).gather(['host'], { send: false });
      bob.answer = complete(bob.answer);
      bob.sendAnswer(ann.calling);
      ann.setRemote(bob.answer);
      goodMedia(ann, bob);
    }),
  },
  'a caller whose connection breaks, and who is back within the grace': {
    make: two({}, ({ script, ann, bob }) => {
      goodCall(ann, bob);
      ann.disconnect('broken');
      bob.sent('peerLost', [{ userName: 'Ann', offerId: ann.calling.offerId }], null);
      script.wait(8000);
      ann.connect({ back: true });
      bob.sent('peerBack', [{ userName: 'Ann', offerId: ann.calling.offerId }], null);
    }),
  },
  'a caller who is away when the answer comes': {
    make: two({ probe: false }, ({ script, ann, bob }) => {
      ann.prepareOffer().sendOffer().gather();
      ann.disconnect('broken');
      bob.prepareAnswer(ann.calling).sendAnswer(ann.calling);
      bob.gather();
      script.wait(5000);
      ann.connect({ back: true });
    }),
  },
  'a caller who reloads in a call, and calls again': {
    make: () => {
      const script = new Script();
      const [first, bob] = [script.person('Ann').arrive(), script.person('Bob').arrive()];
      goodCall(first, bob);
      first.leave().disconnect();
      script.wait(3000);
      const ann = script.person('Ann').arrive();
      bob.candidates = [];
      script.wait(3000);
      goodCall(ann, bob);
      return script;
    },
  },
  'an ICE restart': {
    make: two({ own: true }, ({ ann, bob }) => {
      const { offerId } = goodCall(ann, bob);
      const receive = ann.send('newOffer', [{ offerId, offer: ann.describe('offer') }], { ack: 4 });
      ann.outcome(receive, { renegotiated: offerId });
      ann.reply(receive, [{ ok: true, offerId }]);
      bob.sent('renegotiation', [{ offerId, offer: ann.describe('offer') }], receive.n);
      const answer = bob.send('newAnswer', [{ offerId, answer: bob.describe('answer') }], { ack: 4 });
      bob.outcome(answer, { answered: offerId, offerer: 'Ann', candidates: 0 });
      ann.sent('answerResponse', [{ offerId, answer: bob.describe('answer') }], answer.n);
    }),
  },
  'three offers of a whole classroom': {
    make: () => {
      const script = new Script();
      const people = ['Ann', 'Bob', 'Cem', 'Dee', 'Eve', 'Fay'].map((name) => script.person(name).arrive());
      for (const index of [0, 2, 4]) people[index].prepareOffer().sendOffer().gather();
      script.wait(30_000);
      for (const index of [0, 2, 4]) {
        const [caller, answerer] = people.slice(index, index + 2);
        answerer.prepareAnswer(caller.calling).sendAnswer(caller.calling);
        answerer.addCandidates(caller.calling.candidates).gather();
        caller.setRemote(answerer.answer).addCandidates(answerer.candidates);
        goodMedia(caller, answerer);
      }
      return script;
    },
  },
  'a page that does not know what it listens to: an event of its own': {
    make: two({}, ({ ann, bob }) => {
      ann.send('chat-message', ['hello'], { unknown: true });
      goodCall(ann, bob);
    }),
  },
  'a room of three': { make: room(['Ann', 'Bob', 'Cem'], {}) },
  'a room of three on bare WebSockets': { make: room(['Ann', 'Bob', 'Cem'], { as: 'rooms' }) },
  'a chat of two': { make: room(['Ann', 'Bob'], { kinds: ['application'], negotiated: true }) },
  'a room without the probe': { make: room(['Ann', 'Bob', 'Cem'], { probe: false }) },
  'a room in which offers cross': {
    make: () => {
      const script = new Script();
      const [ann, bob] = ['Ann', 'Bob'].map((name) => script.person(name, { own: true }).arrive());
      for (const person of [ann, bob]) {
        const receive = person.send('joining-room', [{ room: 'tea' }], { ack: 1 });
        person.outcome(receive, { joined: 'tea', peerId: `p-${person.userName}` });
      }
      connectInRoom(bob, ann, false, { glare: true });
      return script;
    },
  },
  'pages without any WebRTC': {
    make: () => {
      const script = new Script();
      script.person('Ann').load();
      script.person('Bob').arrive();
      return script;
    },
  },
};
