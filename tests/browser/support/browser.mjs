// Real Chromium for the tests. Each visitor of a test has a browser (a process) of its own; the
// browsers are kept between tests, and each test gets fresh contexts in them: no cookies, no cache.

import { mkdir } from 'node:fs/promises';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from './chromium.mjs';
import { QUIET } from './players.mjs';
import { watchPage } from './watch.mjs';
import { TIMEOUT } from './wait.mjs';

/**
 * Cameras: one that shows a small moving picture, several (the second is a depth camera, whose pictures cannot be sent),
 * one in the size that the page asks for, none at all, or one that the user does not allow. Few pictures a second, and
 * small ones where nothing is said of their size: several browsers encode and decode them on one machine.
 */
export const CAMERAS = {
  small: ['--use-fake-device-for-media-stream=fps=5', '--use-fake-ui-for-media-stream'],
  several: ['--use-fake-device-for-media-stream=device-count=3,fps=5', '--use-fake-ui-for-media-stream'],
  large: ['--use-fake-device-for-media-stream=fps=10', '--use-fake-ui-for-media-stream'],
  none: ['--use-fake-ui-for-media-stream'],
  refused: ['--use-fake-device-for-media-stream=fps=5', '--use-fake-ui-for-media-stream=deny'],
};

const browsers = new Map();

after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/**
 * A test in browsers. `story` gets `visit(url, options)`, which opens `url` for one more visitor
 * and returns the page; the page has `problems`, where errors are collected (see watch.mjs). At the
 * end there must be none; on a failure, what each visitor saw is kept in output/.
 *
 * Options of a visit: `camera` (one of CAMERAS), `hosts` (rules that map host names),
 * `failing` (the error that a device gives: `{audio: 'NotFoundError'}` is a machine without a
 * microphone, which no flag of Chromium can make; until the page calls `mendDevices()`),
 * `locale` (the browser's language, such as `de-AT`),
 * `program` (one that starts the browser, for example within another network), `transport` ('polling': a browser in a network that lets no WebSocket through), `script` (a function
 * that runs in the page before its scripts).
 */
export function browserTest(name, story) {
  test(name, async (t) => {
    const pages = [];
    const visit = async (url, options = {}) => {
      const page = await openPage(pages.length, options);
      pages.push(page);
      await page.goto(url);
      return page;
    };
    try {
      await story({ visit, t });
      for (const page of pages) page.problems.mustBeNone();
    } catch (error) {
      await takePictures(name, pages);
      for (const [n, { problems }] of pages.entries()) {
        if (problems.list.length) t.diagnostic(`page ${n + 1}: ${problems.list.join('; ')}`);
      }
      throw error;
    } finally {
      for (const page of pages) await page.context().close();
    }
  });
}

async function openPage(number, { camera = 'small', hosts = '', failing = {}, transport = 'websocket', script, program, locale }) {
  const args = [...QUIET, '--ignore-certificate-errors', ...CAMERAS[camera]];
  if (hosts) args.push(`--host-resolver-rules=${hosts}`);
  const executablePath = program ?? process.env.CHROMIUM ?? '/usr/bin/chromium';
  const key = [number, executablePath, ...args].join(' ');
  if (!browsers.has(key)) {
    const launched = chromium.launch({ executablePath, args, timeout: TIMEOUT });
    browsers.set(key, launched);
    // One that crashes costs one test: the next has a new one.
    const forget = () => browsers.delete(key);
    launched.then((browser) => browser.on('disconnected', forget), forget);
  }
  const context = await (await browsers.get(key)).newContext({ locale });
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  await watchPage(page);
  if (camera !== 'large') await page.addInitScript(shrinkPictures);
  await page.addInitScript(drawSimply);
  await page.addInitScript(failDevices, failing);
  if (transport === 'polling') await page.addInitScript(forbidWebSockets);
  if (script) await page.addInitScript(script);
  return page;
}

/** Runs in the page, before its scripts: asking for a device named in `failing` fails. */
function failDevices(failing) {
  const { mediaDevices } = navigator; // missing on insecure pages
  const original = mediaDevices?.getUserMedia.bind(mediaDevices);
  if (!original || !Object.keys(failing).length) return;
  window.mendDevices = () => (failing = {});
  mediaDevices.getUserMedia = async (constraints) => {
    const kind = Object.keys(failing).find((wanted) => constraints[wanted]);
    if (kind) throw new DOMException(`made to fail: ${kind}`, failing[kind]);
    return original(constraints);
  };
}

/** Runs in the page, before its scripts: a camera's pictures are a quarter as wide and high as the page wants them. */
function shrinkPictures() {
  const quarter = (size) => size && { ...size, ideal: size.ideal / 4 };
  const shrunk = (video) => video && (video === true
    ? { width: 320, height: 180 }
    : { ...video, width: quarter(video.width), height: quarter(video.height) });
  const devices = globalThis.MediaDevices?.prototype ?? {}; // missing on insecure pages
  const { getUserMedia } = devices;
  devices.getUserMedia = function (wanted) {
    return getUserMedia.call(this, { ...wanted, video: shrunk(wanted.video) });
  };
  const { applyConstraints } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.applyConstraints = function (wanted) {
    return applyConstraints.call(this, shrunk(wanted));
  };
}

/**
 * Runs in the page, before its scripts: leaves out what takes most of the processor to draw without a graphics card. What
 * pulses while a page waits does so once, for an instant, and corners are not rounded: with round corners a call of two pages
 * takes a quarter more. All else is as it is.
 */
function drawSimply() {
  const simple = new CSSStyleSheet();
  simple.replaceSync(`:root { --pulse: 1ms !important; }
    *, ::before, ::after { animation-iteration-count: 1 !important; border-radius: 0 !important; }`);
  document.adoptedStyleSheets.push(simple);
}

/** Runs in the page, before its scripts. */
function forbidWebSockets() {
  window.WebSocket = class {
    constructor() {
      throw new Error('no WebSocket passes here');
    }
  };
}

async function takePictures(name, pages) {
  const folder = fileURLToPath(new URL('../output/', import.meta.url));
  await mkdir(folder, { recursive: true });
  for (const [n, page] of pages.entries()) {
    const path = `${folder}${name.replaceAll(/\W+/g, '-')}-${n + 1}.png`;
    await page.screenshot({ path }).catch((error) => console.error(`no picture: ${error.message}`));
  }
}
