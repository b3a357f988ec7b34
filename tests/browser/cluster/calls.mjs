// Calls through a cluster, by the signaling of the pages' own library and the official client, without media.
// tests/cluster/restarts.rs starts it, restarts the servers meanwhile, and reads what it prints.
//
// node calls.mjs URL RATE    so many calls a second, until standard input ends; then one line of JSON

import { io } from 'socket.io-client-4.8';
import { connectSignaling } from '../../../public/switchboard/signaling.js';

const [url, rate] = [new URL(process.argv[2]), Number(process.argv[3])];
/** How long the two sides of a call are connected, and how long the whole call may take. */
const HOLD_MS = 2_000;
const PATIENCE_MS = 60_000;
/** Candidates of a side: these at once, and as many at the end. */
const CANDIDATES = 4;
const LOBBIES = 32;

// The library takes itself to be in a page.
globalThis.window = /** @type {any} */ ({ addEventListener() {} });

/** Of all calls: how many there were, what went wrong, and how long pages were without a server. */
const told = { calls: 0, failed: 0, faults: {}, returns: 0, slowestReturnMs: 0, returnedOver1s: 0, forgotten: 0, slowestAnswerMs: 0 };

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const candidateOf = (name, number) => ({ candidate: `candidate:${number} 1 udp 1 192.0.2.1 5000 typ host`, sdpMid: '0', usernameFragment: name });
const description = (type) => ({ type, sdp: `v=0\r\n${'a=candidate-free line of a description\r\n'.repeat(60)}` });

/**
 * Balancers may tell clients by their address, and each page has one of its own. Every eighth begins with long-polling, as
 * pages do, whose requests cannot choose an address.
 */
function connect(name, lobby, number) {
  const localAddress = `127.0.${1 + (number >> 7) % 250}.${1 + (number & 127)}`;
  const options = number % 8 ? { transports: ['websocket'], localAddress } : { withCredentials: true };
  const identity = { userName: name, password: 'x', session: `session-of-${name}`, lobby };
  return connectSignaling(identity, { io: (root, own) => io(root, { ...own, ...options }), root: url, iceServers: [], isRelayOnly: () => false });
}

/** A page, and what it waits for. */
function page(name, lobby, number, fail) {
  const signaling = connect(name, lobby, number);
  const received = [];
  const events = new Map();
  const future = (event) => {
    if (!events.has(event)) {
      let resolve;
      const promise = new Promise((done) => (resolve = done));
      events.set(event, { promise, resolve });
    }
    return events.get(event);
  };
  let awaySince;
  signaling.listen({
    onConnected({ isKnown, wasAway }) {
      // The connection may end before the reply: each one asks again.
      signaling.admission().then(future('admission').resolve);
      if (!wasAway || awaySince === undefined) return;
      const ms = Date.now() - awaySince;
      awaySince = undefined;
      told.returns += 1;
      told.slowestReturnMs = Math.max(told.slowestReturnMs, ms);
      if (ms > 1_000) told.returnedOver1s += 1;
      if (!isKnown) told.forgotten += 1;
    },
    onDisconnected({ retries, message }) {
      awaySince ??= Date.now();
      if (!retries) fail(`disconnected for good ${message}`);
    },
    onRefused: ({ event, code }) => fail(`${event} was refused: ${code}`),
    onOffers: (offers) => offers.forEach((offer) => future(`offer to ${name}`).resolve(offer)),
    onAnswer: () => future('answer').resolve(),
    onCandidate(candidate) {
      received.push(candidate.candidate);
      future(`${received.length} candidates`).resolve();
    },
    onPeerHangup: ({ reason }) => future('end').resolve(reason),
  });
  return {
    signaling,
    received,
    /** What it waits for now, or waited for last. */
    step: '',
    /** @param {string} event */
    expect(event) {
      this.step = event;
      return future(event).promise;
    },
  };
}

async function call(number) {
  let fail;
  const failed = new Promise((_, reject) => (fail = (fault) => reject(new Error(fault))));
  failed.catch(() => {}); // A fault after the end of a call counts for nothing.
  const lobby = `lobby-${number % LOBBIES}`;
  const [amy, bob] = ['amy', 'bob'].map((name, side) => page(`${name}-${number}`, lobby, 2 * number + side, fail));
  try {
    await Promise.race([failed, deadline([amy, bob]), play(number, amy, bob)]);
  } catch (error) {
    told.failed += 1;
    const fault = error.message.replace(/-\d+/g, '');
    told.faults[fault] = (told.faults[fault] ?? 0) + 1;
  }
  amy.signaling.close();
  bob.signaling.close();
  told.calls += 1;
}

/** Rejects when a call has taken too long, whatever it waits for. */
async function deadline(pages) {
  await wait(PATIENCE_MS);
  throw new Error(`too long: ${pages.map(({ step, signaling }) => `${step} (${signaling.connected ? 'connected' : 'away'})`)}`);
}

async function play(number, amy, bob) {
  // A client is connected before all servers of a cluster know it; once it is admitted they do.
  await Promise.all([amy.expect('admission'), bob.expect('admission')]);
  const began = Date.now();
  const offerId = await amy.signaling.sendOffer(description('offer'), `bob-${number}`);
  const offer = await bob.expect(`offer to bob-${number}`);
  bob.signaling.sendAnswer({ ...offer, answer: description('answer') });
  await amy.expect('answer');
  told.slowestAnswerMs = Math.max(told.slowestAnswerMs, Date.now() - began);
  const trickle = (from) => {
    for (let next = from; next < from + CANDIDATES; next += 1) {
      amy.signaling.sendIceCandidate(candidateOf('amy', next), { didIOffer: true, offerId });
      bob.signaling.sendIceCandidate(candidateOf('bob', next), { didIOffer: false, offerId });
    }
  };
  trickle(0);
  await wait(HOLD_MS);
  trickle(CANDIDATES);
  const all = `${2 * CANDIDATES} candidates`;
  await Promise.all([amy.expect(all), bob.expect(all)]);
  amy.signaling.hangup(offerId);
  const reason = await bob.expect('end');
  if (reason !== 'hangup') throw new Error(`ended as ${reason}`);
  const expected = Array.from({ length: 2 * CANDIDATES }, (_, next) => candidateOf('', next).candidate);
  for (const { received } of [amy, bob]) {
    if (received.join() !== expected.join()) throw new Error('candidates are missing, twice or out of order');
  }
}

let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();
const calls = [];
const began = Date.now();
while (!isOver) {
  for (const due = ((Date.now() - began) * rate) / 1_000; calls.length < due; ) calls.push(call(calls.length));
  await wait(10);
}
await Promise.all(calls);
console.log(JSON.stringify(told));
process.exit(); // Sockets may have left timers.
