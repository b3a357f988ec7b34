// A candidate in words: one address at which a browser may be reached, and by which machines.

import { addressKind } from './address.js';

const LINE = /^(?:a=)?candidate:(\S+) +(\d+) +(\S+) +(\d+) +(\S+) +(\d+)(?: +typ +(\S+))?(.*)$/s;

const TYPES = {
  host: 'an address of the machine itself',
  srflx: 'the address under which a STUN server saw the machine, in front of its router (server reflexive)',
  prflx: 'an address that the other side found when a check arrived from it (peer reflexive)',
  relay: 'an address of a TURN server, which passes everything on',
};

const TCP_TYPES = {
  active: 'this side opens the TCP connection',
  passive: 'this side waits for a TCP connection',
  so: 'both sides open the TCP connection at once',
};

const RANGES = {
  loopback: 'loopback address (this machine only)',
  'link-local': 'link-local address (one cable or Wi-Fi only)',
  private: 'private address (local network only)',
  shared: 'address inside a provider’s network (carrier-grade NAT)',
  public: 'public address',
  unspecified: 'unspecified address',
};

/**
 * @typedef {object} ExplainedCandidate
 * @property {string} words one or two sentences
 * @property {'host' | 'srflx' | 'prflx' | 'relay' | 'end' | 'unknown'} type
 * @property {string} protocol `udp`, `tcp`, or ''
 * @property {string} tcpType active, passive, so, or ''
 * @property {string} address as in the candidate
 * @property {number | null} port
 * @property {string} addressKind IPv4, IPv6, mdns, name or none
 * @property {string | null} range loopback, link-local, private, shared, public, unspecified
 * @property {string} reach which machines can reach it
 * @property {{name: string, value: string, words: string}[]} details
 */

/**
 * @param {unknown} candidate an RTCIceCandidate as JSON, its `candidate` text, an SDP line, or null
 * @returns {ExplainedCandidate}
 */
export function explainCandidate(candidate) {
  const isObject = typeof candidate === 'object' && candidate !== null;
  const text = isObject ? /** @type {any} */ (candidate).candidate : candidate;
  if (candidate === null || candidate === undefined) {
    return plain('end', 'null: the browser has found all its candidates; in a message it may be left out.');
  }
  if (text === '' || text === 'a=end-of-candidates') {
    return plain('end', 'An empty candidate: the end of the candidates of this m-section. Firefox sends one; Chromium does not.', membersOf(candidate));
  }
  const [, foundation, component, transport, priority, address, port, type = '', rest = ''] = LINE.exec(typeof text === 'string' ? text.slice(0, 2000) : '') ?? [];
  if (!foundation) return plain('unknown', 'This is not a candidate that can be read.', membersOf(candidate));

  const extensions = extensionsOf(rest);
  const protocol = transport.toLowerCase();
  const tcpType = protocol === 'tcp' ? extensions.get('tcptype') ?? '' : '';
  const known = Object.hasOwn(TYPES, type) ? /** @type {'host'} */ (type) : 'unknown';
  const { family, range } = addressKind(address);
  const reach = reachOf({ type: known, protocol, tcpType, family, range });
  const kind = known === 'unknown' ? `A candidate of the type “${type || 'none'}”` : `${nameOf(known)} candidate: ${TYPES[known]}`;
  const way = `${protocol.toUpperCase()}${tcpType ? ` ${tcpType}` : ''}, ${addressWords(family, range)}`;
  return {
    words: `${kind}; ${way}. Who can reach it: ${reach}.`,
    type: known,
    protocol,
    tcpType,
    address,
    port: Number(port),
    addressKind: family,
    range,
    reach,
    details: [
      { name: 'foundation', value: foundation, words: 'The same for candidates of the same type, base and server: checks of equal pairs are held back until one succeeds.' },
      { name: 'component', value: component, words: component === '2' ? 'RTCP on a port of its own; unused once both sides agree on rtcp-mux.' : 'RTP, and RTCP with it (rtcp-mux).' },
      { name: 'protocol', value: transport, words: protocolWords(protocol, tcpType) },
      { name: 'priority', value: priority, words: priorityWords(Number(priority)) },
      { name: 'address', value: address, words: `${capital(addressWords(family, range))}.` },
      { name: 'port', value: port, words: tcpType === 'active' ? 'Port 9 stands for none: this side opens the connection.' : `The ${protocol.toUpperCase()} port.` },
      { name: 'type', value: type, words: known === 'unknown' ? 'Not explained here.' : `${capital(TYPES[known])}.` },
      ...[...extensions].map(([name, value]) => ({ name, value, words: extensionWords(name, value) })),
      ...membersOf(candidate),
    ],
  };
}

