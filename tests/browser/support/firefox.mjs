// Debian's Firefox, steered by its own remote protocol (WebDriver BiDi): for what has to be pressed
// there. Where a page only has to be opened, players.mjs is enough.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { FIREFOX_PREFERENCES, PLAYERS } from './players.mjs';
import { eventually, within } from './wait.mjs';

/**
 * Opens `url` in a Firefox of its own, for the time of the test `t`. It trusts the certificate authority `authority` (PEM), if
 * one is given, and has `preferences` besides the usual ones, lines of a `user.js`. The page has `evaluate(f, arg)`,
 * which runs `f` in it and gives back what it returns, as JSON can carry it; and `goto`, `click`, `fill`
 * and `textContent`, as a page of Chromium has.
 */
export async function visitInFirefox(t, url, { authority, preferences = '' } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'switchboard-firefox-'));
  if (authority) await trust(profile, authority);
  await writeFile(join(profile, 'user.js'), FIREFOX_PREFERENCES + preferences);
  const flags = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const browser = spawn(PLAYERS.Firefox.path, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(browser, 'exit');
  t.after(async () => {
    browser.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  const address = await within(new Promise((resolve) => {
    createInterface({ input: browser.stderr }).on('line', (line) => {
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
      if (found) resolve(found[1]);
    });
  }), 'address of the steered Firefox');
  const command = await connect(`${address}/session`);
  await command('session.new', { capabilities: {} });
  const { contexts } = await command('browsingContext.getTree', {});
  const { context } = contexts[0];
  await command('browsingContext.navigate', { context, url, wait: 'complete' });

  const page = {
    goto: (address) => command('browsingContext.navigate', { context, url: address, wait: 'complete' }),

    async evaluate(f, arg) {
      const expression = `(async () => JSON.stringify({ value: await (${f})(${JSON.stringify(arg)}) }))()`;
      const target = { context };
      const { result, exceptionDetails } = await command('script.evaluate', { expression, target, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return JSON.parse(result.value).value;
    },

    textContent: (selector) => page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', selector),

    /** Once it can be clicked. */
    async click(selector) {
      await eventually(`${selector} to click`, () => page.evaluate((wanted) => {
        const element = document.querySelector(wanted);
        if (!element || element.disabled) return false;
        element.click();
        return true;
      }, selector));
    },

    /** As a user who types it and leaves the field. */
    fill(selector, value) {
      return page.evaluate(([wanted, text]) => {
        const field = document.querySelector(wanted);
        field.value = text;
        for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
      }, [selector, value]);
    },
  };
  return page;
}

/** Whether `trust` works here: it needs NSS's tool. */
export const canTrust = () => spawnSync('certutil', ['-H']).error === undefined;

async function trust(profile, authority) {
  const file = join(profile, 'authority.pem');
  await writeFile(file, authority);
  for (const args of [['-N', '--empty-password'], ['-A', '-n', 'authority', '-t', 'C,,', '-i', file]]) {
    const { status, stderr } = spawnSync('certutil', [...args, '-d', `sql:${profile}`]);
    if (status !== 0) throw new Error(`certutil: ${stderr}`);
  }
}

/** Commands are answered by their number, in any order. */
async function connect(address) {
  const socket = new WebSocket(address);
  await within(once(socket, 'open'), 'line to the steered Firefox');
  const waiting = new Map();
  let count = 0;
  socket.on('message', (text) => {
    const { id, result, error, message } = JSON.parse(text);
    const answer = waiting.get(id);
    waiting.delete(id);
    if (error) answer?.reject(new Error(`${error}: ${message}`));
    else answer?.resolve(result);
  });
  return (method, params) => within(new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, { resolve, reject });
    socket.send(JSON.stringify({ id: count, method, params }));
  }), `answer to ${method}`);
}
