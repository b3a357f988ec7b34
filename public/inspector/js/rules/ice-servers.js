// STUN and TURN servers: none where one is needed, and one that gives no candidate. A connection that comes about needs none.

import { isObject, kindOfCandidate, nameOf } from '../payload.js';
import { iceFailure } from './candidates.js';
import { callsNow, connectionsNow, isConnected, isLate, newest, ownerOf, problem, stepIn } from './support.js';

const TURN = /^turns?:/i;

/** With the browser's own code (W3C WebRTC, RTCPeerConnectionIceErrorEvent): there was no reply. */
const NO_REPLY = 701;
/** STUN codes (RFC 8489 and 8656) with which a server refuses credentials. */
const REFUSED = [401, 403, 441];
/** And those with which it has no room. */
const FULL = [486, 508];

/** The addresses in the configuration of these connections, newest configuration first. */
function urlsOf(pcs) {
  return pcs.filter(Boolean).flatMap((pc) => {
    const changes = pc.methods.filter(({ method, args }) => method === 'setConfiguration' && isObject(args?.[0])).map(({ args }) => args[0]);
    const { iceServers } = changes.at(-1) ?? pc.config;
    return Array.isArray(iceServers) ? iceServers.map((url) => nameOf(url)) : [];
  });
}

/** Which line of the page to change, and to what. */
function lineWith(run, scheme) {
  const offered = Array.isArray(run.header?.iceServers) ? run.header.iceServers : [];
  // A TURN server is a STUN server, too.
  if (offered.includes(scheme) || offered.includes('turn')) {
    return 'Use this server’s list: `const { iceServers } = await (await fetch(\'/api/ice-servers?password=\' + password)).json()`, '
      + 'and in the line that makes the connection `new RTCPeerConnection({ iceServers })`.';
  }
  const example = scheme === 'turn'
    ? "{ urls: 'turn:HOST:3478', username: '…', credential: '…' }"
    : "{ urls: 'stun:HOST:3478' }";
  return `In the line that makes the connection: \`new RTCPeerConnection({ iceServers: [${example}] })\`. `
    + 'A Switchboard that browsers reach from both networks is such a server with `--turn`.';
}

const has = (candidates, kind) => candidates.some((candidate) => kindOfCandidate(candidate) === kind);

/** @type {import('./support.js').Rule[]} */
export const iceServers = [
  {
    id: 'turn-server-failed',
    step: null,
    rank: 1,
    check: (run, now) =>
      newest(connectionsNow(run), ({ page, pc }) => {
        const turn = urlsOf([pc]).filter((url) => TURN.test(url));
        if (!turn.length || isConnected(pc) || has(pc.candidates.map(({ candidate }) => candidate), 'relay')) return null;
        const isNeeded = pc.config.iceTransportPolicy === 'relay' || pc.states.connection === 'failed' || pc.states.ice === 'failed';
        if (!isNeeded || !pc.gathered || !isLate(pc.gathered, now, 500)) return null;
        const errors = pc.candidateErrors.filter(({ url }) => TURN.test(url));
        const answered = errors.filter(({ code }) => code !== NO_REPLY);
        const last = answered.at(-1) ?? errors.at(-1);
        const server = last?.url || turn[0];
        // As late as the rule that says only that there is no candidate.
        return problem({ n: (last ?? pc.gathered).n, at: pc.gathered.at }, {
          ...words(last?.code ?? NO_REPLY, server, last?.text ?? '', ownerOf(run, page)),
          step: stepIn(pc.call, '3', '1'),
          client: page.client,
          page: page.page,
        });
      }),
  },
  {
    id: 'no-stun-server',
    step: '3',
    rank: 2,
    check: (run, now) =>
      newest(callsNow(run), (call) => {
        const failure = iceFailure(run, call, now);
        if (!failure?.isTwoMachines || urlsOf(Object.values(call.pcs)).length) return null;
        const { all, words: counted, mark, pc, side } = failure;
        if (!all.length || !all.every((candidate) => ['host', 'mdns'].includes(kindOfCandidate(candidate)))) return null;
        return problem(mark, {
          sentence: `The two browsers have not found a way to each other: ${counted}. No \`srflx\` candidate: no STUN server is configured, so neither browser knows its public address.`,
          cure: `Within one network look for a firewall. Between two networks a STUN server is needed, and often a TURN server. ${lineWith(run, 'stun')}`,
          step: stepIn(call, '3', '1'),
          client: call[side],
          page: pc.page,
        });
      }),
  },
  {
    id: 'no-turn-server',
    step: '3',
    rank: 2,
    check: (run, now) =>
      newest(callsNow(run), (call) => {
        const failure = iceFailure(run, call, now);
        if (!failure?.isTwoMachines) return null;
        const { all, words: counted, mark, pc, side } = failure;
        const urls = urlsOf(Object.values(call.pcs));
        if (has(all, 'relay') || urls.some((url) => TURN.test(url)) || !(has(all, 'srflx') || urls.length)) return null;
        return problem(mark, {
          sentence: `The two browsers have not found a direct way to each other: ${counted}. No \`relay\` candidate: no TURN server is configured.`,
          cure: `You need TURN: a NAT or a firewall on one of the two sides lets nothing direct through. ${lineWith(run, 'turn')}`,
          step: stepIn(call, '3', '1'),
          client: call[side],
          page: pc.page,
        });
      }),
  },
];

/** Why a TURN server gave no candidate, and what to do. */
function words(code, server, text, owner) {
  if (REFUSED.includes(code)) {
    return {
      sentence: `The TURN server \`${server}\` has refused the credentials of ${owner}’s page (${code}${text && ` ${text}`}).`,
      cure: 'Look at `username` and `credential` in `iceServers`. Those of `/api/ice-servers` end after some time, and with a restart of the server: fetch them before each `new RTCPeerConnection(…)`.',
    };
  }
  if (FULL.includes(code)) {
    return {
      sentence: `The TURN server \`${server}\` gives ${owner}’s browser no relay, since too many are in use (${code}${text && ` ${text}`}).`,
      cure: 'Close connections that are no longer needed (`peerConnection.close()`), or raise the server’s limits.',
    };
  }
  if (code !== NO_REPLY) {
    return {
      sentence: `The TURN server \`${server}\` gives ${owner}’s browser no relay: it has replied with ${code}${text && ` ${text}`}.`,
      cure: 'Look into the log of that server.',
    };
  }
  const isTls = /^turns:/i.test(server);
  return {
    sentence: `${owner}’s browser has not reached the TURN server \`${server}\`.`,
    cure: `Is the address right, and does a firewall let the port through? Where UDP is blocked, name it with \`?transport=tcp\`, too.${isTls ? ' For `turns:` browsers want a certificate that they trust.' : ''}`,
  };
}
