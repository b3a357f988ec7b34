// Statistics (`getStats()`) as JSON: arrays or objects of reports, one or several of them.

import { ProbeWriter } from './probe-writer.js';

const TYPES = [
  'candidate-pair', 'local-candidate', 'remote-candidate', 'transport', 'inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'remote-outbound-rtp',
  'codec', 'certificate', 'peer-connection', 'data-channel', 'media-source', 'media-playout', 'track', 'stream', 'sender', 'receiver', 'csrc',
];

/** More snapshots than an hour has seconds. */
const MOST_SNAPSHOTS = 4000;

export function isStatsReport(value) {
  return typeof value === 'object' && value !== null && TYPES.includes(value.type);
}

/** @param {unknown[]} snapshots each an array of reports, of `[id, report]`, or an object of them */
export function readStats(snapshots) {
  const all = snapshots.slice(0, MOST_SNAPSHOTS).map(reportsOf);
  const writer = new ProbeWriter();
  writer.page('w1', { title: 'getStats' }, timeOf(all[0]));
  writer.connection('w1', 1, {}, timeOf(all[0]));
  for (const [place, reports] of all.entries()) {
    const time = timeOf(reports) || place * 1000;
    if (place === 0) writeSituation(writer, reports, time);
    writer.write('w1', 'stats', { pc: 1, ...figuresOf(reports) }, time);
  }
  const notes = [
    all.length > 1 ? `A getStats dump holds figures of ${all.length} moments, and nothing of how the connection came about.` : 'A getStats dump holds the figures of one moment, and nothing of how the connection came about.',
    'What the page called, the descriptions, and what the server and the other browser did are not in it.',
  ];
  return writer.finish(notes);
}

/** Of one moment: the candidates found so far, the channels, and whether there is a connection. */
function writeSituation(writer, reports, time) {
  for (const report of reports.filter(({ type }) => type === 'local-candidate').slice(0, 200)) {
    writer.write('w1', 'candidate', { pc: 1, candidate: candidateOf(report) }, time);
  }
  for (const { label, dataChannelIdentifier, state } of reports.filter(({ type }) => type === 'data-channel').slice(0, 200)) {
    const name = typeof label === 'string' ? label : '';
    writer.write('w1', 'channel', { pc: 1, label: name, id: numberOf(dataChannelIdentifier), local: false }, time);
    if (typeof state === 'string') writer.write('w1', 'channel-state', { pc: 1, label: name, state }, time);
  }
  const transport = reports.find(({ type }) => type === 'transport') ?? {};
  const pair = selectedPair(reports);
  const ice = typeof transport.iceState === 'string' ? transport.iceState : pair ? 'connected' : 'new';
  const connection = transport.dtlsState === 'connected' || (pair && !transport.dtlsState) ? 'connected' : ice === 'new' ? 'new' : 'connecting';
  writer.write('w1', 'states', { pc: 1, signaling: 'stable', ice, connection, gathering: 'complete' }, time);
}

/** @returns {any[]} */
export function reportsOf(snapshot) {
  const values = Array.isArray(snapshot) ? snapshot : Object.entries(snapshot ?? {});
  return values
    .map((value) => (Array.isArray(value) && typeof value[1] === 'object' && value[1] ? { id: value[0], ...value[1] } : value))
    .filter((report) => typeof report === 'object' && report && typeof report.type === 'string')
    .slice(0, 5000);
}

/** What the probe reports of statistics. @param {any[]} reports */
export function figuresOf(reports) {
  const byId = new Map(reports.map((report) => [report.id, report]));
  const transport = reports.find(({ type }) => type === 'transport') ?? {};
  const pair = selectedPair(reports);
  const local = byId.get(pair?.localCandidateId);
  const of = (wanted, kind) => reports.filter(({ type, kind: of, mediaType }) => type === wanted && (!kind || (of ?? mediaType) === kind));
  const sum = (list, name) => list.reduce((total, report) => total + numberOf(report[name]), 0);
  const level = of('inbound-rtp', 'audio').map(({ audioLevel }) => audioLevel).find(Number.isFinite);
  return {
    pair: pair ? { local: local?.candidateType ?? '', remote: byId.get(pair.remoteCandidateId)?.candidateType ?? '', protocol: local?.protocol ?? '' } : null,
    rtt: Number.isFinite(pair?.currentRoundTripTime) ? pair.currentRoundTripTime * 1000 : null,
    sent: numberOf(transport.bytesSent ?? pair?.bytesSent ?? sum(of('outbound-rtp'), 'bytesSent') + sum(of('data-channel'), 'bytesSent')),
    received: numberOf(transport.bytesReceived ?? pair?.bytesReceived ?? sum(of('inbound-rtp'), 'bytesReceived') + sum(of('data-channel'), 'bytesReceived')),
    framesSent: sum(of('outbound-rtp', 'video'), 'framesSent'),
    framesDecoded: sum(of('inbound-rtp', 'video'), 'framesDecoded'),
    audio: level === undefined ? null : { level },
  };
}

function selectedPair(reports) {
  const pairs = reports.filter(({ type }) => type === 'candidate-pair');
  const selected = reports.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId)?.selectedCandidatePairId;
  return pairs.find(({ id }) => selected && id === selected)
    ?? pairs.find((pair) => pair.selected === true)
    ?? pairs.find(({ state, nominated }) => state === 'succeeded' && nominated === true)
    ?? null;
}

/** A candidate's line, as far as its statistics say. */
function candidateOf(report) {
  const { foundation, protocol, priority, address, ip, port, candidateType, relatedAddress, relatedPort, tcpType, usernameFragment } = report;
  const word = (value, otherwise) => (['string', 'number'].includes(typeof value) && /^[^\s]{1,200}$/.test(String(value)) ? String(value) : otherwise);
  const related = relatedAddress ? ` raddr ${word(relatedAddress, '0.0.0.0')} rport ${word(relatedPort, '0')}` : '';
  const tcp = tcpType ? ` tcptype ${word(tcpType, 'active')}` : '';
  const line = `candidate:${word(foundation, '0')} 1 ${word(protocol, 'udp')} ${word(priority, '0')} ${word(address ?? ip, '0.0.0.0')} ${word(port, '0')} typ ${word(candidateType, 'host')}${related}${tcp}`;
  return { candidate: line, ...(typeof usernameFragment === 'string' ? { usernameFragment } : {}) };
}

function timeOf(reports) {
  const times = (reports ?? []).map(({ timestamp }) => timestamp).filter(Number.isFinite);
  return times.length ? times.reduce((most, time) => Math.max(most, time), 0) : 0;
}

function numberOf(value) {
  return Number.isFinite(value) && value >= 0 ? value : 0;
}
