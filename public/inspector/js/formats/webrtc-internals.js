// The dump of chrome://webrtc-internals: what one browser's connections did, and their statistics.

import { errorName, mediaKinds, readConstraints } from './media-log.js';
import { PcLog } from './pc-log.js';
import { ProbeWriter } from './probe-writer.js';
import { figuresOf } from './stats-dump.js';

const MOST_CONNECTIONS = 500;
const MOST_ENTRIES = 50_000;
/** One a second. */
const MOST_SNAPSHOTS = 4000;

/** The series of which the figures are made; a dump has hundreds of others. */
const MEMBERS = new Set([
  'bytesSent', 'bytesReceived', 'framesSent', 'framesDecoded', 'audioLevel', 'currentRoundTripTime', 'nominated', 'state', 'selected',
  'localCandidateId', 'remoteCandidateId', 'selectedCandidatePairId', 'candidateType', 'protocol', 'kind', 'mediaType', 'timestamp',
]);

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {any} dump */
export function readWebrtcInternals(dump) {
  const writer = new ProbeWriter();
  const pages = new Map();
  const agent = typeof dump.UserAgent === 'string' ? dump.UserAgent : '';
  const entries = Object.entries(dump.PeerConnections).filter(([, log]) => isObject(log)).slice(0, MOST_CONNECTIONS);
  const media = Array.isArray(dump.getUserMedia) ? dump.getUserMedia.filter(isObject).slice(0, 1000) : [];
  const start = earliest(entries, media);

  const pageOf = (frame, url, time) => {
    const key = `${frame}`;
    if (!pages.has(key)) pages.set(key, { name: `w${pages.size + 1}`, connections: 0 });
    const page = pages.get(key);
    writer.page(page.name, { userAgent: agent, url: typeof url === 'string' ? url : '' }, time);
    return page;
  };
  const requests = new Map();
  for (const entry of media) readMedia(writer, pageOf(entry.rid ?? entry.pid, entry.url ?? entry.origin, start).name, entry, requests);

  const unknown = new Set();
  let hasErrors = false;
  for (const [key, log] of entries) {
    const page = pageOf(/^(\d+)-\d+$/.exec(key)?.[1] ?? log.pid, log.url, start);
    page.connections += 1;
    const updates = Array.isArray(log.updateLog) ? log.updateLog.filter(isObject).slice(0, MOST_ENTRIES) : [];
    writer.connection(page.name, page.connections, parse(log.rtcConfiguration), timeOf(updates[0]) || start);
    const pc = new PcLog(writer, page.name, page.connections);
    for (const update of updates) pc.add(String(update.type ?? ''), update.value, timeOf(update));
    for (const { time, figures } of snapshotsOf(log.stats)) pc.stats(figures, time);
    pc.finish();
    for (const type of pc.unknown) unknown.add(type);
    hasErrors ||= pc.hasErrors;
  }
  const notes = [
    'A webrtc-internals dump shows one browser: what the server and the other browser did is not in it.',
    'Chromium leaves out connections that were closed before the dump was saved.',
  ];
  if (hasErrors) notes.push('It holds the texts of errors, but not their names: they are guessed.');
  if (unknown.size) notes.push(`Entries of these types are left out: ${[...unknown].slice(0, 12).join(', ')}.`);
  return writer.finish(notes);
}

/** @param {Map<string, number>} requests the calls that wait for their results */
function readMedia(writer, page, entry, requests) {
  const isDisplay = entry.request_type === 'getDisplayMedia';
  const id = `${page} ${entry.request_id}`;
  const isResult = 'error' in entry || 'stream_id' in entry;
  if (!isResult) {
    requests.set(id, writer.nextCall(page));
    writer.write(page, 'media', { call: requests.get(id), constraints: readConstraints(entry), ...(isDisplay ? { display: true } : {}) }, timeOf(entry));
    return;
  }
  const call = requests.get(id) ?? writer.nextCall(page);
  const error = 'error' in entry ? { name: errorName(textOf(entry.error)), message: textOf(entry.error_message) } : null;
  const kinds = ['audio', 'video'].filter((kind) => isObject(parse(entry[`${kind}_track_info`])));
  writer.write(page, 'media-result', { call, ok: !error, error, kinds: error ? [] : mediaKinds(kinds) }, timeOf(entry));
}

/** Series of values become snapshots; a series that began later has fewer values. */
function snapshotsOf(stats) {
  if (!isObject(stats)) return [];
  const series = [];
  for (const [key, entry] of Object.entries(stats).slice(0, 20_000)) {
    const place = key.lastIndexOf('-');
    const name = key.slice(place + 1);
    if (!isObject(entry) || place < 1 || !MEMBERS.has(name)) continue;
    const values = Array.isArray(entry.values) ? entry.values : parse(entry.values);
    if (!Array.isArray(values) || !values.length) continue;
    series.push({ id: key.slice(0, place), name, type: entry.statsType, values, end: Date.parse(entry.endTime), start: Date.parse(entry.startTime) });
  }
  if (!series.length) return [];
  const longest = series.reduce((most, one) => (one.values.length > most.values.length ? one : most));
  const count = Math.min(longest.values.length, MOST_SNAPSHOTS);
  const step = longest.values.length > 1 && longest.end > longest.start ? (longest.end - longest.start) / (longest.values.length - 1) : 1000;
  return Array.from({ length: count }, (unused, place) => {
    const fromEnd = count - place;
    const reports = new Map();
    for (const { id, name, type, values } of series) {
      const value = values.at(-fromEnd);
      if (values.length < fromEnd) continue;
      const report = reports.get(id) ?? { id, type };
      report[name] = value;
      reports.set(id, report);
    }
    return { time: longest.end - (fromEnd - 1) * step, figures: figuresOf([...reports.values()]) };
  });
}

function earliest(entries, media) {
  const times = entries.flatMap(([, { updateLog }]) => (Array.isArray(updateLog) ? timeOf(updateLog[0]) : 0)).concat(media.map(timeOf)).filter((time) => time > 0);
  return times.length ? times.reduce((least, time) => Math.min(least, time)) : 0;
}

/** Since 2023 a number; before, a date in words. */
function timeOf(entry) {
  const time = entry?.timestamp ?? entry?.time;
  return Number.isFinite(time) ? time : Date.parse(time) || 0;
}

function textOf(value) {
  return typeof value === 'string' ? value.slice(0, 500) : '';
}

function parse(text) {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
