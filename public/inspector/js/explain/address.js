// What an address is by itself: which machines can reach it.

/** @typedef {'unspecified' | 'loopback' | 'link-local' | 'private' | 'shared' | 'public'} AddressRange */

/** The words that stand in the place of a masked address. */
const MASKED = /^(loopback|link-local|private|shared|public)-ipv([46])$/;

/**
 * @param {unknown} text an address, a name, or the word that stands in its place
 * @returns {{family: 'IPv4' | 'IPv6' | 'mdns' | 'name' | 'none', range: AddressRange | null, masked: boolean}}
 */
export function addressKind(text) {
  const address = String(text ?? '').trim().replace(/^\[(.*)\]$/, '$1');
  const [, range, version] = MASKED.exec(address) ?? [];
  if (range) return kind(`IPv${version}`, range, true);
  if (/\.local\.?$/i.test(address)) return kind('mdns', null, address === 'mdns.local');

  const bytes = parseIPv4(address);
  if (bytes) return kind('IPv4', rangeOfIPv4(bytes));
  const groups = parseIPv6(address.replace(/%[^%]*$/, ''));
  if (groups) return kind('IPv6', rangeOfIPv6(groups));
  return kind(address ? 'name' : 'none', null, address === 'host-name');
}

function kind(family, range, masked = false) {
  return { family, range, masked };
}

/** @returns {number[] | null} four bytes; browsers write `x` for a last one that they hide */
function parseIPv4(text) {
  const parts = text.replace(/\.x$/, '.1').split('.');
  const areBytes = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return areBytes ? parts.map(Number) : null;
}

/** @param {number[]} bytes */
function rangeOfIPv4([a, b, c, d]) {
  if (a + b + c + d === 0) return 'unspecified';
  if (a === 127) return 'loopback';
  if (a === 169 && b === 254) return 'link-local';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private';
  if (a === 100 && b >= 64 && b < 128) return 'shared'; // RFC 6598: a provider's own network
  return 'public';
}

/** @returns {number[] | null} eight groups of 16 bits */
function parseIPv6(text) {
  let plain = text;
  const [, mapped] = /:([\d.]+)$/.exec(text) ?? [];
  if (mapped?.includes('.')) {
    const bytes = parseIPv4(mapped);
    if (!bytes) return null;
    const [high, low] = [bytes[0] * 256 + bytes[1], bytes[2] * 256 + bytes[3]];
    plain = `${text.slice(0, -mapped.length)}${high.toString(16)}:${low.toString(16)}`;
  }
  if (!plain.includes(':') || plain.length > 39) return null;
  const halves = plain.split('::');
  if (halves.length > 2) return null;
  const [front, back] = halves.map((half) => (half ? half.split(':') : []));
  const count = front.length + (back?.length ?? 0);
  if (back ? count > 7 : count !== 8) return null;
  const all = [...front, ...Array(8 - count).fill('0'), ...(back ?? [])];
  return all.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? all.map((group) => parseInt(group, 16)) : null;
}

/** @param {number[]} groups */
function rangeOfIPv6(groups) {
  const isZero = (from, to) => groups.slice(from, to).every((group) => group === 0);
  if (isZero(0, 8)) return 'unspecified';
  if (isZero(0, 7) && groups[7] === 1) return 'loopback';
  if (isZero(0, 5) && groups[5] === 0xffff) { // an IPv4 address in IPv6 form
    return rangeOfIPv4([groups[6] >> 8, groups[6] & 255, groups[7] >> 8, groups[7] & 255]);
  }
  if ((groups[0] & 0xffc0) === 0xfe80) return 'link-local';
  if ((groups[0] & 0xfe00) === 0xfc00) return 'private';
  return 'public';
}
