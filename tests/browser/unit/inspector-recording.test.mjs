// Files that the inspector writes and opens. The dumps are real ones: of Chromium 156 (chrome://webrtc-internals, both
// formats, as it saves them) and of `JSON.stringify([...await pc.getStats()])` in Chromium 156 and Firefox 153.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';

import { KINDS } from '../../../public/inspector/js/formats/records.js';
import {
  LARGEST, RecordingError, VERSION, readRecording, readRecordingFile, writeRecording,
} from '../../../public/inspector/js/recording.js';
import { diagnose } from '../../../public/inspector/js/rules/index.js';
import { Run } from '../../../public/inspector/js/run.js';
import { stepsOf } from '../../../public/inspector/js/steps.js';
import { goodCall, Script } from '../support/inspector-run.mjs';

const fixture = (name) => readFileSync(new URL(`../fixtures/inspector/${name}`, import.meta.url));
const textOf = (name) => (name.endsWith('.gz') ? gunzipSync(fixture(name)) : fixture(name)).toString();

const HEADER = { kind: 'server', format: 1, version: '0.9.0', startedAt: 1_795_000_000_000, now: 9000, masked: true, folder: true, chaos: false };

function goodRecords() {
  const script = new Script();
  const [ann, bob] = ['Ann', 'Bob'].map((name) => script.person(name).arrive());
  goodCall(ann, bob);
  return script.records;
}

function runOf({ header, records }) {
  const run = new Run(header);
  for (const record of records) run.add(record);
  return run;
}

function refusal(text) {
  try {
    readRecording(text);
  } catch (error) {
    assert.ok(error instanceof RecordingError, String(error));
    assert.match(error.message, /^[A-Z].*\.$/s, 'a sentence');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'it was read' });
}

// --- The inspector's own files ---

test('what is written is read again, and makes the same run', () => {
  const records = goodRecords();
  const { kind, header, records: read, notes } = readRecording(writeRecording({ ...HEADER, masked: false }, records));
  assert.equal(kind, 'recording');
  assert.deepEqual(read, JSON.parse(JSON.stringify(records)));
  assert.deepEqual(header, { ...HEADER, masked: false });
  assert.deepEqual(notes, []);
  const run = runOf({ header, records: read });
  assert.equal(stepsOf(run, run.calls[0]).filter(({ state }) => state === 'done').length, 23);
});

test('a file is masked unless the header says otherwise', () => {
  const records = [{ n: 1, at: 1, kind: 'receive', client: 'c', event: 'newOffer', payload: [{ type: 'offer', sdp: 'a=ice-pwd:topsecret\r\na=candidate:1 1 udp 1 192.168.1.7 5 typ host\r\n' }] }];
  for (const header of [HEADER, {}, null, { masked: undefined }]) {
    const text = writeRecording(header, records);
    assert.doesNotMatch(text, /topsecret|192\.168/);
    assert.equal(JSON.parse(text).masked, true);
  }
  assert.match(writeRecording({ ...HEADER, masked: false }, records), /topsecret/);
});

test('the file has the documented form', () => {
  const value = JSON.parse(writeRecording(HEADER, [{ n: 1, at: 0.5, kind: 'stop' }]));
  assert.deepEqual(value, { switchboard: 'recording', version: VERSION, masked: true, server: HEADER, records: [{ n: 1, at: 0.5, kind: 'stop' }] });
});

test('a file of a later version gets a sentence', () => {
  assert.match(refusal('{"switchboard":"recording","version":2,"records":[]}'), /later Switchboard \(format 2; this one reads 1\)/);
});

test('what is no recording gets a sentence of its own', () => {
  assert.match(refusal(''), /empty/);
  assert.match(refusal(' \n'), /empty/);
  assert.match(refusal('hello'), /no JSON/);
  assert.match(refusal('{"switchboard":"recording","version":1,"records":[{"n":1'), /no JSON, or only a part/);
  assert.match(refusal('{"switchboard":"recording","records":[]}'), /which version/);
  assert.match(refusal('{"switchboard":"recording","version":"1","records":[]}'), /which version/);
  assert.match(refusal('{"switchboard":"recording","version":1}'), /damaged/);
  assert.match(refusal('{"switchboard":"settings","version":1}'), /no recording/);
  for (const other of ['{}', '[]', '5', '"x"', 'null', 'true', '[1,2]', '[null]', '{"log":{"entries":[]}}']) assert.match(refusal(other), /no recording of the inspector/);
  assert.match(refusal('<!doctype html><html><h1>about:webrtc</h1></html>'), /Firefox’s about:webrtc/);
  assert.match(refusal('<svg xmlns="x"/>'), /web page or XML, and no recording/);
  assert.match(refusal(5), /no text file/);
  assert.match(refusal(' '.repeat(LARGEST + 1)), /larger than 50 MB/);
});

