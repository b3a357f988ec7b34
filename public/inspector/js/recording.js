// Files that hold a run: the inspector's own recordings, and dumps of browsers, read for what they hold. A file is a
// stranger's: it is parsed as JSON, its records are checked field by field, and nothing of it is ever run.

import { readFeedLines, readRecords } from './formats/records.js';
import { isRtcstats, readRtcstats } from './formats/rtcstats.js';
import { isStatsReport, readStats } from './formats/stats-dump.js';
import { readWebrtcInternals } from './formats/webrtc-internals.js';
import { maskRecord } from './mask.js';

/** The version of the file that this inspector writes, and the latest that it reads. */
export const VERSION = 1;

/** In characters. The server's ring is far smaller. */
export const LARGEST = 50_000_000;

/** Why a file cannot be opened: its message is a sentence for the user. */
export class RecordingError extends Error {
  name = 'RecordingError';
}

/**
 * @param {object | null} header the server's; `masked: false` keeps addresses and secrets
 * @param {object[]} records
 * @returns {string} the text of the file
 */
export function writeRecording(header, records) {
  const masked = header?.masked !== false;
  const lines = records.map((record) => JSON.stringify(masked ? maskRecord(record) : record));
  const server = JSON.stringify({ ...header, masked });
  return `{"switchboard":"recording","version":${VERSION},"masked":${masked},"server":${server},"records":[\n${lines.join(',\n')}\n]}\n`;
}

/**
 * @param {string} text
 * @returns {{kind: 'recording' | 'webrtc-internals' | 'getstats', header: object, records: object[], notes: string[]}}
 * @throws {RecordingError}
 */
export function readRecording(text) {
  if (typeof text !== 'string') throw new RecordingError('This is no text file.');
  if (text.length > LARGEST) throw new RecordingError(`This file is larger than ${LARGEST / 1e6} MB, more than the inspector opens.`);
  const content = text.replace(/^\uFEFF/, '').trim();
  if (!content) throw new RecordingError('This file is empty.');
  if (content.startsWith('<')) throw new RecordingError(htmlSentence(content));
  if (content.startsWith('RTCStatsDump')) return result('webrtc-internals', readRtcstats(linesOf(content)));

  const value = parse(content);
  if (value !== undefined) return readValue(value);
  const values = linesOf(content);
  if (isHeader(values[0])) return result('recording', readFeedLines(values));
  if (isRtcstats(values)) return result('webrtc-internals', readRtcstats(values));
  if (values.length && values.every((line) => isStats(line))) return result('getstats', readStats(values));
  throw new RecordingError('This file is no JSON, or only a part of it: the inspector cannot read it.');
}

/**
 * Reads a file as the browser gives it, also one that is compressed: Chromium compresses its dumps.
 * @param {Blob} file
 */
export async function readRecordingFile(file) {
  if (file.size > LARGEST) throw new RecordingError(`This file is larger than ${LARGEST / 1e6} MB, more than the inspector opens.`);
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b) return readRecording(await file.text());
  return readRecording(await decompress(file));
}

/** Stops as soon as too much has come out: a small file can hold endless zeros. */
async function decompress(file) {
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      if (text.length > LARGEST) break;
    }
  } catch {
    throw new RecordingError('This compressed file is damaged.');
  }
  reader.cancel().catch(() => {});
  throw new RecordingError(`What this file holds is larger than ${LARGEST / 1e6} MB, more than the inspector opens.`);
}

function readValue(value) {
  if (Array.isArray(value)) {
    if (isRtcstats([value])) return result('webrtc-internals', readRtcstats([value]));
    if (isRtcstats(value)) return result('webrtc-internals', readRtcstats(value));
    if (value.length && value.every((entry) => isStats(entry))) return result('getstats', readStats(value));
    if (isStats(value)) return result('getstats', readStats([value]));
  } else if (isObject(value)) {
    if ('switchboard' in value) return readOwn(value);
    if (isObject(value.PeerConnections)) return result('webrtc-internals', readWebrtcInternals(value));
    if (isHeader(value)) return result('recording', readFeedLines([value]));
    if (isStats(value)) return result('getstats', readStats([value]));
  }
  throw new RecordingError('This is JSON, but no recording of the inspector, no webrtc-internals dump and no getStats dump.');
}

function readOwn(value) {
  const { switchboard, version, server, records } = value;
  if (switchboard !== 'recording') throw new RecordingError('This is a file of Switchboard, but no recording.');
  if (!Number.isInteger(version) || version < 1) throw new RecordingError('This recording does not say which version of the format it has.');
  if (version > VERSION) {
    throw new RecordingError(`This recording was made by a later Switchboard (format ${version}; this one reads ${VERSION}). Open it there.`);
  }
  if (!Array.isArray(records)) throw new RecordingError('This recording is damaged: it has no list of records.');
  const masked = value.masked !== false;
  return result('recording', readRecords(server, masked, records));
}

function result(kind, { header, records, notes }) {
  const none = kind === 'recording' ? 'The recording holds no record.' : 'The dump holds nothing that the inspector can show.';
  const isDump = kind !== 'recording';
  return { kind, header: isDump ? { ...header, dump: kind } : header, records, notes: records.length ? notes : [none, ...notes] };
}

function htmlSentence(content) {
  return /about:webrtc|RTCPeerConnection|WebRTC/i.test(content.slice(0, 200_000))
    ? 'This is a web page, as Firefox’s about:webrtc saves it. The inspector does not open web pages; save the run with the inspector, or a dump with Chromium’s chrome://webrtc-internals.'
    : 'This is a web page or XML, and no recording.';
}

/** A line, an array or an object that holds the statistics of a connection at one time. */
function isStats(value) {
  if (Array.isArray(value)) return value.length > 0 && value.slice(0, 50).every((entry) => isStatsReport(Array.isArray(entry) ? entry[1] : entry));
  if (!isObject(value)) return false;
  const reports = Object.values(value);
  return reports.length > 0 && reports.slice(0, 50).every(isStatsReport);
}

const isHeader = (value) => isObject(value) && value.kind === 'server' && Number.isFinite(value.format);
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values of JSON lines; nothing if any but the last cannot be read: the last may have been cut off. */
function linesOf(content) {
  const lines = content.split('\n').map((line) => line.trim()).filter((line) => line && line !== 'RTCStatsDump');
  const values = [];
  for (const [place, line] of lines.entries()) {
    const value = parse(line);
    if (value === undefined) return place > 0 && place === lines.length - 1 ? values : [];
    values.push(value);
  }
  return values;
}
