// The format of rtcstats: one entry a line, `[method, connection, value, time]`. The script rtcstats.js sends it, its
// server stores it, and Chromium's webrtc-internals saves it with `RTCStatsDump` as its first line. There (file format
// 3) each time is the number of milliseconds since the entry before.

import { errorName, mediaKinds, readConstraints } from './media-log.js';
import { PcLog } from './pc-log.js';
import { ProbeWriter } from './probe-writer.js';
import { figuresOf, reportsOf } from './stats-dump.js';

const MOST_ENTRIES = 100_000;
const MOST_CONNECTIONS = 500;

/** Larger numbers are times of the clock (2001 and later), smaller ones differences. */
const OLDEST_TIME = 1e12;

const MEDIA = /^(?:navigator\.)?(?:mediaDevices\.)?get(User|Display)Media(OnSuccess|OnFailure)?$/;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEntry = (value) => Array.isArray(value) && typeof value[0] === 'string' && value.length >= 3 && Number.isFinite(value.at(-1));

/** @param {unknown[]} values */
export function isRtcstats(values) {
  const [first, second] = values;
  return isEntry(first) || (isObject(first) && 'fileFormat' in first && (values.length === 1 || isEntry(second)));
}

/** @param {unknown[]} values */
export function readRtcstats(values) {
  const writer = new ProbeWriter();
  const pages = new Map();
  const connections = new Map();
  const stats = new Map();
  const entries = values.filter(isEntry).slice(0, MOST_ENTRIES);
  let [time, agent, count] = [0, '', 0];

  const pageOf = (id, url) => {
    const frame = /^(\d+)-\d+$/.exec(id)?.[1] ?? '';
    if (!pages.has(frame)) pages.set(frame, { name: `w${pages.size + 1}`, connections: 0, calls: new Map() });
    const page = pages.get(frame);
    writer.page(page.name, { url: typeof url === 'string' ? url : '', userAgent: agent }, time);
    return page;
  };
  const connectionOf = (id, config, url) => {
    if (!connections.has(id)) {
      if (connections.size >= MOST_CONNECTIONS) return null;
      const page = pageOf(id, url);
      page.connections += 1;
      writer.connection(page.name, page.connections, config, time);
      connections.set(id, new PcLog(writer, page.name, page.connections));
    }
    return connections.get(id);
  };

  for (const [method, connection, ...rest] of entries) {
    const [value] = rest;
    const last = rest.at(-1);
    time = last >= OLDEST_TIME ? last : time + Math.max(0, last);
    const id = typeof connection === 'string' ? connection : '';
    const url = rest.slice(1).find((other) => typeof other === 'string' && /^https?:/.test(other));
    const media = MEDIA.exec(method);
    if (media) readMedia(writer, pageOf(id, url), media, rest, time);
    else if (method === 'create' && !id) agent = agentOf(value);
    else if (method === 'create') connectionOf(id, value, url);
    else if (!id) count += 1;
    else if (method.toLowerCase() === 'getstats') {
      const reports = merge(stats.get(id), value);
      stats.set(id, reports);
      connectionOf(id, {})?.stats(figuresOf(reportsOf(reports)), time);
    } else connectionOf(id, {})?.add(method, value, time);
  }
  for (const pc of connections.values()) pc.finish();
  const notes = ['An rtcstats dump shows one browser: what the server and the other browser did is not in it.'];
  const unknown = new Set([...connections.values()].flatMap((pc) => [...pc.unknown]));
  if (unknown.size) notes.push(`Entries of these types are left out: ${[...unknown].slice(0, 12).join(', ')}.`);
  if (count) notes.push(`${count} entries belong to no connection and are left out.`);
  return writer.finish(notes);
}

/** rtcstats.js sends only what has changed since the report before. */
function merge(before = {}, value) {
  if (!isObject(value)) return before;
  const merged = { ...before };
  for (const [id, report] of Object.entries(value).slice(0, 5000)) {
    if (isObject(report)) merged[id] = { ...merged[id], ...report };
  }
  return merged;
}

function readMedia(writer, page, [, kind, end], rest, time) {
  const isDisplay = kind === 'Display';
  const [value] = rest;
  const request = rest.slice(1).find((other) => typeof other === 'string' && other.startsWith('get')) ?? kind;
  if (!end) {
    page.calls.set(request, writer.nextCall(page.name));
    const constraints = readConstraints(isObject(value) ? value : {});
    writer.write(page.name, 'media', { call: page.calls.get(request), constraints, ...(isDisplay ? { display: true } : {}) }, time);
    return;
  }
  const call = page.calls.get(request) ?? writer.nextCall(page.name);
  const ok = end === 'OnSuccess';
  const tracks = Array.isArray(value) ? value : Array.isArray(value?.tracks) ? value.tracks.map((track) => track?.kind) : [];
  const error = { name: errorName(textOf(isObject(value) ? value.error : value)), message: textOf(value?.error_message) };
  writer.write(page.name, 'media-result', { call, ok, error: ok ? null : error, kinds: ok ? mediaKinds(tracks) : [] }, time);
}

/** Chromium says brand and version, and not the whole user agent. */
function agentOf(value) {
  const brands = Array.isArray(value?.userAgentData?.brands) ? value.userAgentData.brands : [];
  const words = brands.filter(isObject).map(({ brand, version }) => `${textOf(brand)} ${textOf(version)}`);
  return words.slice(0, 5).join(', ') || textOf(value?.userAgent);
}

function textOf(value) {
  return typeof value === 'string' ? value.slice(0, 500) : '';
}
