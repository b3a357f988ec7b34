// The states of the chat page of which pictures are taken (screens.mjs).

import * as chat from '../support/chat-page.mjs';
import { startServer } from '../support/server.mjs';
import { says } from '../support/status.mjs';
import { eventually } from '../support/wait.mjs';
import { lineTo } from './line.mjs';

const NAMES = ['Mirja', 'Olumide'];

const showsProblem = (page) => eventually('a refusal', async () => (await page.textContent('#problem')) !== '');

/** Two who have written to each other, and the second one's line to a server of their own: it keeps his place for a while. */
const joinByLine = async ({ visit, atEnd }) => {
  const server = await startServer();
  const proxy = await lineTo({ server, atEnd });
  atEnd(() => server.stop());
  const ann = await chat.join(visit, server.http, NAMES[0]);
  const bob = await chat.join(visit, proxy.http, NAMES[1]);
  await chat.areConnected([ann, bob]);
  await chat.say(ann, 'Shall I send you the plan?');
  await chat.say(bob, 'Yes, please.');
  await ann.waitForSelector('#messages li:nth-child(2)');
  return [ann, bob, proxy];
};

export const chatScenes = {
  'chat-choose': async ({ visit }) => ({ page: await visit('/chat.html') }),
  'chat-lobby': async ({ visit, server }) => ({ page: await chat.openLobby(visit, server.http, 'Mirja') }),
  'chat-waiting': async ({ visit, server }) => ({ page: await chat.join(visit, server.http, 'Mirja') }),
  'chat-refused': async ({ visit, server }) => {
    const page = await chat.openLobby(visit, server.http, 'Mirja');
    await page.click('#password-details summary');
    await page.fill('#password', 'wrong');
    await page.click('#join');
    await showsProblem(page);
    // Another size does not scroll to the field again.
    const focus = () => page.evaluate(() => (document.activeElement.blur(), document.querySelector('#password').focus()));
    return { page, beforeEach: focus };
  },
  'chat-full': async ({ visit, server }) => {
    await chat.joinBoth(visit, server, ['Jiayi', 'Olumide']);
    const page = await chat.openLobby(visit, server.http, 'Mirja');
    await page.click('#join');
    await showsProblem(page);
    return { page };
  },
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
  'chat-other-away': async (stage) => {
    const [ann, , proxy] = await joinByLine(stage);
    proxy.refusing = true;
    proxy.cut();
    await says(ann, /connection to the server is lost/);
    return { page: ann };
  },
  'chat-interrupted': async (stage) => {
    const [ann, bob, proxy] = await joinByLine(stage);
    [proxy.refusing, proxy.frozen] = [true, true];
    await bob.evaluate(() => pcs.forEach((pc) => pc.close()));
    await says(ann, /is interrupted/);
    return { page: ann };
  },
  'chat-ended': async ({ visit, server }) => {
    const [ann, bob] = await chat.joinBoth(visit, server, NAMES);
    await chat.say(bob, 'Good bye.');
    await bob.click('#leave');
    await ann.waitForTimeout(500);
    return { page: ann };
  },
};