test('records that cannot be read are left out, counted, and never reach the run', () => {
  const good = { n: 5, at: 2, kind: 'connect', client: 'c', userName: 'Ann', as: 'socketio', transport: 'websocket', lobby: '', back: false, from: 'a1' };
  const odd = [
    null, 5, 'x', [], {}, { n: 0, at: 1, kind: 'stop' }, { n: 1.5, at: 1, kind: 'stop' }, { n: 1, at: -1, kind: 'stop' }, { n: 1, at: '1', kind: 'stop' },
    { n: 2, at: 1, kind: 'connect' }, { n: 2, at: 1, kind: 'connect', client: 5 }, { n: 3, at: 1, kind: 'probe', page: 'w1' }, { n: 3, at: 1, kind: 'reply', client: 'c' },
    good, { ...good, n: 5 }, { ...good, n: 4 },
  ];
  const unknown = [{ n: 6, at: 3, kind: 'constructor' }, { n: 7, at: 3, kind: 'later-kind' }];
  const { records, notes } = readRecording(JSON.stringify({ switchboard: 'recording', version: 1, server: null, records: [...odd, ...unknown] }));
  assert.deepEqual(records, [good]);
  assert.deepEqual(notes, ['15 records could not be read and are left out.', '2 records of kinds that this inspector does not know are left out.']);
});

test('fields of another type are left out, unknown ones stay', () => {
  const record = {
    n: 1, at: 1, kind: 'probe', page: 'w1', what: 'result', pc: '1', call: {}, ok: 'yes', error: { name: {} }, sdp: { type: 'offer', sdp: ['x'] },
    candidate: { candidate: 5 }, config: { iceServers: [{}] }, kinds: [1], state: 'stable', future: { a: 1 },
  };
  const { records } = readRecording(JSON.stringify({ switchboard: 'recording', version: 1, records: [record] }));
  assert.deepEqual(records, [{ n: 1, at: 1, kind: 'probe', page: 'w1', what: 'result', state: 'stable', future: { a: 1 } }]);
});

test('each kind of record that the server sends is read', () => {
  const documented = readFileSync(new URL('../../../docs/inspector-records.md', import.meta.url), 'utf8');
  const [, table] = /^\| kind \| fields \| meaning \|\n\|[-|]+\n((?:\|.*\n)+)/m.exec(documented);
  assert.deepEqual(Array.from(table.matchAll(/^\| `(\w+)` \|/gm), ([, kind]) => kind).sort(), [...KINDS].sort());
});

test('a header of a file that says nothing right becomes one that can be shown', () => {
  const { header } = readRecording('{"switchboard":"recording","version":1,"masked":false,"server":{"version":{},"startedAt":"x","folder":1,"dump":"x"},"records":[]}');
  assert.deepEqual(header, { kind: 'server', format: 1, version: '', startedAt: 0, now: 0, masked: false, folder: false, chaos: false });
});

test('JSON lines, as the server sends them, are a recording, also when the last one was cut off', () => {
  const records = goodRecords();
  const lines = [HEADER, ...records].map((value) => JSON.stringify(value)).join('\n');
  assert.equal(readRecording(`${lines}\n`).records.length, records.length);
  assert.equal(readRecording(lines.slice(0, -5)).records.length, records.length - 1);
  assert.equal(readRecording(JSON.stringify(HEADER)).records.length, 0);
});

test('a byte order mark does not matter', () => {
  assert.equal(readRecording(`\uFEFF${writeRecording(HEADER, [])}`).kind, 'recording');
});

test('names that a prototype has are data like any other', () => {
  const text = '{"switchboard":"recording","version":1,"records":[{"n":1,"at":1,"kind":"receive","client":"__proto__","event":"constructor","payload":[{"__proto__":{"polluted":true}}],"__proto__":{"x":1}}]}';
  const { records } = readRecording(text);
  assert.equal(runOf({ header: {}, records }).records.length, 1);
  assert.equal({}.polluted, undefined);
  assert.equal({}.x, undefined);
});

