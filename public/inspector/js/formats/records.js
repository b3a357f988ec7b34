// The records of a recording, checked field by field: a field of another type than the server sends is left out, and
// a record that lacks what it cannot be without. Fields that are not known here stay: a later server may add some.

/** More than any ring of the server holds. */
const MOST_RECORDS = 500_000;

/** Browsers' dumps, which the page opens as well. */
const DUMPS = ['webrtc-internals', 'getstats'];

/** The largest numbers that are shown. */
const LARGEST = Number.MAX_SAFE_INTEGER;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value) => typeof value === 'string';
const scalar = (value) => ['string', 'number', 'boolean'].includes(typeof value);
const flag = (value) => typeof value === 'boolean';
const count = (value) => Number.isFinite(value) && value >= 0 && value <= LARGEST;
const orNull = (check) => (value) => value === null || check(value);
const list = (check) => (value) => Array.isArray(value) && value.every(check);
const any = () => true;
/** An object whose members, where they are there, pass these checks. */
const shape = (checks) => (value) => isObject(value) && Object.entries(checks).every(([name, check]) => value[name] === undefined || check(value[name]));
const description = shape({ type: text, sdp: text });

/**
 * Fields by kind; those with `required` make the record unusable if they are missing or of another type.
 * @type {Record<string, any>}
 */
const FIELDS = {
  connect: { required: { client: text }, userName: text, as: text, transport: text, lobby: text, back: flag, from: text },
  upgrade: { required: { client: text } },
  disconnect: { required: { client: text }, end: text, offers: list(text) },
  reject: { required: {}, as: text, userName: orNull(text), code: text, message: text, origin: orNull(text), from: text },
  receive: { required: { client: text, event: text }, size: count, ack: orNull(scalar), payload: any, binary: count, unread: flag, unknown: flag },
  reply: { required: { client: text, to: count }, event: text, ack: orNull(scalar), size: count, payload: any },
  refuse: { required: { client: text }, to: orNull(count), event: text, code: text, message: text },
  outcome: {
    required: { client: text }, to: orNull(count), offered: text, answered: text, offerer: text, candidates: count, renegotiated: text,
    declined: text, ended: list(text), joined: text, peerId: text, ignored: flag,
  },
  send: { required: { event: text }, to: list(text), lobby: text, except: list(text), size: count, payload: any, cause: orNull(count) },
  probe: {
    required: { page: text, what: text }, from: text, age: count, id: text, pc: count, call: count, path: text, title: text, secure: flag,
    userAgent: text, camera: flag, own: flag, base: text, config: shape({ iceServers: list(text) }), method: text, args: any, state: text, senders: count, mlines: count,
    ok: flag, error: orNull(shape({ name: text, message: text })), sdp: orNull(description), signaling: text, ice: text, connection: text, gathering: text, candidate: orNull(shape({ candidate: text, sdpMid: orNull(text), sdpMLineIndex: orNull(count), usernameFragment: orNull(text) })),
    url: orNull(text), code: (value) => text(value) || Number.isFinite(value), text: orNull(text), trackKind: text, muted: flag, local: flag,
    event: text, enabled: flag, label: text, constraints: any, display: flag, kinds: list(text), pair: orNull(shape({ local: text, remote: text, protocol: text })), rtt: orNull(count),
    sent: count, received: count, framesSent: count, framesDecoded: count, audio: orNull(shape({ level: orNull(count) })), videos: list(isObject), message: text,
    source: orNull(text), line: orNull(count), hidden: flag,
  },
  chaos: { required: {}, lobby: text, set: orNull(isObject), did: text, to: text, event: text, cut: text, seconds: count },
  clear: { required: {} },
  stop: { required: {} },
};

/** The kinds of records that are read. */
export const KINDS = Object.keys(FIELDS);

/** @param {unknown} server @param {boolean} masked @param {unknown[]} values */
export function readRecords(server, masked, values) {
  const records = [];
  let [broken, unknown, last] = [0, 0, 0];
  for (const value of values.slice(0, MOST_RECORDS)) {
    const record = readRecord(value);
    if (record === undefined) unknown += 1;
    else if (record === null || record.n <= last) broken += 1;
    else {
      last = record.n;
      records.push(record);
    }
  }
  const notes = [];
  if (broken) notes.push(`${numbered(broken, 'record')} could not be read and ${broken === 1 ? 'is' : 'are'} left out.`);
  if (unknown) notes.push(`${numbered(unknown, 'record')} of kinds that this inspector does not know ${unknown === 1 ? 'is' : 'are'} left out.`);
  if (values.length > MOST_RECORDS) notes.push(`The file holds ${values.length} records; the first ${MOST_RECORDS} are read.`);
  return { header: headerOf(server, masked), records, notes };
}

/** JSON lines, as `/inspector/events` sends them: the header first. */
export function readFeedLines([header, ...values]) {
  return readRecords(header, header.masked !== false, values);
}

/** @returns {object | null | undefined} null: broken; undefined: of an unknown kind */
function readRecord(value) {
  if (!isObject(value) || !Number.isSafeInteger(value.n) || value.n < 1 || !count(value.at) || !text(value.kind)) return null;
  if (!Object.hasOwn(FIELDS, value.kind)) return undefined;
  const { required, ...optional } = FIELDS[value.kind];
  for (const [name, check] of Object.entries(required)) {
    if (!Object.hasOwn(value, name) || !check(value[name])) return null;
  }
  const { n, at, kind } = value;
  const members = Object.entries(value).filter(([name, member]) => !Object.hasOwn(optional, name) || optional[name](member));
  return { n, at, kind, ...Object.fromEntries(members) };
}

/** What the page shows of the server: a file's header may lack anything. */
function headerOf(server, masked) {
  const { version, startedAt, now, folder, chaos, dump } = isObject(server) ? server : /** @type {any} */ ({});
  return {
    kind: 'server',
    format: 1,
    version: text(version) ? version.slice(0, 40) : '',
    startedAt: count(startedAt) ? startedAt : 0,
    now: count(now) ? now : 0,
    masked,
    folder: folder === true,
    chaos: chaos === true,
    // A dump that was opened here and saved again.
    ...(DUMPS.includes(dump) ? { dump } : {}),
  };
}

function numbered(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
