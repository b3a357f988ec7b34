// The built-in pages use the library as other people's pages do: by the scripts that the server serves.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PUBLIC = fileURLToPath(new URL('../../../public/', import.meta.url));
const FOLDERS = ['js', 'check/js', 'inspector/js'];
const LIBRARY = ['switchboard.esm.js', 'switchboard.details.js'];

test('no page has a module of the name of a shared one, which it would hide from the others', () => {
  const names = (folder) => readdirSync(PUBLIC + folder).filter((name) => name.endsWith('.js'));
  const shared = new Set(names('js'));
  for (const folder of ['check/js', 'inspector/js']) assert.deepEqual(names(folder).filter((name) => shared.has(name)), [], folder);
});

test('modules of the pages import modules of the pages, and the scripts of the library', () => {
  const used = new Set();
  for (const folder of FOLDERS) {
    const files = readdirSync(PUBLIC + folder, { recursive: true }).filter((name) => name.endsWith('.js'));
    assert.ok(files.length > 3, folder);
    for (const file of files) {
      const text = readFileSync(`${PUBLIC}${folder}/${file}`, 'utf8');
      // Not those in comments, which are types.
      for (const [, from] of text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)';/gm)) {
        const { pathname } = new URL(from, `http://host/${folder}/${file}`);
        const path = pathname.slice(1);
        if (LIBRARY.includes(path)) used.add(path);
        else assert.ok(FOLDERS.some((own) => path.startsWith(`${own}/`)), `${folder}/${file} imports ${from}`);
      }
    }
  }
  assert.deepEqual([...used].sort(), [...LIBRARY].sort());
});
