// The states of the pages of which pictures are taken (screens.mjs). Each brings a page into its state.

import { answerButton, enter, state } from '../support/call-page.mjs';
import { says } from '../support/status.mjs';
import { eventually } from '../support/wait.mjs';
import { chatScenes } from './chat-scenes.mjs';
import { lineTo } from './line.mjs';
import { otherScenes } from './other-scenes.mjs';
import { roomScenes } from './room-scenes.mjs';

/** @typedef {{visit: Function, server: object, atEnd: (end: () => Promise<void>) => void}} Stage */

const NAMES = ['Mirja', 'Olumide'];

const callers = async ({ visit, server }, options = [{}, {}]) => {
  const pages = [];
  for (const [n, name] of NAMES.entries()) pages.push(await enter(visit, server, name, options[n].url ?? server.http, options[n]));
  return pages;
};

const inCall = async (stage, options) => {
  const [ann, bob] = await callers(stage, options);
  await ann.click('#call');
  await answerButton(bob).click();
  await Promise.all([state(ann, 'connected'), state(bob, 'connected')]);
  return [ann, bob];
};

/** Runs in the page before its scripts: the connection reports losses. */
function reportLosses() {
  const { getStats } = RTCPeerConnection.prototype;
  let lost = 0;
  RTCPeerConnection.prototype.getStats = async function (...which) {
    const report = new Map(await getStats.apply(this, which));
    lost += 40;
    for (const [id, stat] of report) {
      if (stat.type === 'inbound-rtp') report.set(id, { ...stat, packetsLost: lost });
      if (stat.type === 'candidate-pair') report.set(id, { ...stat, currentRoundTripTime: 0.61 });
    }
    return report;
  };
}

/** Runs in the page before its scripts: the network lets nothing through to the other side. */
function blockConnections() {
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addIceCandidate = async () => {};
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    return setRemoteDescription.call(this, { type, sdp: sdp.replace(/^a=candidate:.*\r\n/gm, '') });
  };
}

/** Runs in the page: it waits a second for what it would wait for half a minute. */
function losePatience() {
  const { setTimeout: begin } = window;
  window.setTimeout = (work, ms, ...rest) => begin(work, ms === 30_000 ? 1_000 : ms, ...rest);
}

export const scenes = {
  'call-fresh': async ({ visit, server }) => ({ page: await enter(visit, server, 'Mirja') }),

  'call-ringing': async (stage) => {
    const [ann, bob] = await callers(stage);
    await bob.click('#call');
    await ann.waitForSelector('#ring:not([hidden])');
    return { page: ann };
  },

  'call-waiting': async (stage) => {
    const [ann] = await callers(stage);
    await ann.click('#call');
    await state(ann, 'waiting');
    return { page: ann };
  },

  'call-both-calling': async (stage) => {
    const pages = await callers(stage);
    for (const page of pages) await page.click('#call');
    await pages[0].waitForSelector('#ring:not([hidden])');
    return { page: pages[0] };
  },

  'call-offline': async (stage) => {
    const proxy = await lineTo(stage);
    const page = await enter(stage.visit, stage.server, 'Mirja', proxy.http);
    proxy.refusing = true;
    proxy.cut();
    await state(page, 'offline');
    return { page };
  },

  'call-preview': async ({ visit, server }) => {
    const page = await enter(visit, server, 'Mirja');
    await page.click('#open-preview');
    await page.waitForSelector('#level-words:has-text("works")');
    return { page };
  },

  'call-keys': async ({ visit, server }) => {
    const page = await enter(visit, server, 'Mirja');
    await page.keyboard.press('?');
    return { page };
  },

  'call-question': async (stage) => {
    const [ann] = await inCall(stage);
    await ann.keyboard.press('l');
    return { page: ann };
  },

  'call-connected': async (stage) => {
    const [ann] = await inCall(stage);
    await ann.waitForFunction(() => [...document.querySelectorAll('video')].every(({ videoWidth, paused }) => videoWidth && !paused));
    return { page: ann };
  },

  'call-camera-off': async (stage) => {
    const [ann, bob] = await inCall(stage);
    await bob.click('#camera');
    await bob.click('#microphone');
    await ann.waitForSelector('.lacks-sound:not(.has-remote)');
    return { page: ann };
  },

  'call-poor': async (stage) => {
    const [ann] = await inCall(stage, [{ prepare: reportLosses }, {}]);
    await eventually('a poor connection', () => ann.evaluate(() => !document.querySelector('#poor').hidden));
    return { page: ann };
  },

  'call-details': async (stage) => {
    const [ann] = await inCall(stage);
    await ann.click('#quality');
    await ann.waitForTimeout(3_000);
    return { page: ann };
  },

  'call-server-away': async (stage) => {
    const proxy = await lineTo(stage);
    const [ann] = await inCall(stage, [{ url: proxy.http }, {}]);
    proxy.refusing = true;
    proxy.cut();
    await says(ann, /goes on without it/);
    return { page: ann };
  },

  'call-other-away': async (stage) => {
    const proxy = await lineTo(stage);
    const [ann, bob] = await inCall(stage, [{}, { url: proxy.http }]);
    proxy.refusing = true;
    proxy.cut();
    await says(ann, /is lost/);
    return { page: ann, bob };
  },

  'call-ended': async (stage) => {
    const [ann, bob] = await inCall(stage);
    await bob.click('#hangup');
    await state(ann, 'idle');
    return { page: ann };
  },

  'call-failed': async (stage) => {
    const [ann, bob] = await callers(stage, [{ prepare: blockConnections }, { prepare: blockConnections }]);
    await ann.evaluate(losePatience);
    await ann.click('#call');
    await answerButton(bob).click();
    await says(ann, /The call failed/);
    return { page: ann };
  },

  'call-refused': async ({ visit, server }) => {
    const page = await enter(visit, server, 'Mirja');
    await page.click('#password-details summary');
    await page.fill('#password', 'wrong');
    await page.press('#password', 'Enter');
    await eventually('a refusal', () => page.evaluate(() => document.querySelector('#problem').textContent !== ''));
    return { page };
  },

  'call-german': async ({ visit, server }) => ({ page: await enter(visit, server, 'Mirja', `${server.http}/?lang=de`) }),

  ...roomScenes,

  ...chatScenes,
  ...otherScenes,
};
