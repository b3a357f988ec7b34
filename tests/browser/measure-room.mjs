// Measures what a room costs a machine, with and without pages that tell the others in which size they show them:
// `node measure-room.mjs [people] [seconds]`. All pages are in one Chromium, with a camera of 10 pictures a second in the size
// that the page asks for; rounds with and without take turns. No test: the machine should have nothing else to do.
// docs/performance.md has the figures.

import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { CAMERA, QUIET } from './screens/browser.mjs';
import { chromium } from './support/chromium.mjs';
import { join } from './support/room-page.mjs';
import { startServer } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const [people = 4, seconds = 30] = process.argv.slice(2).map(Number);
const NAMES = ['Ann', 'Bob', 'Carl', 'Dora', 'Eve', 'Finn', 'Gil', 'Hana'].slice(0, people);
/** What one tick of the processor times in /proc is, in seconds. */
const TICK = 0.01;

const server = await startServer();
try {
  for (const way of ['with', 'without', 'with', 'without']) {
    const { cpu, decoded, sent, size } = await measure(way);
    console.log([
      `${way.padEnd(8)} ${cpu.toFixed(1)} s CPU in ${seconds} s`, `${decoded.toFixed(0)} pictures/s decoded`,
      `${(sent / 1e6).toFixed(2)} Mbit/s sent in ${size}`, `load ${loadavg()[0].toFixed(1)}`,
    ].join(', '));
  }
} finally {
  await server.stop();
}

/** @param {string} way */
async function measure(way) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...QUIET, ...CAMERA] });
  try {
    const pages = [];
    const visit = async (url) => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      if (way === 'without') await page.addInitScript(askForNoSize);
      await page.goto(url);
      return page;
    };
    for (const name of NAMES) pages.push(await join(visit, server.http, name));
    for (const page of pages) await eventually('pictures of all', () => page.evaluate(seesAll, people - 1));
    await pages[0].waitForTimeout(10_000); // Bandwidth is estimated upwards at first.

    const before = { cpu: cpuSeconds(), counts: await countAll(pages), at: performance.now() };
    await pages[0].waitForTimeout(seconds * 1000);
    const after = { cpu: cpuSeconds(), counts: await countAll(pages), at: performance.now() };
    const took = (after.at - before.at) / 1000;
    return {
      cpu: ((after.cpu - before.cpu) * seconds) / took,
      decoded: (after.counts.decoded - before.counts.decoded) / took,
      sent: (8 * (after.counts.sent - before.counts.sent)) / took,
      size: after.counts.size,
    };
  } finally {
    await browser.close();
  }
}

/** Runs in the page before its scripts: what it writes to the others names no height. */
function askForNoSize() {
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function (data) {
    const { height, ...rest } = typeof data === 'string' ? JSON.parse(data) : {};
    if (height === undefined) send.call(this, data);
    else if (Object.keys(rest).length) send.call(this, JSON.stringify(rest));
  };
}

/** Runs in the page. */
function seesAll(others) {
  const playing = [...document.querySelectorAll('.tile:not(.is-own) video')].filter(({ videoWidth }) => videoWidth > 2);
  return playing.length === others;
}

/** Of all connections of all pages: pictures decoded, bytes sent, the sizes of what is sent. */
async function countAll(pages) {
  const sum = { decoded: 0, sent: 0, size: '' };
  const sizes = new Set();
  for (const page of pages) {
    const reports = await page.evaluate(() => Promise.all([...window.pcs.values()].map(async (pc) => [...(await pc.getStats()).values()])));
    for (const { type, kind, framesDecoded = 0, bytesSent = 0, frameWidth, frameHeight } of reports.flat()) {
      if (type === 'inbound-rtp' && kind === 'video') sum.decoded += framesDecoded;
      if (type === 'outbound-rtp') sum.sent += bytesSent;
      if (type === 'outbound-rtp' && kind === 'video' && frameHeight) sizes.add(`${frameWidth}x${frameHeight}`);
    }
  }
  sum.size = [...sizes].toSorted().join(' ');
  return sum;
}

/** Processor time of all processes below this one, by which the browsers are started; the server is among them. */
function cpuSeconds() {
  const children = new Map();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = Number(fields[11]) + Number(fields[12]);
      children.set(fields[1], [...(children.get(fields[1]) ?? []), { id, ticks }]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (parent) => (children.get(parent) ?? []).reduce((sum, { id, ticks }) => sum + ticks + below(id), 0);
  return below(String(process.pid)) * TICK;
}
