// Which candidates this browser gathers, with the servers that this server names (docs/protocol.md, api/ice-servers).

import { addressOf } from './root.js';
import { failed, ok, untried } from './rows.js';
import { t } from './words.js';

/** How long gathering may take. A relay that cannot be reached is given up by browsers only after half a minute. */
const GATHER_MS = 12_000;
const KIND = / typ (host|srflx|prflx|relay)/;

const NO_STUN = t`This server names no STUN server. Within one network none is needed.`;
const UNKNOWN = t`The server does not say which servers it names: see “WebSocket”.`;
const NO_TURN = t`This server names no TURN server. Within one network none is needed; for calls between any two networks start the server with --turn.`;

/**
 * @param {string} password
 * @returns {Promise<RTCIceServer[]|null>} null if the server does not say which it names
 */
export async function fetchIceServers(password) {
  try {
    const response = await fetch(addressOf('api/ice-servers'), { headers: { Authorization: `Bearer ${password}` } });
    return response.ok ? (await response.json()).iceServers : null;
  } catch {
    return null;
  }
}

/**
 * @param {RTCIceServer[]|null} named what the server names, if it says that
 * @returns {Promise<Record<'host'|'srflx'|'relay', import('./rows.js').Result>>}
 */
export async function checkCandidates(named) {
  if (!window.RTCPeerConnection) {
    const words = t`This browser cannot connect to another one (no RTCPeerConnection): open the page in another browser.`;
    const without = t`Without RTCPeerConnection.`;
    return { host: failed(words), srflx: untried(without), relay: untried(without) };
  }
  const iceServers = named ?? [];
  const urls = iceServers.flatMap((server) => server.urls);
  // A TURN server answers as a STUN server does.
  const [hasStun, hasTurn] = [urls.length > 0, urls.some((url) => /^turns?:/.test(url))];
  const { kinds, errors } = await gather(iceServers, hasStun);
  const why = errors.length ? ` ${t`The browser says: ${errors.join(', ')}.`}` : '';
  return {
    host: kinds.host
      ? ok(t`${kinds.host} found.`)
      : failed(t`None found: this device seems to be in no network, or a setting or an extension of the browser hides its addresses.`),
    srflx: named ? srflxResult(kinds, hasStun, why) : untried(UNKNOWN),
    relay: !hasTurn ? untried(named ? NO_TURN : UNKNOWN) : kinds.relay
      ? ok(t`${kinds.relay} found.`)
      : failed(t`None found: the TURN server was not reached. Open its port in the firewall (UDP and TCP 3478), or try another network.` + why),
  };
}

function srflxResult(kinds, hasStun, why) {
  if (!hasStun) return untried(NO_STUN);
  if (kinds.srflx) return ok(t`${kinds.srflx} found.`);
  // A server in the same network sees the address that the device has.
  if (kinds.relay) return ok(t`The server sees the same address that this device has: no router changes it on the way.`);
  return failed(t`None found: UDP to the STUN server is blocked. Calls to other networks need the relay.` + why);
}

/** Gathers until there are no more, or for long enough. */
async function gather(iceServers, isThorough) {
  const kinds = { host: 0, srflx: 0, prflx: 0, relay: 0 };
  const errors = new Set();
  const pc = new RTCPeerConnection({ iceServers });
  try {
    const isDone = new Promise((resolve) => {
      pc.addEventListener('icecandidate', ({ candidate }) => {
        const [, kind] = KIND.exec(candidate?.candidate ?? '') ?? [];
        if (kind) kinds[kind] += 1;
        if (!candidate) resolve();
        else if (isThorough && kinds.relay) setTimeout(resolve, 500); // What comes by other ways comes soon.
      });
      pc.addEventListener('icecandidateerror', ({ errorCode, errorText }) => errors.add(`${errorCode} ${errorText}`.trim()));
      setTimeout(resolve, GATHER_MS);
    });
    pc.createDataChannel('check');
    await pc.setLocalDescription(await pc.createOffer());
    await isDone;
  } finally {
    pc.close();
  }
  return { kinds, errors: [...errors] };
}
