// Every sentence of the pages stands in the tables of public/words/, in both languages, and the tables hold nothing else.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse } from 'acorn';

import { endWords, OFFERED_AGAIN, unansweredCallWords, withdrawnWords } from '../../../public/switchboard/call-words.js';
import { NO_RELAY, noWayWords, REFUSALS, unansweredWords } from '../../../public/switchboard/words.js';

const PUBLIC = fileURLToPath(new URL('../../../public/', import.meta.url));
const PAGES = { 'index.html': 'js/pages/call.js', 'room.html': 'js/pages/room.js', 'chat.html': 'js/pages/chat.js', 'check/index.html': 'check/js/page.js' };

const read = (path) => readFileSync(PUBLIC + path, 'utf8');
const tableOf = async (name) => (await import(`../../../public/words/${name}.js`)).default;
/** What a page shows: of its head the title. */
const htmlOf = (page) => read(page).replace(/<!--.*?-->|<script.*?<\/script>/gs, '').replace(/<head>.*?(<title>.*?<\/title>).*?<\/head>/s, '$1');
const namesOf = (page) => /data-words="([^"]*)"/.exec(read(page))[1].split(' ');

/** All modules that a page's own loads, its own included. */
function modulesOf(path, found = new Map()) {
  if (found.has(path)) return found;
  const tree = parse(read(path), { ecmaVersion: 'latest', sourceType: 'module' });
  found.set(path, tree);
  for (const node of tree.body) {
    if (!node.source) continue;
    const next = new URL(node.source.value, `http://host/${path}`).pathname.slice(1);
    // The check page is served beside the shared modules; the library has sentences of its own.
    const file = next.startsWith('check/js/') && !readdirSync(`${PUBLIC}check/js`).includes(next.slice(9)) ? next.slice(6) : next;
    if (!/^(switchboard\.|words\/|socket\.io\/)/.test(file)) modulesOf(file, found);
  }
  return found;
}

function walk(node, visit, parents = []) {
  if (!node || typeof node.type !== 'string') return;
  visit(node, parents);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) walk(child, visit, [node, ...parents]);
  }
}

const isTagged = (node) => node?.type === 'TaggedTemplateExpression' && node.tag.name === 't';

function keysOfModules(trees) {
  const keys = new Set();
  for (const tree of trees) {
    walk(tree, (node) => {
      if (isTagged(node)) keys.add(node.quasi.quasis.map(({ value }) => value.cooked).reduce((text, part, n) => `${text}{${n}}${part}`));
    });
  }
  return keys;
}

function keysOfHtml(html) {
  const keys = new Set();
  const add = (text) => /\p{L}/u.test(text) && keys.add(text.replace(/\s+/g, ' ').trim());
  for (const [, text] of html.matchAll(/>([^<]+)</g)) add(text);
  for (const [, text] of html.matchAll(/\s(?:aria-label|title|placeholder|alt)="([^"]*)"/g)) add(text);
  return keys;
}

for (const [page, module] of Object.entries(PAGES)) {
  test(`every sentence of ${page} has German and Spanish words`, async () => {
    const tables = Object.assign({}, ...(await Promise.all(namesOf(page).map(tableOf))));
    const keys = [...keysOfHtml(htmlOf(page)), ...keysOfModules(modulesOf(module).values())];
    assert.ok(keys.length > 10);
    assert.deepEqual(keys.filter((key) => key !== 'Switchboard' && !(tables[key]?.de && tables[key]?.es)), []);
  });

  test(`what the scripts of ${page} show passes through t`, () => {
    const missed = [];
    for (const [path, tree] of modulesOf(module)) {
      walk(tree, (node, parents) => {
        if (path !== 'js/words.js' && isShownAsItIs(node, parents)) missed.push(`${path}: the message of an error`);
        const isText = node.type === 'Literal' && typeof node.value === 'string';
        if (!isText && node.type !== 'TemplateLiteral') return;
        const text = isText ? node.value : node.quasis.map(({ value }) => value.cooked).join('…');
        if (!isSentence(text) || parents.some((parent) => isTagged(parent)) || parents[0].type === 'ImportDeclaration' || UNSEEN.includes(text)) return;
        missed.push(`${path}: ${text}`);
      });
    }
    assert.deepEqual(missed, []);
  });
}

/** A capital letter and then words, or words with a full stop. */
function isSentence(text) {
  if (/^[A-Z][A-Za-z]*(Error|Event|State)$|^(Escape|Enter|Tab|Home|End|Arrow\w+|Files|Bearer …|Authorization|RTC\w+|Date|Switchboard)$/.test(text)) return false;
  return /^[“…]?\s?\p{Lu}\p{Ll}+([ ,’:.!?-]|$)/u.test(text) || /\p{Ll} \p{Ll}+.*[.!?…]$/u.test(text);
}