function plain(type, words, details = []) {
  return { words, type, protocol: '', tcpType: '', address: '', port: null, addressKind: 'none', range: null, reach: '', details };
}

function nameOf(type) {
  return { host: 'Host', srflx: 'Server reflexive (srflx)', prflx: 'Peer reflexive (prflx)', relay: 'Relay' }[type];
}

function addressWords(family, range) {
  if (family === 'mdns') return 'a .local name that hides the address (mDNS)';
  if (family === 'name') return 'a host name in the place of an address';
  return range ? `${family}, ${RANGES[range]}` : 'no address';
}

function protocolWords(protocol, tcpType) {
  if (protocol === 'udp') return 'UDP, which media and data channels prefer: a lost packet holds up no other.';
  if (protocol !== 'tcp') return 'A transport that browsers do not use.';
  return `TCP${Object.hasOwn(TCP_TYPES, tcpType) ? `: ${TCP_TYPES[tcpType]}` : ''}.`;
}

/** RFC 8445, section 5.1.2.1 */
function priorityWords(priority) {
  const [type, local] = [Math.floor(priority / 2 ** 24), Math.floor(priority / 256) % 65536];
  return `The higher, the sooner it is tried: ${type} for its type and protocol, ${local} among the machine’s addresses.`;
}

function reachOf({ type, protocol, tcpType, family, range }) {
  if (type === 'relay') return 'every machine that the TURN server can reach: the way that always works, if the server does';
  if (protocol === 'tcp' && tcpType === 'active' && type === 'host') {
    return 'a server that accepts TCP; two browsers do not connect by it, since both only open connections';
  }
  if (type === 'srflx') return 'most machines on the Internet; not where both sides are behind routers that give each destination another port (symmetric NAT)';
  if (type === 'prflx') return 'the machine that found it';
  if (family === 'mdns') return 'only machines in the same local network that look up .local names (multicast DNS); many guest and company networks block that';
  switch (range) {
    case 'loopback': return 'only this machine itself';
    case 'link-local': return 'only machines on the same cable or Wi-Fi';
    case 'private': return 'only machines in the same local network (or VPN)';
    case 'shared': return 'at most other customers of the same provider';
    case 'public': return 'machines on the Internet, unless a firewall drops the packets';
    default: return family === 'name' ? 'machines that can look up the name' : 'no machine';
  }
}

/** `raddr 192.0.2.1 rport 5000 generation 0 …` */
function extensionsOf(rest) {
  const words = rest.trim().split(/ +/).filter(Boolean).slice(0, 40);
  const pairs = new Map();
  for (let place = 0; place + 1 < words.length; place += 2) pairs.set(words[place], words[place + 1]);
  return pairs;
}

const EXTENSIONS = {
  raddr: (value) => `The address behind it: ${/^(0\.0\.0\.0|::)$/.test(value) ? 'hidden by the browser' : addressWords(addressKind(value).family, addressKind(value).range)}.`,
  rport: () => 'The port behind it.',
  tcptype: (value) => `TCP: ${Object.hasOwn(TCP_TYPES, value) ? TCP_TYPES[value] : 'unknown'}.`,
  generation: () => 'How often Chromium has gathered for this connection; not part of the standard.',
  ufrag: () => 'The ice-ufrag of the description that it belongs to.',
  'network-id': () => 'Chromium’s number for the network adapter.',
  'network-cost': (value) => `How costly the network is: ${Number(value) >= 900 ? 'mobile data' : Number(value) >= 50 ? 'not known' : Number(value) >= 10 ? 'Wi-Fi' : 'cable'}.`,
};

function extensionWords(name, value) {
  return Object.hasOwn(EXTENSIONS, name) ? EXTENSIONS[name](value) : 'Not explained here.';
}

/** The other members of the object that `addIceCandidate` takes. */
function membersOf(candidate) {
  if (typeof candidate !== 'object' || candidate === null) return [];
  const words = {
    sdpMid: 'The m-section (a=mid) that it belongs to.',
    sdpMLineIndex: 'The m-section that it belongs to, counted from 0; used if there is no sdpMid.',
    usernameFragment: 'The ice-ufrag of the description that it belongs to: after an ICE restart, old ones are refused.',
  };
  return Object.keys(words)
    .filter((name) => ['string', 'number'].includes(typeof candidate[name]))
    .map((name) => ({ name, value: String(candidate[name]).slice(0, 300), words: words[name] }));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
