// Takes out of texts and records what says where a machine is, or what lets a stranger in. What remains
// still shows what kind of address stood there. The server masks in the same way before it sends
// (tests/fixtures/masking.json and masking-values.json are tested on both sides).

import { addressKind } from './explain/address.js';

const SECRET = '(masked)';

/** Members whose value is a secret, wherever they stand. */
const SECRET_KEYS = ['password', 'passWord', 'token', 'jwt', 'credential', 'key'];

/** Members whose value is an address: of RTCIceCandidate, of its statistics, of icecandidateerror. */
const ADDRESS_KEYS = ['address', 'relatedAddress', 'ip', 'hostCandidate'];

/** Deeper values than any page sends: not looked at, and not kept. */
const MOST_LEVELS = 40;

const ADDRESS = String.raw`[^\s"'\\/]+`;
/** A value in SDP: up to white space, also where the SDP stands in JSON text (`\r\n`, `\/`). */
const VALUE = String.raw`(?:[^\s"'\\]|\\+/)+`;
const keys = (names) => String.raw`"(?:${names.join('|')})"\s*:\s*"`;
const STRING = String.raw`(?:[^"\\]|\\.)+`;

// Bounded where a match may begin at each place of a text: nothing that is sent makes this slow.
const ADDRESSES = [
  new RegExp(String.raw`(candidate:[^\s"'\\]{1,100} +\d+ +[A-Za-z0-9-]+ +\d+ +)(${ADDRESS})`, 'g'),
  new RegExp(String.raw`(\braddr +)(${ADDRESS})`, 'g'),
  new RegExp(String.raw`((?:o=[^\s"'\\]{1,100} +\d+ +\d+ +)?\bIN IP[46] +)(${ADDRESS})`, 'g'),
  new RegExp(`(${keys(ADDRESS_KEYS)})([^"\\\\]+)`, 'g'),
];
const SECRETS = [
  new RegExp(String.raw`(\bice-pwd: *)${VALUE}`, 'g'),
  new RegExp(String.raw`(\bfingerprint: *[A-Za-z0-9-]+ +)${VALUE}`, 'g'),
  new RegExp(String.raw`(a=crypto:)(?:[^\r\n"'\\]|\\+/)+`, 'g'),
  new RegExp(`(${keys(SECRET_KEYS)})${STRING}`, 'g'),
  new RegExp(String.raw`([?&#](?:${SECRET_KEYS.join('|')})=)[^&#\s"'\\]+`, 'g'),
];
const USER_NAME = new RegExp(`(${keys(['username'])})${STRING}`, 'g');
const CREDENTIAL = /"credential"\s*:/;

/**
 * The text without addresses and secrets. A text that is masked already stays as it is.
 * @param {unknown} text SDP, a candidate's line, JSON, an address with a query
 * @returns {string}
 */
export function maskText(text) {
  let masked = typeof text === 'string' ? text : '';
  for (const pattern of ADDRESSES) {
    masked = masked.replace(pattern, (whole, before, address) => {
      const isOrigin = before.startsWith('o=') && address === '127.0.0.1'; // Chromium writes it into each SDP
      return isOrigin ? whole : before + maskAddress(address);
    });
  }
  for (const pattern of SECRETS) masked = masked.replace(pattern, `$1${SECRET}`);
  return CREDENTIAL.test(masked) ? masked.replace(USER_NAME, `$1${SECRET}`) : masked;
}

/**
 * What stands in the place of an address: its kind. `0.0.0.0` and `::` say nothing and stay, as do
 * words that are no addresses. A port behind the address stays.
 * @param {string} address
 */
export function maskAddress(address) {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(:\d+)$/.exec(address) ?? [null, address, ''];
  const { family, range } = addressKind(host);
  if (range === 'unspecified') return address;
  if (family === 'mdns') return `mdns.local${port}`;
  if (family === 'IPv4' || family === 'IPv6') return `${range}-${family.toLowerCase()}${port}`;
  return /[.:]/.test(host) ? `host-name${port}` : address;
}

/**
 * A copy of a record, or of any value from JSON, with each text in it masked and each secret replaced.
 * @template T
 * @param {T} record
 * @returns {T}
 */
export function maskRecord(record) {
  return maskValue(record, 0);
}

function maskValue(value, level) {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (level > MOST_LEVELS) return '(too deep)';
  if (Array.isArray(value)) return value.map((member) => maskValue(member, level + 1));
  const hasCredential = Boolean(value.credential);
  const members = Object.entries(value).map(([name, member]) => {
    const isSecret = SECRET_KEYS.includes(name) || (name === 'username' && hasCredential);
    if (isSecret) return [name, isEmpty(member) ? member : SECRET];
    const isAddress = ADDRESS_KEYS.includes(name) && typeof member === 'string';
    return [name, isAddress ? maskAddress(member) : maskValue(member, level + 1)];
  });
  return Object.fromEntries(members);
}

/** That a password is missing is no secret, and the cause of many a refusal. */
function isEmpty(value) {
  return value === null || value === undefined || value === '';
}