// --- Compressed files ---

test('a compressed file is opened, as Chromium saves its dumps', async () => {
  assert.equal((await readRecordingFile(new Blob([fixture('webrtc_internals_dump.gz')]))).kind, 'webrtc-internals');
  assert.equal((await readRecordingFile(new Blob([writeRecording(HEADER, [])]))).kind, 'recording');
});

test('a compressed file that is damaged, or holds too much, gets a sentence', async () => {
  const cut = fixture('webrtc_internals_dump.gz').subarray(0, 3000);
  await assert.rejects(readRecordingFile(new Blob([cut])), /^RecordingError: This compressed file is damaged\.$/);
  const zeros = gzipSync(Buffer.alloc(LARGEST + 1_000_000, 32));
  await assert.rejects(readRecordingFile(new Blob([zeros])), /^RecordingError: What this file holds is larger than 50 MB/);
});

// --- Dumps of Chromium ---

const dumps = { 'webrtc_internals_dump.gz': 'webrtc-internals', 'rtcstats_dump.gz': 'webrtc-internals' };

for (const [name, kind] of Object.entries(dumps)) {
  test(`${name} shows both connections: calls, results, states, candidates, channel, statistics`, () => {
    const dump = readRecording(textOf(name));
    assert.equal(dump.kind, kind);
    assert.equal(dump.header.dump, kind);
    assert.equal(dump.header.masked, false);
    assert.ok(dump.header.startedAt > 1.79e12);
    const run = runOf(dump);
    assert.equal(run.ignored, 0);
    assert.deepEqual([...run.pages.keys()], ['w1']);
    const [page] = run.pages.values();
    assert.deepEqual(page.media.map(({ result }) => result.ok), [true, false]);
    assert.deepEqual(page.media[0].result.kinds, ['audio']);
    assert.deepEqual(page.media[1].constraints, { video: { width: { exact: 99999 } } });
    // Chromium writes OverConstrainedError there.
    assert.equal(page.media[1].result.error.name, 'OverconstrainedError');
    const [one, other] = page.pcs.values();
    assert.deepEqual(one.config.iceServers, ['stun:127.0.0.1:3478', 'turn:127.0.0.1:3478']);
    const methods = (pc) => pc.methods.map(({ method, result }) => `${method} ${result.ok ? 'ok' : result.error.name}`);
    assert.deepEqual(methods(one).slice(0, 7), [
      'addTrack ok', 'createDataChannel ok', 'createOffer ok', 'setLocalDescription ok', 'setRemoteDescription ok', 'setRemoteDescription InvalidStateError', 'addIceCandidate ok',
    ]);
    assert.deepEqual(methods(other).slice(0, 4), ['addIceCandidate InvalidStateError', 'setRemoteDescription ok', 'createAnswer ok', 'setLocalDescription ok']);
    for (const pc of [one, other]) {
      assert.deepEqual(pc.states, { signaling: 'stable', ice: 'connected', connection: 'connected', gathering: 'complete' });
      assert.ok(pc.candidates.length > 0 && pc.gathered);
      assert.deepEqual(pc.channels.map(({ label }) => label), ['chat']);
      assert.deepEqual(pc.stats.pair, { local: 'host', remote: 'host', protocol: 'udp' });
      assert.ok(pc.stats.sent > 0 && pc.stats.received > 0);
    }
    assert.deepEqual(other.tracks.map(({ track }) => track), ['audio']);
  });

  test(`the steps of ${name} are ticked, the server's inferred`, () => {
    const run = runOf(readRecording(textOf(name)));
    assert.equal(run.calls.length, 1);
    assert.equal(run.calls, run.calls, 'the same list as long as nothing is added');
    const steps = stepsOf(run, run.calls[0]);
    const numbers = (wanted) => steps.filter(wanted).map(({ number }) => number);
    // The page answered without a track of its own.
    assert.deepEqual(numbers(({ state }) => state !== 'done'), ['14']);
    assert.deepEqual(numbers(({ hollow }) => hollow), ['8', '9', '10', '11', '19', '21']);
  });

  test(`what went wrong in ${name} is named, and nothing about the server`, () => {
    const run = runOf(readRecording(textOf(name)));
    assert.deepEqual(diagnose(run, run.at).map(({ rule }) => rule), ['camera-refused']);
  });

  test(`a part of ${name} is refused or read, never an error of another kind`, () => {
    const text = textOf(name);
    for (let size = 1; size < text.length; size += 1500) {
      try {
        runOf(readRecording(text.slice(0, size)));
      } catch (error) {
        assert.ok(error instanceof RecordingError, error.stack);
      }
    }
  });
}

