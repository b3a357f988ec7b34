// The states of the pages of which pictures are taken (screens.mjs). Each brings a page into its state.

import { answerButton, callAndAnswer, enter, state } from '../support/call-page.mjs';
import * as chat from '../support/chat-page.mjs';
import { startProxy } from '../support/proxy.mjs';
import { says } from '../support/status.mjs';
import { eventually } from '../support/wait.mjs';
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

/** A proxy of one visitor's own, which can be cut. */
const line = async ({ server, atEnd }) => {
  const proxy = await startProxy(Number(server.port));
  atEnd(() => proxy.close());
  return proxy;
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
    await ann.keyboard.press('h');
    return { page: ann };
  },

  'call-connected': async (stage) => ({ page: (await inCall(stage))[0] }),

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

  'call-other-away': async (stage) => {
    const proxy = await line(stage);
    const [ann, bob] = await inCall(stage, [{}, { url: `http://localhost:${proxy.port}` }]);
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

  'chat-choose': async ({ visit }) => ({ page: await visit('/chat.html') }),
  'chat-lobby': async ({ visit, server }) => ({ page: await chat.openLobby(visit, server.http, 'Mirja') }),
  'chat-waiting': async ({ visit, server }) => ({ page: await chat.join(visit, server.http, 'Mirja') }),
  'chat-transfers': async ({ visit, server }) => {
    const [ann, bob] = await chat.joinBoth(visit, server, NAMES);
    await chat.say(ann, 'Here are the pictures: https://example.org/holidays');
    await chat.say(bob, 'Thank you! The sound of the second one is not there yet.');
    await chat.sendFile(ann, 'poster.pdf', 40_000);
    await chat.holdFilesAfter(bob, 12_000_000);
    await chat.sendFile(bob, 'recording.wav', 20_000_000);
    await chat.accept(ann, 'recording.wav');
    await chat.isHeld(bob);
    await chat.sendFile(bob, 'second-recording-with-a-long-name-that-does-not-fit.wav', 60_000_000);
    await ann.waitForTimeout(2_000);
    return { page: ann };
  },
  'chat-offers': async ({ visit, server }) => {
    const [ann, bob] = await chat.joinBoth(visit, server, NAMES);
    for (const name of ['holidays-2026-all-pictures.zip', 'recording.wav', 'film.mp4']) await chat.sendFile(bob, name, 12_000_000);
    for (let n = 1; n <= 8; n += 1) await chat.say(bob, `${n}. Did you see the files?`);
    await ann.waitForSelector('#accept-all:not([hidden])');
    return { page: ann };
  },

  'chat-pictures': async ({ visit, server }) => {
    const [ann, bob] = await chat.joinBoth(visit, server, NAMES);
    await chat.say(bob, 'From the top:');
    await chat.sendPicture(bob, 'mountain.png', 900, 600);
    await ann.waitForSelector('.file-picture');
    await chat.say(ann, 'How beautiful!\nAnd this is our tower.');
    await chat.sendPicture(ann, 'tower.png', 300, 800);
    await ann.waitForFunction(() => document.querySelectorAll('.file-picture').length === 2);
    return { page: ann };
  },

  'chat-ended': async ({ visit, server }) => {
    const [ann, bob] = await chat.joinBoth(visit, server, NAMES);
    await chat.say(bob, 'Good bye.');
    await bob.click('#hangup');
    await ann.waitForTimeout(500);
    return { page: ann };
  },

  ...otherScenes,
};
