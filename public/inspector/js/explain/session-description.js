// Reads a session description (SDP, RFC 8866) into its sections and what is asked most often about them. Whatever a
// page sends as a description, this gives a result.

/** More lines and longer ones than any browser writes: the rest is left out. */
const MOST_LINES = 4000;
const LONGEST_LINE = 2000;

const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** Payload types that need no rtpmap (RFC 3551). */
const STATIC_CODECS = { 0: 'PCMU', 3: 'GSM', 8: 'PCMA', 9: 'G722', 13: 'CN' };

/**
 * @typedef {{text: string, type: string, name: string, value: string}} Line `a=name:value`; other types have no name
 * @typedef {{name: string, clock: string, channels: string, parameters: string}} Codec
 *
 * @typedef {object} Section the lines before the first `m=`, or those of one m-section
 * @property {Line[]} lines
 * @property {string} kind `session`, or audio, video, application …
 * @property {number} index of the m-section; -1
 * @property {string} mid
 * @property {number | null} port
 * @property {string[]} payloads in the order of preference
 * @property {Map<string, Codec>} codecs by payload type
 * @property {string | null} direction
 * @property {string | null} setup
 * @property {string | null} ufrag
 * @property {string[]} fingerprints
 * @property {string[]} candidates
 * @property {boolean} isRejected
 *
 * @typedef {object} Parsed
 * @property {string} type offer, answer, pranswer, rollback, or ''
 * @property {Section} session
 * @property {Section[]} media
 * @property {string} browser
 * @property {string} id of the session, by which two descriptions of one connection are recognised
 * @property {string[][]} bundles
 * @property {number} linesLeftOut
 */

/**
 * @param {unknown} description `{type, sdp}`, or the text alone
 * @returns {Parsed}
 */
export function parseDescription(description) {
  const { type, sdp } = typeof description === 'object' && description ? /** @type {any} */ (description) : { type: '', sdp: description };
  const texts = (typeof sdp === 'string' ? sdp : '').split(/\r\n|\r|\n/).filter((text) => text !== '');
  const sections = [[]];
  for (const text of texts.slice(0, MOST_LINES)) {
    if (text.startsWith('m=')) sections.push([]);
    sections.at(-1).push(lineOf(text.slice(0, LONGEST_LINE)));
  }
  const [session, ...media] = sections.map((lines, number) => sectionOf(lines, number - 1));
  const [, origin = '', id = ''] = /^(\S+) (\S+)/.exec(valueOf(session, 'o')) ?? [];
  const bundles = valuesOf(session, 'group').filter((value) => value.startsWith('BUNDLE')).map((value) => value.split(' ').slice(1));
  return {
    type: typeof type === 'string' ? type : '',
    session,
    media,
    browser: origin.startsWith('mozilla') ? 'Firefox' : '',
    id: `${origin} ${id}`.trim(),
    bundles,
    linesLeftOut: Math.max(0, texts.length - MOST_LINES),
  };
}

/** @returns {Line} */
function lineOf(text) {
  const [, type = '', rest = ''] = /^([a-z])=(.*)$/s.exec(text) ?? [];
  if (type !== 'a') return { text, type, name: '', value: type ? rest : text };
  const [, name, value = ''] = /^([^:]*)(?::(.*))?$/s.exec(rest);
  return { text, type, name, value };
}

/** @returns {Section} */
function sectionOf(lines, index) {
  const [, kind = '', port = '', payloads = ''] = index < 0 ? [null, 'session'] : /^(\S+) (\d+)\S* \S+ ?(.*)$/.exec(lines[0].value) ?? [];
  const section = { lines, index, kind: kind || 'unreadable', port: port ? Number(port) : null, payloads: payloads.split(' ').filter(Boolean) };
  const last = (name) => valuesOf(section, name).at(-1) ?? null;
  return {
    ...section,
    mid: last('mid') ?? '',
    codecs: codecsOf(section),
    direction: lines.findLast(({ type, name }) => type === 'a' && DIRECTIONS.includes(name))?.name ?? null,
    setup: last('setup'),
    ufrag: last('ice-ufrag'),
    fingerprints: valuesOf(section, 'fingerprint'),
    candidates: valuesOf(section, 'candidate'),
    isRejected: port === '0' && !lines.some(({ name }) => name === 'bundle-only'),
  };
}

/** @returns {Map<string, Codec>} */
function codecsOf(section) {
  const codecs = new Map();
  const codec = (payload) => {
    if (!codecs.has(payload)) codecs.set(payload, { name: STATIC_CODECS[payload] ?? '', clock: '', channels: '', parameters: '' });
    return codecs.get(payload);
  };
  if (section.kind === 'audio' || section.kind === 'video') for (const payload of section.payloads) codec(payload);
  for (const value of valuesOf(section, 'rtpmap')) {
    const [, payload, name, clock, channels = ''] = /^(\d+) ([^/]+)\/(\d+)(?:\/(\d+))?/.exec(value) ?? [];
    if (payload) Object.assign(codec(payload), { name, clock, channels });
  }
  for (const value of valuesOf(section, 'fmtp')) {
    const [, payload, parameters] = /^(\d+) (.*)$/.exec(value) ?? [];
    if (payload) codec(payload).parameters = parameters;
  }
  return codecs;
}

/** The values of an attribute (`mid`), in their order. */
export function valuesOf(section, name) {
  return section.lines.filter((line) => line.type === 'a' && line.name === name).map(({ value }) => value.trim());
}

/** The value of the first line of a type (`o`). */
export function valueOf(section, type) {
  return section.lines.find((line) => line.type === type)?.value ?? '';
}

/** A value that stands in the m-section, or for all of them before the first. */
export function inherited(parsed, section, property) {
  const own = section[property];
  const isThere = Array.isArray(own) ? own.length > 0 : own !== null && own !== '';
  return isThere ? own : parsed.session[property];
}
