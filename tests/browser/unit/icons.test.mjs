// The icons of the pages are in one file, and each that a page or a script names is there.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PUBLIC = fileURLToPath(new URL('../../../public/', import.meta.url));
const drawn = [...readFileSync(`${PUBLIC}icons.svg`, 'utf8').matchAll(/<symbol id="([^"]+)" viewBox="0 0 24 24">/g)].map(([, name]) => name);

test('each icon is drawn once, in the order of the alphabet', () => {
  assert.ok(drawn.length > 10);
  assert.deepEqual(drawn, [...new Set(drawn)].sort());
});

test('icons that pages and scripts name are drawn', () => {
  const named = new Map();
  for (const file of readdirSync(PUBLIC, { recursive: true }).filter((name) => /^(js|check)\/.*\.js$|^[^/]*\.html$|^check\/.*\.html$/.test(name))) {
    const text = readFileSync(PUBLIC + file, 'utf8');
    for (const [, name] of text.matchAll(/icons\.svg#([\w-]+)/g)) named.set(name, file);
    for (const [, name] of text.matchAll(/\bicon\('([^']+)'\)/g)) named.set(name, file);
  }
  assert.ok(named.has('microphone'));
  assert.deepEqual([...named].filter(([name]) => !drawn.includes(name)), []);
});

test('pages have no icon of their own', () => {
  for (const page of ['index.html', 'room.html', 'chat.html', 'check/index.html']) {
    const text = readFileSync(PUBLIC + page, 'utf8').replace(/<svg class="ends".*?<\/svg>/s, '');
    assert.doesNotMatch(text, /<(?:path|circle|rect)\b/, page);
  }
});
