// A page in the course's manner (course-page/), served by Switchboard, and what its visitors do.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allCandidatesFound } from './call.mjs';
import { startServer } from './server.mjs';
import { eventually } from './wait.mjs';

/**
 * Serves a copy of course-page/ by Switchboard; the copy bears the real port instead of 8181. The
 * returned server can `restart()` on the same port.
 */
export async function serveCoursePage(t, ...flags) {
  const folder = await mkdtemp(join(tmpdir(), 'course-page-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(fileURLToPath(new URL('../course-page/', import.meta.url)), folder, { recursive: true });
  let server = await startServer(folder, ...flags);
  t.after(() => server.stop());
  await replaceIn(join(folder, 'scripts.js'), 'localhost:8181', `localhost:${server.port}`);
  const restart = async () => {
    await server.kill();
    server = await startServer(folder, ...flags, '--port', server.port);
  };
  return { folder, ...server, restart };
}

export async function replaceIn(file, text, replacement) {
  const before = await readFile(file, 'utf8');
  assert.ok(before.includes(text), `${text} in ${file}`);
  await writeFile(file, before.replace(text, replacement));
}

export function connected(page) {
  return eventually('connected to the server', () => page.evaluate(() => socket.connected));
}

export function answerButton(page, number) {
  return page.locator('#answer button').nth(number - 1);
}

/** The page has found all its candidates, and the server has acted on them. */
export async function allCandidatesSent(page) {
  await allCandidatesFound(page);
  await page.evaluate(() => socket.emitWithAck('test'));
}

/** A course page does not listen for refusals; the test does in its place. */
export async function listenForRefusals(page) {
  await page.evaluate(() => {
    window.refusals = [];
    socket.on('signalingError', ({ code }) => refusals.push(code));
  });
  return () => page.evaluate(() => refusals);
}
