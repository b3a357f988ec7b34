// What is known of each step of a call: from the server's records, and from the probe where the page has it.

import { added, addedCandidates, called, errorOf, hasFailed, hasWorked, set } from './methods.js';
import { markOf } from './payload.js';

/**
 * @typedef {object} Fact
 * @property {import('./run.js').Mark | null} [mark] done
 * @property {'out-of-order' | 'skipped'} [state] instead of done
 * @property {boolean} [hollow] inferred
 * @property {boolean} [isSeen] the probe would have seen it
 * @property {string} [waits] the sentence while it is waited for
 * @property {string} [note]
 */

/** @returns {Map<string, Fact>} by the number of the step */
export function factsOf(run, call) {
  return call.course === 16 ? channelFacts(run, call) : callFacts(run, call);
}

function namesOf(call) {
  return { caller: call.offererName || 'the caller', other: call.answererName || 'the other person' };
}

function callFacts(run, call) {
  const { caller, other } = namesOf(call);
  const [one, two] = [side(run, call, 'offerer', caller), side(run, call, 'answerer', other)];
  const answerer = run.clients.get(call.answerer);
  return new Map(
    Object.entries({
      1: one.media(),
      2: one.connection(),
      3: one.servers(),
      4: one.tracks('createOffer'),
      5: one.create('createOffer', 'offer'),
      6: one.local('offer'),
      7: one.gathers('offerer'),
      8: { mark: call.offered, isSeen: !call.isFromDump, waits: `${caller}’s page: it has to emit newOffer with the offer.` },
      9: received(call, 'offerer', `${caller}’s page: it has to emit each candidate with sendIceCandidateToSignalingServer.`),
      10: {
        mark: answerer?.connects[0] ?? null,
        waits: call.kind === 'call' ? 'Another person who opens the page and connects.' : 'Another member of the room.',
      },
      11: { mark: call.shown, waits: 'Another person who opens the page: the server sends them the offer.' },
      12: two.media(call.shown ? `Another person, or ${other}’s page: the offer is there and can be answered.` : undefined),
      13: two.connection(),
      14: two.tracks('createAnswer'),
      15: two.answers(),
      16: two.local('answer'),
      17: two.remote('offer'),
      18: two.gathers('answerer'),
      19: { mark: call.answered, isSeen: !call.isFromDump, waits: answerSentence(call, other) },
      20: two.listens('offerer'),
      21: { mark: call.answerSent, waits: `${caller}’s connection: the server keeps the answer until ${caller} is back.` },
      22: one.remote('answer'),
      23: one.listens('answerer'),
    }),
  );
}

function answerSentence(call, other) {
  if (call.kind !== 'call') return `${other}’s page: it has to send the answer.`;
  return call.answererName ? `${other}’s page: it has to emit newAnswer.` : 'Another person, who has to answer the offer.';
}

function channelFacts(run, call) {
  const { caller, other } = namesOf(call);
  const [one, two] = [side(run, call, 'offerer', caller), side(run, call, 'answerer', other)];
  const candidates = [one.listens('answerer'), two.listens('offerer')];
  const last = candidates.every(({ mark }) => mark) ? candidates.sort((a, b) => a.mark.n - b.mark.n)[1] : {};
  return new Map(
    Object.entries({
      1: one.connection(),
      2: { ...one.connection(), hollow: true },
      3: one.tracks('createOffer'),
      4: one.create('createOffer', 'offer'),
      5: one.local('offer'),
      6: { mark: call.offered, isSeen: !call.isFromDump, waits: `${caller}’s page: it has to send the offer.` },
      7: two.connection(),
      8: { ...two.connection(), hollow: true },
      9: two.channel(),
      10: { mark: call.shown, waits: `${other}: the server sends the offer to ${other}.` },
      11: two.remote('offer'),
      12: two.answers(),
      13: two.local('answer'),
      14: { mark: call.answered, isSeen: !call.isFromDump, waits: `${other}’s page: it has to send the answer.` },
      15: one.remote('answer'),
      16: { ...last, waits: 'Both pages: each has to add the other’s candidates with addIceCandidate.' },
    }),
  );
}

function received(call, from, waits) {
  // A dump says only that candidates have reached the other side.
  const [heard] = call.isFromDump && call.pcs.answerer ? addedCandidates(call.pcs.answerer).filter(hasWorked) : [];
  if (heard) return { mark: markOf(heard), hollow: true };
  const [first] = call.candidates[from];
  return { mark: first ? markOf(first) : null, isSeen: !call.isFromDump, waits };
}

