// Words for what the timeline shows: times, sizes, names, and what a page's probe reports.

/** Milliseconds as a student reads them: `0.412`, `1:02.431`, `2:13:02.431`. */
export function timeWords(ms) {
  const total = Math.max(0, Math.round(ms));
  const rest = (total % 60_000) / 1000;
  const minutes = Math.floor(total / 60_000);
  if (!minutes) return rest.toFixed(3);
  const seconds = rest.toFixed(3).padStart(6, '0');
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${String(minutes % 60).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** A duration: `0.4 ms`, `12 ms`, `2.4 s`, `12 s`, `3 min`. */
export function durationWords(ms) {
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

export function sizeWords(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const NUMBERS = new Intl.NumberFormat('en');

/** A time that is left, as `9:59`. */
export function clock(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export const countWords = (count, one, many = `${one}s`) => `${NUMBERS.format(count)} ${count === 1 ? one : many}`;

/** How a client is connected. */
export function linkWords({ as, transport }) {
  const kind = { socketio: 'Socket.IO', rooms: 'WebSocket, rooms', pairs: 'WebSocket, pairs', gst: 'WebSocket, streams', page: 'dump' }[as] ?? String(as ?? '');
  const isSocketio = as === 'socketio' && transport;
  return kind + (isSocketio ? (transport === 'polling' ? ' over long-polling' : ' over WebSocket') : '');
}

/** The same for the narrow head of a lane. */
export const shortLinkWords = ({ as }) =>
  ({ socketio: 'Socket.IO', rooms: 'WebSocket', pairs: 'pairs', gst: 'streams', page: 'dump' }[as] ?? textOf(as));

export const END_WORDS = {
  closed: 'left',
  unconfirmed: 'left, or its connection broke',
  broken: 'lost its connection',
};

/** Text that a stranger's file may hold in any place: short, and a text. */
export function textOf(value, longest = 200) {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value) ?? '';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/**
 * What a record of a page's probe says.
 * @returns {{title: string, note: string, tone: 'plain'|'soft'|'bad'|'good'}}
 */
export function probeWords(record, before) {
  const of = record.pc > 1 ? `connection ${record.pc}` : '';
  const say = (title, note = '', tone = 'plain') => ({ title, note: [note, of].filter(Boolean).join(' · '), tone });
  switch (record.what) {
    case 'page':
      return say('page', `${textOf(record.path)} opened${record.secure === false ? ', not secure' : ''}`, record.secure === false ? 'bad' : 'plain');
    case 'gone':
      return say('page', 'closed or reloaded', 'soft');
    case 'pc':
      return say('new RTCPeerConnection', serversWords(record.config));
    case 'call':
      return say(`${textOf(record.method)}(${argumentWords(record)})`);
    case 'result':
      return record.ok ? say(textOf(record.method), 'done', 'good') : say(textOf(record.method), errorWords(record.error), 'bad');
    case 'states':
      return statesWords(record, before, say);
    case 'candidate':
      return record.candidate ? say('onicecandidate', candidateKind(record.candidate), 'soft') : say('onicecandidate', 'gathering complete', 'soft');
    case 'candidate-error':
      return say('onicecandidateerror', `${textOf(record.code)} ${textOf(record.text)}`, 'bad');
    case 'track':
      return say('ontrack', `${trackKind(record)}${record.muted ? ', muted' : ''}`, 'good');
    case 'track-state':
      return say(`track ${textOf(record.event)}`, `${record.local ? 'own' : 'remote'} ${trackKind(record)}`);
    case 'channel':
      return say(record.local ? 'createDataChannel' : 'ondatachannel', textOf(record.label));
    case 'channel-state':
      return say(`channel ${textOf(record.state)}`, textOf(record.error ?? record.label), record.state === 'error' ? 'bad' : record.state === 'open' ? 'good' : 'plain');
    case 'media':
      return say(record.display ? 'getDisplayMedia' : 'getUserMedia', textOf(record.constraints));
    case 'media-result':
      return record.ok ? say('getUserMedia', [record.kinds].flat().map((kind) => textOf(kind)).join(', '), 'good') : say('getUserMedia', errorWords(record.error), 'bad');
    case 'stats':
      return say('getStats', statsWords(record), 'soft');
    case 'elements':
      return say('video elements', elementsWords(record.videos), 'soft');
    case 'error':
    case 'rejection':
      return say(record.what === 'error' ? 'Error' : 'Unhandled rejection', textOf(record.message), 'bad');
    case 'visibility':
      return say('page', record.hidden ? 'in the background' : 'in front', 'soft');
    default:
      return say(textOf(record.what));
  }
}

export const errorWords = (error) => [error?.name, error?.message].map((part) => textOf(part)).filter(Boolean).join(': ');

function serversWords(config) {
  const urls = [config?.iceServers].flat(2).map((server) => (typeof server === 'string' ? server : textOf(server?.urls)));
  return urls.filter(Boolean).join(', ') || 'no ICE servers';
}

function argumentWords({ args }) {
  const [first] = Array.isArray(args) ? args : [];
  if (first === undefined || first === null) return '';
  if (typeof first !== 'object') return textOf(first, 40);
  return textOf(first.type ?? first.kind ?? first.label ?? (first.candidate !== undefined ? candidateKind(first) : ''), 40);
}

function statesWords(record, before, say) {
  const machines = { signaling: 'signaling', ice: 'ICE', connection: 'connection', gathering: 'gathering' };
  const known = before ?? { signaling: 'stable', ice: 'new', connection: 'new', gathering: 'new' };
  const changed = Object.keys(machines).filter((key) => textOf(record[key]) !== textOf(known[key]));
  const shown = (changed.length ? changed : ['connection']).map((key) => `${machines[key]} ${textOf(record[key])}`);
  const values = changed.map((key) => record[key]);
  const tone = values.includes('failed') ? 'bad' : values.includes('connected') ? 'good' : 'plain';
  return say('state', shown.join(', '), tone);
}

export function candidateKind(candidate) {
  const line = textOf(candidate?.candidate ?? candidate, 400);
  if (!line) return 'end of candidates';
  const kind = / typ (\w+)/.exec(line)?.[1] ?? '';
  const protocol = /^\S+ \d+ (\w+)/.exec(line)?.[1]?.toLowerCase() ?? '';
  return [kind, protocol].filter(Boolean).join(' ') || line.slice(0, 40);
}

function statsWords({ pair, rtt, framesDecoded }) {
  const parts = [];
  if (pair) parts.push(`${textOf(pair.local)} ↔ ${textOf(pair.remote)} ${textOf(pair.protocol)}`);
  if (Number.isFinite(rtt)) parts.push(`${Math.round(rtt)} ms`);
  if (Number.isFinite(framesDecoded)) parts.push(`${framesDecoded} frames`);
  return parts.join(' · ');
}

function elementsWords(videos) {
  const all = [videos].flat().filter((video) => video && typeof video === 'object');
  const playing = all.filter((video) => video.hasStream && !video.paused);
  return `${playing.length} of ${all.length} playing${all.some(({ blocked }) => blocked) ? ', blocked' : ''}`;
}

/** `kind` is that of the record. */
const trackKind = (record) => textOf(record.trackKind ?? record.track ?? record.media);
