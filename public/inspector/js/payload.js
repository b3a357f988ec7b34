// Reads what the records carry. A recording is a stranger's file: each function takes any JSON value, never
// throws, and returns text as text.

/** The server's own limit for names is 64 characters; a file may claim anything. */
const LONGEST_NAME = 120;

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Which record, and when. @returns {import('./run.js').Mark} */
export const markOf = ({ n, at }) => ({ n, at });

/** A name to show: of a user, a room, an event. */
export function nameOf(value, otherwise = '') {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return otherwise;
  return value.length > LONGEST_NAME ? `${value.slice(0, LONGEST_NAME)}…` : value;
}

/**
 * What a message says, whatever carried it: the first argument of a Socket.IO event, or the fields of a frame of
 * a bare WebSocket (`{action|signal, room, to, from, data}` or `{label, data}`) in one object.
 * @returns {Record<string, any>}
 */
export function contentOf(record) {
  const { payload } = record;
  const value = Array.isArray(payload) ? payload[0] : payload;
  if (!isObject(value)) return {};
  const isFrame = !Array.isArray(payload) && ('action' in value || 'signal' in value || 'label' in value);
  if (!isFrame) return value;
  const { data, ...envelope } = value;
  return isObject(data) ? { ...envelope, ...data } : envelope;
}

/** The description in `value`, which is one or holds one as `offer` or `answer`; else null. */
export function descriptionIn(value, key = 'offer') {
  for (const candidate of [isObject(value) ? value[key] : null, value]) {
    if (isObject(candidate) && typeof candidate.sdp === 'string') {
      return { type: nameOf(candidate.type), sdp: candidate.sdp };
    }
  }
  return null;
}

/** The user name fragments of a description: each one once. */
export function ufragsOf(description) {
  if (!isObject(description) || typeof description.sdp !== 'string') return [];
  const found = new Set();
  for (const [, ufrag] of description.sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)) found.add(ufrag);
  return [...found].slice(0, 64);
}

/** The media sections of a description: `audio`, `video`, `application`. */
export function sectionsOf(description) {
  if (!isObject(description) || typeof description.sdp !== 'string') return [];
  return Array.from(description.sdp.matchAll(/^m=(\w+)/gm), ([, kind]) => kind).slice(0, 256);
}

/** The fragment to which a candidate belongs: its own key, else the extension of its line, else null. */
export function ufragOfCandidate(candidate) {
  if (!isObject(candidate)) return null;
  if (typeof candidate.usernameFragment === 'string' && candidate.usernameFragment) return candidate.usernameFragment;
  const [, ufrag] = / ufrag (\S+)/.exec(lineOf(candidate)) ?? [];
  return ufrag ?? null;
}

/** The candidate's line, or an empty text. */
export function lineOf(candidate) {
  const line = isObject(candidate) ? candidate.candidate : candidate;
  return typeof line === 'string' ? line : '';
}

/** `host`, `mdns` (a host candidate whose address is hidden behind a `.local` name), `srflx`, `prflx`, `relay`, or null. */
export function kindOfCandidate(candidate) {
  const line = lineOf(candidate);
  const [, address, kind] = /^(?:a=)?candidate:\S+ \d+ \S+ \d+ (\S+) \d+ typ (host|srflx|prflx|relay)/i.exec(line) ?? [];
  if (!kind) return null;
  return kind === 'host' && /\.local$/i.test(address) ? 'mdns' : kind.toLowerCase();
}
