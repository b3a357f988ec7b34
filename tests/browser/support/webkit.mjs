// Debian's WebKitGTK (MiniBrowser), steered by WebDriver: JSON over HTTP, as the W3C describes it. It shows its window on
// a display that only exists in memory (Xvfb). This build has no WebRTC; Safari is another program and is not tested.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { eventually, within } from './wait.mjs';

const DRIVER = 'WebKitWebDriver';
const DISPLAY = 'Xvfb';

/** For the option `skip` of a test: why WebKitGTK cannot be had here, or false. In the CI its absence fails. */
export const noWebKit = reasonToSkip();

function reasonToSkip() {
  const missing = [DRIVER, DISPLAY].filter((program) => !isInstalled(program));
  if (!missing.length) return false;
  const reason = `not installed: ${missing.join(' ')} (Debian: webkit2gtk-driver xvfb)`;
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}

function isInstalled(program) {
  return process.env.PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

let driver;
const ends = [];

after(async () => {
  // The driver first: its browser needs the display until it has ended.
  for (const program of ends.reverse()) {
    const ended = once(program, 'exit');
    if (program.exitCode !== null || program.signalCode !== null) continue;
    program.kill();
    await ended;
  }
});

/**
 * Opens `url` in a WebKitGTK of its own, with no cookies and no cache, for the time of the test `t`; one at a time, as the
 * driver has one session. It accepts every certificate. The page has `goto`, `evaluate`, `click`, `fill` and
 * `textContent`, as a page of Firefox has (firefox.mjs), and `back`, `reload`, `openTab` and `closeTab`; `version` and
 * `quit`, which ends the browser.
 */
export async function visitInWebKit(t, url) {
  driver ??= startDriver();
  const command = await driver;
  const { sessionId, capabilities } = await command('POST', '/session', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  let isOpen = true;
  const session = (method, path, body) => command(method, `/session/${sessionId}${path}`, body);
  const quit = async () => {
    if (isOpen) await session('DELETE', '');
    isOpen = false;
  };
  t.after(quit);
  // The time-out for answers of the page is ours.
  await session('POST', '/timeouts', { script: null });

  const page = {
    version: `${capabilities.browserName} ${capabilities.browserVersion}`,
    quit,
    goto: (address) => session('POST', '/url', { url: address }),
    back: () => session('POST', '/back', {}),
    reload: () => session('POST', '/refresh', {}),

    /** Opens one more tab and goes on there. */
    async openTab() {
      const { handle } = await session('POST', '/window/new', { type: 'tab' });
      await session('POST', '/window', { handle });
    },

    /** Closes the tab and goes on in the one that is left. */
    async closeTab() {
      const [handle] = await session('DELETE', '/window');
      await session('POST', '/window', { handle });
    },

    async evaluate(f, arg) {
      const script = `const done = arguments[0];
        (async () => (${f})(${JSON.stringify(arg)}))().then(
          (value) => done(JSON.stringify({ value })),
          (error) => done(JSON.stringify({ error: String(error) })));`;
      const { value, error } = JSON.parse(await session('POST', '/execute/async', { script, args: [] }));
      if (error) throw new Error(error);
      return value;
    },

    textContent: (selector) => page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', selector),

    /** As a user does, by the pointer, once the element is there. */
    async click(selector) {
      await session('POST', `/element/${await find(selector)}/click`, {});
    },

    /** As a user does, by the keyboard. */
    async fill(selector, text) {
      const element = await find(selector);
      await session('POST', `/element/${element}/clear`, {});
      await session('POST', `/element/${element}/value`, { text });
    },
  };

  async function find(selector) {
    await eventually(`${selector} in the page`, () => page.evaluate((wanted) => Boolean(document.querySelector(wanted)), selector));
    const element = await session('POST', '/element', { using: 'css selector', value: selector });
    return Object.values(element)[0];
  }

  await page.goto(url);
  return page;
}

/** Starts display and driver; they are kept until the tests of the file have ended. */
async function startDriver() {
  const screen = spawn(DISPLAY, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  ends.push(screen);
  const [number] = await within(once(screen.stdio[3], 'data'), `display from ${DISPLAY}`);
  const port = await freePort();
  const program = spawn(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
    env: { ...process.env, DISPLAY: `:${String(number).trim()}`, GDK_BACKEND: 'x11' },
    stdio: 'ignore',
  });
  ends.push(program);

  const command = async (method, path, body) => {
    const answer = await within(fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    }), `answer to ${method} ${path}`);
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  await eventually('driver that is ready', () => command('GET', '/status').catch(() => false));
  return command;
}

/** The driver cannot choose one and say which. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