test('a closed connection is in Chromium’s rtcstats dump', () => {
  const run = runOf(readRecording(textOf('rtcstats_dump.gz')));
  assert.equal(run.calls[0].state, 'ended');
});

test('a dump that is saved is masked, and shows the same call when it is opened again', () => {
  const dump = readRecording(textOf('webrtc_internals_dump.gz'));
  const text = writeRecording({ ...dump.header, masked: true }, dump.records);
  assert.doesNotMatch(text, /192\.0\.2\.2|fd00::2/);
  const [one, other] = [runOf(dump), runOf(readRecording(text))];
  assert.deepEqual(stepsOf(other, other.calls[0]), stepsOf(one, one.calls[0]));
});

test('dumps say what they do not hold', () => {
  for (const name of Object.keys(dumps)) assert.match(readRecording(textOf(name)).notes.join(' '), /shows one browser: what the server and the other browser did is not in it/);
  assert.match(readRecording(textOf('getstats-firefox.json')).notes.join(' '), /nothing of how the connection came about/);
});

test('a dump of before 2024, with dates and values in words, is read', () => {
  const at = (second) => `1/2/2024, 10:00:${String(second).padStart(2, '0')} AM`;
  const log = [
    { time: at(1), type: 'createOffer', value: 'options: {}' },
    { time: at(2), type: 'createOfferOnSuccess', value: 'type: offer, sdp: v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:abcd\r\n' },
    { time: at(3), type: 'setLocalDescription', value: 'type: offer, sdp: v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:abcd\r\n' },
    { time: at(3), type: 'signalingStateChange', value: 'have-local-offer' },
    { time: at(4), type: 'setLocalDescriptionOnSuccess', value: '' },
    { time: at(5), type: 'icecandidate', value: 'sdpMid: 0, sdpMLineIndex: 0, candidate: candidate:1 1 udp 5 192.0.2.2 5000 typ host' },
    { time: at(6), type: 'icecandidateerror', value: 'url: stun:stun.example.org:3478, address: 192.0.2.x:0, error_text: STUN host lookup received error., error_code: 701' },
    { time: at(7), type: 'somethingElse', value: '' },
  ];
  const dump = readRecording(JSON.stringify({ PeerConnections: { '1-1': { rtcConfiguration: '{ iceServers: [] }', url: 'http://192.0.2.2/x', updateLog: log } }, UserAgent: 'Chrome/100' }));
  const [page] = runOf(dump).pages.values();
  const pc = page.pcs.get(1);
  assert.equal(page.isSecure, false);
  assert.deepEqual(pc.methods.map(({ method, result }) => [method, result.ok]), [['createOffer', true], ['setLocalDescription', true]]);
  assert.equal(pc.states.signaling, 'have-local-offer');
  assert.equal(pc.candidates[0].candidate.sdpMid, '0');
  assert.deepEqual(pc.candidateErrors.map(({ url, code, text }) => [url, code, text]), [['stun:stun.example.org:3478', 701, 'STUN host lookup received error.']]);
  assert.match(dump.notes.join(' '), /left out: somethingElse/);
});

