// Runs the test files so that two cores have work all the time: two processes at a time that use browsers; beside them
// those that mostly wait; at the end, one at a time, those whose many browsers need the machine for themselves. Files that
// use browsers share a process with some others, and with it the browsers: Playwright and browsers are started less often.
// `node run.mjs room-page.test.mjs` runs those that are named, in the same way.
//
// What fails then is run once more with nothing beside it: a machine that is busy with other things, too, may keep a
// browser waiting for longer than a server does. What passes then is named at the end, and the run has passed.
//
// The main flows, rooms, and what belongs to the browser itself, run in Chromium; the other files in Debian's chromium-headless-shell,
// where there is one: the same engine without windows, which takes a fifth less of the processor.
//
// A test that is skipped, because something is missing here, is named at the end; with CI=true it fails the run.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** No browser, or one that mostly waits. */
const WAITING = /^(unit\/|client-exports|library-package|official-client|page-network|python-client|server-|wire-)/;
/** Three pages and more that call each other; room-host and room-doors have two or three most of the time. */
const ALONE = /^room-(changes|page|survives)/;
/**
 * Those that take longest, and so begin first: none of them shall run on when all others are done. Each has a process of
 * its own.
 */
const LONGEST = ['conformance', 'call-survives', 'call-endings', 'inspector-mistakes', 'client-long-life'];

/** These run in Chromium itself; the shell keeps no page for the way back, say, which inspector-probe needs (156). */
const IN_CHROMIUM = /^(call-page|chat-page|room-.*|course-page|library-call|call-pairings|check|client-page-life|inspector-probe|browser-.*|page-.*|reach-.*)\.test/;

/** The program itself: the script in /usr/bin that starts it outlives a signal, and leaves it running. @type {NodeJS.ProcessEnv} */
const LIGHT = { ...process.env, CHROMIUM: process.env.CHROMIUM ?? '/usr/lib/chromium/chromium-headless-shell' };
const hasLight = existsSync(LIGHT.CHROMIUM);
const isLight = (file) => hasLight && !IN_CHROMIUM.test(file);

/** At most so many files share a process: it keeps their browsers, and each of these takes memory. */
const TOGETHER = 5;

/** With more than these, it is not the machine. */
const MOST_AGAIN = 5;

/** A process that runs for longer than this hangs: the longest takes 8 minutes. */
const LONGEST_MS = 15 * 60 * 1000;

const named = process.argv.slice(2);
const all = named.length ? named : ['unit/', ''].flatMap((folder) =>
  readdirSync(FOLDER + folder).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => folder + name));

const [waiting, alone, paired] = [[], [], []];
for (const file of all) (WAITING.test(file) ? waiting : ALONE.test(file) ? alone : paired).push(file);
const place = (file) => (LONGEST.indexOf(file.replace('.test.mjs', '')) + 1 || Infinity);
// What runs in one browser stands together.
for (const files of [paired, alone]) {
  files.sort((one, other) => Math.sign(place(one) - place(other)) || Number(isLight(one)) - Number(isLight(other)));
}

const began = Date.now();
/** Failed tests by process, that is, by its files; null: the process itself failed. */
const failed = new Map();
/** Skipped tests, with the reason. */
const skipped = [];
await Promise.all([lane(waiting, () => 1), browsers()]);
const passedAlone = failedCount() > MOST_AGAIN ? [] : await again();
if (passedAlone.length) console.log(`failed beside others, passed alone:\n  ${passedAlone.join('\n  ')}`);
if (skipped.length) console.log(`skipped:\n  ${skipped.join('\n  ')}`);
const isComplete = !skipped.length || process.env.CI !== 'true';
if (failed.size) console.log(`failed: ${[...failed.keys()].join(' ')}`);
else if (!isComplete) console.log('failed: in the CI nothing may be skipped');
else console.log(`all ${all.length} files passed in ${secondsSince(began)} s`);
process.exitCode = failed.size || !isComplete ? 1 : 0;

function failedCount() {
  return [...failed.values()].reduce((sum, names) => sum + (names?.length ?? 1), 0);
}

/** Runs what failed once more, alone. Returns what passed then. */
async function again() {
  const passed = [];
  for (const [files, names] of [...failed]) {
    failed.delete(files);
    await run(files.split(' '), names ?? []);
    if (!failed.has(files)) passed.push(...(names ?? ['']).map((name) => `${files} ${name}`));
  }
  return passed;
}

async function browsers() {
  await Promise.all([lane(paired, portion), lane(paired, portion)]);
  await lane(alone, portion);
}

/** One process after the other, each with as many of the files as `size` says, until there are no more. */
async function lane(files, size) {
  while (files.length) await run(files.splice(0, size(files)));
}

/** How many of these share the next process: towards the end fewer, so that both lanes end at about the same time. */
function portion(files) {
  if (place(files[0]) < Infinity || waitsFirst(files[0])) return 1;
  const most = Math.min(TOGETHER, Math.ceil(files.length / 4));
  const own = files.findIndex((file) => waitsFirst(file) || isLight(file) !== isLight(files[0]));
  return own < 0 ? most : Math.min(most, own);
}

/**
 * Whether a file waits for something before it names its tests. It has a process of its own: when the tests of other files
 * have ended by then, what closes the browsers has run, and the browsers of these tests would keep the process.
 */
function waitsFirst(file) {
  return /^(const .* = )?await /m.test(readFileSync(FOLDER + file, 'utf8'));
}

/** Shows what a process says when it has ended: whole, although others run at the same time. `names`: these tests alone. */
async function run(files, names = []) {
  const start = Date.now();
  const only = names.map((name) => `--test-name-pattern=^${name.replaceAll(/[^\w ]/g, '\\$&')}$`);
  // One module that imports them all: each has named its tests before the first of these runs. Otherwise what closes the
  // browsers at the end of all tests runs where those of the first file have ended, and later browsers keep the process.
  const imports = files.map((file) => `import './${file}';`).join('');
  const program = spawn(process.execPath, ['--test-reporter=spec', ...only, '--input-type=module', '--eval', imports], {
    cwd: FOLDER, stdio: ['ignore', 'pipe', 'pipe'], env: isLight(files[0]) ? LIGHT : process.env,
  });
  const output = [];
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (text) => output.push(text));
  const hangs = setTimeout(() => {
    output.push(Buffer.from(`\nended: it ran for more than ${LONGEST_MS / 60_000} minutes\n`));
    program.kill('SIGKILL');
    for (const stream of [program.stdout, program.stderr]) stream.destroy();
  }, LONGEST_MS);
  const [code] = await once(program, 'close');
  clearTimeout(hangs);
  const file = files.join(' ');
  console.log(`\n-- ${file}: ${secondsSince(start)} s`);
  const text = Buffer.concat(output).toString();
  process.stdout.write(text);
  if (code !== 0) failed.set(file, failedTests(text));
  if (!names.length) skipped.push(...skippedTests(text).map((test) => `${file} ${test}`));
}

/** The tests that were skipped, as the reporter says it of each. */
function skippedTests(text) {
  return [...text.matchAll(/^\s*﹣ (.*) \([\d.]+ms\) # (.*)$/gm)].map(([, name, reason]) => `${name}: ${reason}`);
}

/** The names of the tests that failed, as the reporter lists them at the end; null where it lists none. */
function failedTests(text) {
  const [, list = ''] = text.split('✖ failing tests:');
  const names = [...list.matchAll(/^✖ (.*) \([\d.]+ms\)$/gm)].map(([, name]) => name);
  return names.length ? names : null;
}

function secondsSince(time) {
  return Math.round((Date.now() - time) / 1000);
}
