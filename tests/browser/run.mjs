// Runs the test files, each in a process of its own, so that two cores have work all the time: two files at a time that
// use browsers; beside them those that mostly wait; at the end, one at a time, those whose many browsers need the
// machine for themselves. `node run.mjs room-page.test.mjs` runs those that are named, in the same way.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** No browser, or one that mostly waits. */
const WAITING = /^(unit\/|client-exports|library-package|official-client|page-network|python-client|server-|wire-)/;
/** Three browsers and more, or some that negotiate again and again. */
const ALONE = /^(call-pairings|reach-|room-)/;
/** Those that take longest, and so begin first: none of them shall run on when all others are done. */
const LONGEST = ['conformance', 'call-survives', 'client-long-life', 'call-survives-restart'];

const named = process.argv.slice(2);
const all = named.length ? named : ['unit/', ''].flatMap((folder) =>
  readdirSync(FOLDER + folder).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => folder + name));

const [waiting, alone, paired] = [[], [], []];
for (const file of all) (WAITING.test(file) ? waiting : ALONE.test(file) ? alone : paired).push(file);
const place = (file) => (LONGEST.indexOf(file.replace('.test.mjs', '')) + 1 || Infinity);
paired.sort((one, other) => Math.sign(place(one) - place(other)) || 0);

const began = Date.now();
const failed = [];
await Promise.all([lane(waiting), browsers()]);
console.log(failed.length ? `failed: ${failed.join(' ')}` : `all ${all.length} files passed in ${secondsSince(began)} s`);
process.exitCode = failed.length ? 1 : 0;

async function browsers() {
  await Promise.all([lane(paired), lane(paired)]);
  await lane(alone);
}

/** One after the other, until there are no more. */
async function lane(files) {
  while (files.length) await run(files.shift());
}

/** Shows what a file says when it has ended: whole, although others run at the same time. */
async function run(file) {
  const start = Date.now();
  const program = spawn(process.execPath, ['--test-reporter=spec', file], { cwd: FOLDER, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (text) => output.push(text));
  const [code] = await once(program, 'close');
  console.log(`\n-- ${file}: ${secondsSince(start)} s`);
  process.stdout.write(Buffer.concat(output));
  if (code !== 0) failed.push(file);
}

function secondsSince(time) {
  return Math.round((Date.now() - time) / 1000);
}
