// Folders as archives: other programs read them, and what a stranger sends as one is not believed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { entriesOf, safePath } from '../../../public/js/zip-reader.js';
import { MOST_FILES, zipOf } from '../../../public/js/zip-writer.js';

const file = (content, at = Date.UTC(2026, 10, 29, 12)) => new File([content], 'x', { lastModified: at });
const FILES = [
  { path: 'Fotos/a.txt', file: file('Hello') },
  { path: 'Fotos/leer', file: file('') },
  { path: 'Fotos/Straße/日本.bin', file: file(new Uint8Array(200_000).map((_, n) => n * 7)) },
];

test('an archive is read by another program, checksums and names included', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const archive = await zipOf(FILES, 'Fotos.zip');
  const path = join(folder, archive.name);
  writeFileSync(path, new Uint8Array(await archive.arrayBuffer()));
  const script = 'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nprint(json.dumps([z.testzip(),[[i.filename,i.file_size,i.date_time[0]] for i in z.infolist()]]))';
  const [broken, entries] = JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }));
  assert.equal(broken, null);
  assert.deepEqual(entries, FILES.map(({ path: name, file: { size } }) => [name, size, 2026]));
});

test('the same folder makes the same archive, so that a transfer can go on', async () => {
  const [one, other] = await Promise.all([1, 2].map(async () => new Uint8Array(await (await zipOf(FILES, 'a.zip')).arrayBuffer())));
  assert.deepEqual(one, other);
});

test('what was written is read again, in its folders', async () => {
  const entries = await entriesOf(await zipOf(FILES, 'a.zip'));
  assert.deepEqual(entries.map(({ path }) => path.join('/')), FILES.map(({ path }) => path));
  for (const [n, { blob }] of entries.entries()) {
    assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), new Uint8Array(await FILES[n].file.arrayBuffer()));
  }
});

test('reading stops when the user wants that, and what is too much for an archive is refused', async () => {
  assert.equal(await zipOf(FILES, 'a.zip', () => false), null);
  await assert.rejects(zipOf(Array.from({ length: MOST_FILES + 1 }, () => FILES[1]), 'a.zip'), RangeError);
  await assert.rejects(zipOf([{ path: 'a', file: /** @type {any} */ ({ size: 2 ** 32 }) }], 'a.zip'), RangeError);
});

test('a name that leads out of its folder, or that a system takes for something else, is not safe', () => {
  for (const path of ['../a', 'a/../b', '/a', 'a//b', 'a/', '', '.', 'a/.', 'C:/a', 'a\\b', 'a/b:c', 'nul', 'a/CON.txt', 'a/com1', 'a\0b', 'a\nb', 'a/b. ', 'a/b.', ' a', 'x'.repeat(2000)]) {
    assert.equal(safePath(path), undefined, JSON.stringify(path));
  }
  assert.deepEqual(safePath('a/.b/c d.e'), ['a', '.b', 'c d.e']);
});

test('an archive with such a name, one cut short, and one that lies about its places is refused', async () => {
  for (const paths of [['../a'], ['a/b', 'A/B'], ['/etc/passwd']]) {
    await assert.rejects(entriesOf(await zipOf(paths.map((path) => ({ path, file: file('x') })), 'a.zip')), TypeError, paths.join());
  }
  const bytes = new Uint8Array(await (await zipOf(FILES, 'a.zip')).arrayBuffer());
  for (const size of [0, 10, 22, 100, bytes.length - 1]) await assert.rejects(entriesOf(new Blob([bytes.subarray(0, size)])));
  const start = bytes.length - 22 - new DataView(bytes.buffer).getUint32(bytes.length - 10, true);
  for (const at of [start, start + 10, start + 20, start + 28, start + 42, bytes.length - 12, bytes.length - 9]) {
    const changed = bytes.slice();
    changed[at] ^= 0x7f;
    changed[at + 3] ^= 0x7f;
    await assert.rejects(entriesOf(new Blob([changed])), `changed at ${at}`);
  }
});
