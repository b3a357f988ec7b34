// One wire, written down three times: docs/protocol.md for people, docs/protocol.d.ts for `tsc`, and the names that the
// browser client knows for its hints.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';

import { SENT_BY_PAGES, SENT_BY_SERVER } from '../../../public/socket.io/hints.js';

const root = new URL('../../../', import.meta.url);
const document = await readFile(new URL('docs/protocol.md', root), 'utf8');
const declarations = await readFile(new URL('docs/protocol.d.ts', root), 'utf8');

/** The names of events in the tables of the document: in rows that begin with who sends the event. */
function documented(side) {
  const rows = [...document.matchAll(/^\| (client|server) \| ([^|]+) \|/gm)].filter((row) => row[1] === side);
  return new Set(rows.flatMap((row) => row[2].match(/[\w-]{4,}/g)));
}

/** The keys of declared interfaces. */
function declared(...interfaces) {
  const bodies = interfaces.map((name) => declarations.match(new RegExp(`^export interface ${name} {\n(.*?)\n}`, 'ms'))[1]);
  return new Set(bodies.flatMap((body) => [...body.matchAll(/^  '?([\w-]+)'?: /gm)].map((key) => key[1])));
}

const sorted = (names) => [...names].sort();
const sent = declared('CallEventsToServer', 'RoomEventsToServer');
const received = declared('CallEventsToClient', 'RoomSignals');

test('declared events are the documented ones', () => {
  assert.ok(sent.size > 12 && received.size > 20);
  assert.deepEqual(sorted(sent), sorted(documented('client')));
  // The other name of `newOfferAwaiting` stands in the handshake's table.
  assert.match(document, /^\| .*`aliases: true`.*`newOfferWaiting`/m);
  assert.deepEqual(sorted(received), sorted([...documented('server'), 'newOfferWaiting']));
});

test('lines of the document have at most 120 columns', () => {
  assert.deepEqual(document.split('\n').filter((line) => [...line].length > 120), []);
});

test('the browser client knows the documented events', () => {
  const missing = (names, known) => [...names].filter((name) => !known.includes(name));
  assert.deepEqual([missing(sent, SENT_BY_PAGES), missing(received, SENT_BY_SERVER)], [[], []]);
});

test('declared codes are the documented ones', () => {
  const rows = [...document.matchAll(/^\| code \| when \|\n.*\n((?:\|.*\n)+)/gm)].map((table) => table[1]);
  const codes = new Set(rows.flatMap((table) => [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map((row) => row[1])));
  const unions = [...declarations.matchAll(/^export type \w+RefusalCode =([^;]+);/gm)].map((union) => union[1]);
  assert.ok(codes.size > 10);
  assert.deepEqual(sorted(new Set(unions.flatMap((union) => union.match(/(?<=')[a-z-]+(?=')/g)))), sorted(codes));
});

test('pairs: declared types are the documented ones', () => {
  const section = document.slice(document.indexOf('Pairs\n'));
  const types = (text) => new Set(text.match(/\b[A-Z]+(_[A-Z]+)*_(REQUEST|SUCCESS|FAILURE|NOTIFY|NOTIFICATION|ERROR|CANDIDATES)\b/g));
  assert.ok(types(section).size > 10);
  assert.deepEqual(sorted(types(declarations)), sorted(types(section)));
});

test('streams: declared types are the documented ones', () => {
  const section = document.slice(document.indexOf('### 6.2 Messages'), document.indexOf('### 6.3 '));
  const documentedTypes = new Set([...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));
  const streams = declarations.slice(declarations.indexOf('// --- Streams'), declarations.indexOf('// --- HTTP beside'));
  const declaredTypes = new Set([...streams.matchAll(/\| \{ type: '(\w+)'/g)].map(([, name]) => name));
  assert.ok(declaredTypes.size > 8);
  assert.deepEqual(sorted(declaredTypes), sorted(documentedTypes));
});

test('pages that name events are checked by tsc', async () => {
  const names = [...sent, ...received].filter((name) => !['test', 'hangup', 'restored'].includes(name));
  const isNamed = new RegExp(`\\.listen\\(\\{|['\\s](${names.join('|')})[':]`);
  const folder = new URL('public/', root);
  const files = (await readdir(folder, { recursive: true })).filter((file) => /^(js|switchboard)\/.*\.js$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  const naming = files.filter((_, index) => isNamed.test(texts[index]));
  const unchecked = naming.filter((file) => !texts[files.indexOf(file)].startsWith('// @ts-check\n'));
  assert.ok(naming.length >= 5, naming.join(' '));
  assert.deepEqual(unchecked, []);
});
