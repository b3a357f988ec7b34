// The library's scripts: they are what the bundler makes of the modules, they stay small, and npm packs them. No browser.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { scripts } from '../../packages/switchboard-client/bundle.mjs';
import { serverFor } from './support/server.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = `${ROOT}packages/switchboard-client/`;

/** What each script may have at most, in bytes with gzip. */
const LIMITS = {
  'switchboard.js': 600, 'switchboard.esm.js': 12_000, 'switchboard.details.js': 3_600, 'switchboard.rooms.js': 5_600,
  'switchboard.files.js': 4_800,
};

test('the scripts are made of the modules as they are now', async () => {
  for (const [file, made] of Object.entries(await scripts())) {
    assert.ok(made === readFileSync(`${ROOT}public/${file}`, 'utf8'), `public/${file} is old: node packages/switchboard-client/bundle.mjs`);
  }
});

test('the scripts stay small', async (t) => {
  const server = await serverFor(t);
  for (const [file, most] of Object.entries(LIMITS)) {
    const text = await (await fetch(`${server.http}/${file}`)).text();
    assert.equal(text, readFileSync(`${ROOT}public/${file}`, 'utf8'), file);
    const size = gzipSync(text, { level: 9 }).length;
    t.diagnostic(`${file}: ${size} bytes with gzip`);
    assert.ok(size <= most, `${file}: ${size} bytes with gzip`);
  }
});

test('npm packs the scripts and the types', () => {
  const packed = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: FOLDER, encoding: 'utf8' }).replace(/^[^[]*/, ''));
  const files = packed[0].files.map(({ path }) => path).sort();
  const library = ['d.ts', 'details.js', 'esm.js', 'files.js', 'rooms.js'].map((end) => `switchboard.${end}`);
  assert.deepEqual(files, ['README.md', 'package.json', ...library]);
  for (const file of library) {
    const source = file.endsWith('.d.ts') ? `switchboard/${file}` : file;
    assert.equal(readFileSync(FOLDER + file, 'utf8'), readFileSync(`${ROOT}public/${source}`, 'utf8'), file);
  }
});

test('the package has the version of the server', () => {
  const [, version] = /^version = "(.*)"/m.exec(readFileSync(`${ROOT}Cargo.toml`, 'utf8'));
  assert.equal(JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8')).version, version);
});