test('entries of rtcstats.js, with times of the clock and changed figures only, are read', () => {
  const sdp = 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\n';
  const lines = [
    ['create', 'PC_0', { iceServers: [{ urls: 'stun:stun.example.org' }] }, 1.7e12],
    ['navigator.mediaDevices.getUserMedia', null, { audio: true }, 1.7e12 + 1],
    ['navigator.mediaDevices.getUserMediaOnFailure', null, 'NotAllowedError', 1.7e12 + 2],
    ['createDataChannel', 'PC_0', { 0: 'chat' }, 1.7e12 + 3],
    ['createOffer', 'PC_0', null, 1.7e12 + 4],
    ['createOfferOnSuccess', 'PC_0', { type: 'offer', sdp }, 1.7e12 + 5],
    ['setLocalDescription', 'PC_0', { type: 'offer', sdp }, 1.7e12 + 6],
    ['setLocalDescriptionOnFailure', 'PC_0', 'InvalidStateError: no', 1.7e12 + 7],
    ['oniceconnectionstatechange', 'PC_0', 'checking', 1.7e12 + 8],
    ['getstats', 'PC_0', { T: { type: 'transport', bytesSent: 10, bytesReceived: 20, timestamp: 0 }, timestamp: 1 }, 1.7e12 + 9],
    ['getstats', 'PC_0', { T: { bytesSent: 11, timestamp: 0 }, timestamp: 2 }, 1.7e12 + 10],
  ];
  for (const text of [lines.map((line) => JSON.stringify(line)).join('\n'), JSON.stringify(lines)]) {
    const dump = readRecording(text);
    const run = runOf(dump);
    const [page] = run.pages.values();
    const pc = page.pcs.get(1);
    assert.equal(page.media[0].result.error.name, 'NotAllowedError');
    assert.deepEqual(pc.methods.map(({ method, result }) => `${method} ${result.ok} ${result.error?.name ?? ''}`.trim()), ['createDataChannel true', 'createOffer true', 'setLocalDescription false InvalidStateError']);
    assert.equal(pc.states.ice, 'checking');
    assert.deepEqual([pc.stats.sent, pc.stats.received], [11, 20]);
    assert.equal(run.calls[0].course, 16);
    assert.equal(dump.records.at(-1).at, 10);
  }
});

// --- getStats ---

for (const browser of ['chromium', 'firefox']) {
  test(`getStats of ${browser} shows the pair, the candidates and the figures, in any form`, () => {
    const pairs = JSON.parse(textOf(`getstats-${browser}.json`));
    const reports = pairs.map(([, report]) => report);
    const forms = [pairs, reports, Object.fromEntries(pairs)].map((value) => JSON.stringify(value));
    forms.push(`${JSON.stringify(reports)}\n${JSON.stringify(reports)}`, JSON.stringify([reports, reports]));
    for (const text of forms) {
      const dump = readRecording(text);
      assert.equal(dump.kind, 'getstats');
      const run = runOf(dump);
      assert.equal(run.ignored, 0);
      const pc = [...run.pages.values()][0].pcs.get(1);
      assert.deepEqual(pc.stats.pair, { local: 'host', remote: 'host', protocol: 'udp' });
      assert.ok(pc.stats.sent > 1000 && pc.stats.received > 1000 && pc.stats.framesDecoded > 0);
      assert.equal(pc.states.connection, 'connected');
      assert.ok(pc.candidates.length >= 2);
      assert.match(pc.candidates[0].candidate.candidate, /^candidate:\S+ 1 (udp|tcp) \d+ \S+ \d+ typ host/);
    }
  });
}

test('values of any type in a dump give a result or a sentence', () => {
  const odd = [null, 5, 'x', [], {}, [[]], { a: {} }, true];
  for (const value of odd) {
    for (const text of [
      JSON.stringify({ PeerConnections: { 'x': value } }),
      JSON.stringify({ PeerConnections: { '1-1': { updateLog: value, stats: value, rtcConfiguration: value, url: value } }, getUserMedia: value, UserAgent: value }),
      JSON.stringify({ PeerConnections: { '1-1': { updateLog: [value, { type: value, value }, { type: 'createOffer', value }, { type: 'createOfferOnFailure', value }, { type: 'ontrack', value }, { type: 'ondatachannel', value }, { type: 'onicecandidateerror', value }, { type: 'addIceCandidateFailed', value }] } } }),
      JSON.stringify({ PeerConnections: { '1-1': { stats: { 'T-bytesSent': value, 'T-timestamp': { values: value, statsType: value } } } }, getUserMedia: [value, { request_id: value, audio: value, error: value }] }),
      JSON.stringify([['create', 'PC', value, 1], ['getstats', 'PC', { T: value }, 2], ['x', value, value, 3], ['getUserMediaOnSuccess', null, value, 4], ['createDataChannel', 'PC', value, 5], ['ontrack', 'PC', value, 6]]),
      JSON.stringify([{ type: 'transport', id: value, timestamp: value, bytesSent: value }, { type: 'local-candidate', id: 'x', address: value, port: value, foundation: value }, { type: 'data-channel', label: value, state: value }]),
    ]) {
      try {
        const run = runOf(readRecording(text));
        assert.equal(run.ignored, 0, text);
        run.calls.map((call) => stepsOf(run, call));
      } catch (error) {
        assert.ok(error instanceof RecordingError, `${text}: ${error.stack}`);
      }
    }
  }
});
