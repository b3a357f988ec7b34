// @ts-check
// What the state panel shows of a browser's statistics: the candidates of both sides, the pair in use, and what has passed
// through each channel. Plain functions that need no page.

/**
 * @typedef {object} Candidate
 * @property {string} id in the report
 * @property {string} type `host`, `srflx`, `prflx` or `relay`
 * @property {string} protocol
 * @property {string} address with its port, as the browser gives it; empty where it does not
 * @property {boolean} isInUse
 *
 * @typedef {object} ChannelTraffic
 * @property {number} messagesSent
 * @property {number} messagesReceived
 * @property {number} bytesSent
 * @property {number} bytesReceived
 */

/**
 * @param {Pick<import('../../switchboard.esm.js').Stats, 'pair' | 'report'>} stats
 * @returns {{own: Candidate[], theirs: Candidate[], pair: {own: Candidate, theirs: Candidate} | null, channels: Map<string, ChannelTraffic>}}
 */
export function factsOf({ pair, report }) {
  const [own, theirs, channels] = [[], [], new Map()];
  const ends = [pair?.localCandidateId, pair?.remoteCandidateId];
  for (const entry of report.values()) {
    if (entry.type === 'local-candidate') own.push(candidateOf(entry, ends));
    else if (entry.type === 'remote-candidate') theirs.push(candidateOf(entry, ends));
    else if (entry.type === 'data-channel') channels.set(entry.label, trafficOf(entry, channels.get(entry.label)));
  }
  const [one, other] = [own, theirs].map((all) => all.find(({ isInUse }) => isInUse));
  return { own, theirs, pair: one && other ? { own: one, theirs: other } : null, channels };
}

function candidateOf({ id, candidateType, protocol, relayProtocol, address, ip, port }, ends) {
  const host = address || ip || '';
  return {
    id,
    type: candidateType,
    // To the relay; from there on it is UDP.
    protocol: relayProtocol || protocol || '',
    address: host && (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`),
    isInUse: ends.includes(id),
  };
}

/** Two channels may have the same label: each side has opened one. */
function trafficOf({ messagesSent = 0, messagesReceived = 0, bytesSent = 0, bytesReceived = 0 }, other) {
  return {
    messagesSent: messagesSent + (other?.messagesSent ?? 0),
    messagesReceived: messagesReceived + (other?.messagesReceived ?? 0),
    bytesSent: bytesSent + (other?.bytesSent ?? 0),
    bytesReceived: bytesReceived + (other?.bytesReceived ?? 0),
  };
}

/** What an address is, without the address: what anyone who looks at the screen may see. @param {string} address */
export function addressKind(address) {
  if (!address) return 'none';
  if (address.startsWith('[')) return 'IPv6';
  if (/\.local:\d*$/.test(address)) return 'mDNS';
  return /^[\d.]+:\d*$/.test(address) ? 'IPv4' : 'name';
}