/** Errors that no page shows: its own mistakes, and archives, which the type of the error describes. */
const UNSEEN = ['This page has no element #…', 'This is no archive that a page has made.'];

/** What is shown of an error passes through `refusalWords`, which knows codes and sentences; of a browser's own error, within t. */
const SHOWING = /^(show(Problem|Status|News|Alert)|say|endS\w+|setText|translate)$/;

function isShownAsItIs(node, parents) {
  const isMessage = node.type === 'MemberExpression' ? node.property.name === 'message' : node.name === 'message' && parents[0].type !== 'MemberExpression';
  const call = parents.findIndex(({ type }) => /^(CallExpression|TaggedTemplateExpression)$/.test(type));
  return isMessage && SHOWING.test(parents[call]?.callee?.name) && parents[call].arguments.includes([node, ...parents][call]);
}

test('the tables hold nothing that no page shows, and each entry keeps its places', async () => {
  const used = new Map();
  for (const [page, module] of Object.entries(PAGES)) {
    const keys = new Set([...keysOfHtml(htmlOf(page)), ...keysOfModules(modulesOf(module).values())]);
    for (const name of namesOf(page)) used.set(name, new Set([...(used.get(name) ?? []), ...keys]));
  }
  const places = (text) => [...new Set(text.match(/\{\d+\}/g))].sort();
  for (const [name, keys] of used) {
    const table = await tableOf(name);
    if (name !== 'library') assert.deepEqual(Object.keys(table).filter((key) => !keys.has(key)), [], name);
    for (const [key, { de, es, ...rest }] of Object.entries(table)) {
      assert.deepEqual([places(de), places(es), rest], [places(key), places(key), {}], key);
    }
  }
});

test('each page names its tables, and no sentence stands in two of them', async () => {
  for (const page of Object.keys(PAGES)) {
    const tables = await Promise.all(namesOf(page).map(tableOf));
    const keys = tables.flatMap((table) => Object.keys(table));
    assert.deepEqual(keys.filter((key, n) => keys.indexOf(key) !== n), [], page);
  }
});

test('every code of docs/protocol.md has words', async () => {
  const protocol = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  const sections = protocol.split('\n## ').filter((section) => /^[12]\. /.test(section)).join('');
  const tables = [...sections.matchAll(/^\| code \| when \|\n((?:\|.*\n)+)/gm)].map(([, rows]) => rows).join('');
  const codes = [...new Set([...tables.matchAll(/^\| `([a-z-]+)` \| /gm)].map(([, code]) => code))];
  const refusals = await tableOf('refusals');
  assert.ok(codes.length > 10);
  assert.deepEqual(codes.filter((code) => !(refusals[code]?.de && refusals[code]?.es)), ['disconnected'], 'its reason is of a back end');
});

test('every sentence with which a password or a token is refused has words', async () => {
  const sources = ['tokens', 'authenticator'].map((name) => readFileSync(new URL(`../../../src/auth/${name}.rs`, import.meta.url), 'utf8'));
  const literals = [...sources.join('').matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, text]) => text.replace(/\\\n\s*/g, '').replaceAll('\\"', '"'));
  const sentences = literals.filter((text) => /^(The token|There is no token|Wrong password|Too many wrong)/.test(text));
  const refusals = await tableOf('refusals');
  assert.ok(sentences.length >= 12);
  assert.deepEqual(sentences.filter((text) => !(refusals[text]?.de && refusals[text]?.es)), []);
});

test('what the library rejects has words, but for the mistakes of a program', async () => {
  const table = await tableOf('library');
  const missing = Object.keys(REFUSALS).filter((name) => !(table[REFUSALS[name]]?.de && table[REFUSALS[name]]?.es));
  assert.deepEqual(missing, ['call', 'busy', 'send', 'data']);
});

test('the sentences with which calls end are those of the library', async () => {
  const table = await tableOf('library');
  const ends = [...['hangup', 'closed', 'lost', 'connection-lost', 'not-received', 'other'].map((reason) => endWords('{1}', reason)),
    ...['taken', 'declined', 'away', 'answered', 'closed', 'lost', 'other'].map((reason) => withdrawnWords('{1}', reason)),
    ...['declined', 'expired'].map((reason) => unansweredCallWords('{1}', reason)), OFFERED_AGAIN, NO_RELAY, unansweredWords('{1}')];
  assert.deepEqual(ends.filter((sentence) => !table[sentence]), []);
  const advice = [[[], ['host']], [['host'], []], [['host', 'relay'], ['host']], [['host'], ['host']]];
  for (const [own, theirs] of advice) {
    for (const hasRelay of [true, false]) {
      const words = noWayWords('Bob', { own, theirs }, { hasRelay });
      const [, last] = /Candidates: .*? from Bob’s\. (.*)$/s.exec(words);
      assert.ok(table[last] ?? table[last.replace('Bob', '{1}')], last);
    }
  }
});