/** What the probe knows of one side. Without the probe all facts are empty, and steps are inferred. */
function side(run, call, role, name) {
  const pc = call.pcs[role];
  const page = pc ? run.pages.get(pc.page) : null;
  const isSeen = Boolean(pc);
  const browser = `${name}’s browser`;

  function of(method, waits) {
    if (hasWorked(method)) return { mark: markOf(method), isSeen };
    if (hasFailed(method)) return { isSeen, waits: `${name}’s page: ${method.method} has failed with ${errorOf(method)}.` };
    return { isSeen, waits: method ? `${browser}: ${method.method} has not returned yet.` : waits };
  }

  return {
    media(waits) {
      const all = page?.media.filter(({ isDisplay }) => !isDisplay) ?? [];
      const done = all.findLast(({ result }) => result?.ok);
      const failed = all.at(-1)?.result?.error;
      if (done) return { mark: markOf(done), isSeen };
      if (failed) return { isSeen, waits: `${name}’s camera and microphone: getUserMedia has failed with ${failed.name}.` };
      return { isSeen, waits: all.length > 0 ? `${name}: the browser asks for camera and microphone.` : (waits ?? `${name}’s page: it has to run getUserMedia().`) };
    },
    connection() {
      return { mark: pc ? markOf(pc) : null, isSeen, waits: `${name}’s page: it has to create an RTCPeerConnection.` };
    },
    servers() {
      const servers = Array.isArray(pc?.config.iceServers) ? pc.config.iceServers : [];
      const note = pc && servers.length === 0 ? 'No STUN server is configured: that is enough within one network.' : null;
      return { mark: pc ? markOf(pc) : null, hollow: servers.length === 0, isSeen, note };
    },
    tracks(before) {
      const waits = `${name}’s page: it has to add its tracks with addTrack.`;
      const first = pc && added(pc);
      if (!first) return { isSeen, waits };
      const then = called(pc, before) ?? set(pc, 'setLocalDescription', before === 'createOffer' ? 'offer' : 'answer');
      if (then && first.n > then.n) {
        return { mark: markOf(first), state: 'out-of-order', isSeen, note: `${first.method} came after ${then.method}.` };
      }
      return { mark: markOf(first), isSeen };
    },
    create(method, type) {
      const waits = `${name}’s page: it has to run ${method}().`;
      const made = pc && called(pc, method);
      const implicit = pc && !made ? set(pc, 'setLocalDescription', type) : null;
      if (hasWorked(implicit)) return { mark: markOf(implicit), isSeen, hollow: true };
      return of(made, waits);
    },
    answers() {
      const fact = this.create('createAnswer', 'answer');
      const failed = pc?.methods.find((method) => method.method === 'createAnswer' && hasFailed(method));
      const offer = pc && set(pc, 'setRemoteDescription', 'offer');
      if (fact.mark || !failed || (offer && offer.n < failed.n)) return fact;
      return { mark: markOf(failed), state: 'out-of-order', isSeen, note: 'createAnswer came before setRemoteDescription.' };
    },
    local(type) {
      return of(pc && set(pc, 'setLocalDescription', type), `${name}’s page: it has to hand the ${type} to setLocalDescription.`);
    },
    remote(type) {
      // Nothing that comes after the answer is seen by the server.
      if (!isSeen && type === 'answer') return { mark: call.answerSent, hollow: true };
      return of(pc && set(pc, 'setRemoteDescription', type), `${name}’s page: it has to hand the ${type} to setRemoteDescription.`);
    },
    gathers(from) {
      const [seen] = pc?.candidates ?? [];
      const [sent] = call.candidates[from];
      const mark = seen ?? sent;
      return { mark: mark ? markOf(mark) : null, hollow: !seen, isSeen, waits: `${browser}: it looks for ways by which it can be reached.` };
    },
    listens(from) {
      const candidates = pc ? addedCandidates(pc) : [];
      const heard = pc?.tracks[0] ?? candidates.find(hasWorked);
      if (heard) return { mark: markOf(heard), isSeen };
      const early = candidates.find(hasFailed);
      if (early && !pc.methods.some((method) => method.method === 'setRemoteDescription' && method.n < early.n)) {
        return { mark: markOf(early), state: 'out-of-order', isSeen, note: 'addIceCandidate came before setRemoteDescription.' };
      }
      const delivered = call.candidates[from].find((candidate) => candidate.delivered)?.delivered;
      if (!isSeen && delivered) return { mark: delivered, hollow: true };
      return { isSeen, waits: `${name}’s page: it has to listen for tracks, and add candidates with addIceCandidate.` };
    },
    channel() {
      const theirs = pc?.channels.find(({ isLocal }) => !isLocal) ?? (pc && called(pc, 'createDataChannel'));
      if (theirs) return { mark: markOf(theirs), isSeen };
      const isOver = !isSeen && call.answerSent;
      return { mark: isOver ? call.answerSent : null, hollow: true, isSeen, waits: `${browser}: the channel comes with the connection.` };
    },
  };
}
