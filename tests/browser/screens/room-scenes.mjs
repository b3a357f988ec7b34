// The states of the room page of which pictures are taken (screens.mjs).

import * as room from '../support/room-page.mjs';
import { says } from '../support/status.mjs';
import { eventually } from '../support/wait.mjs';
import { raiseHands, showCrowd, showPoorConnections } from './crowd.mjs';
import { lineTo } from './line.mjs';

/** The user alone, or with so many drawn people. */
const inRoom = async ({ visit, server }, others = 0, options = {}) => {
  const page = await room.join(visit, server.http, 'Mirja', options);
  await showCrowd(page, others);
  return page;
};

/** Lets in nobody whom the host was not asked about. */
const chooseAccess = async (page, access) => {
  await page.click('#more');
  await page.selectOption('#access', access);
  await page.keyboard.press('Escape');
};

const askToEnter = async ({ visit, server }, name) => {
  const page = await room.openLobby(visit, server.http, name);
  await page.click('#join');
  await room.state(page, 'waiting');
  return page;
};

/** A menu closes when the window changes its size: it is opened for each picture. */
const withMenu = (buttonOf) => async (page) => {
  await page.keyboard.press('Escape');
  await buttonOf(page).click();
};

/** Runs in the page before its scripts: the user has forbidden camera and microphone. */
function forbidDevices() {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException('', 'NotAllowedError');
  };
}

/** Runs in the page before its scripts: the page came by http. */
function pretendHttp() {
  Object.defineProperty(window, 'isSecureContext', { value: false });
  Object.defineProperty(navigator, 'mediaDevices', { value: undefined });
}

export const roomScenes = {
  'room-choose': async ({ visit }) => ({ page: await visit('/room.html') }),
  'room-lobby': async ({ visit, server }) => ({ page: await room.openLobby(visit, server.http, 'Mirja') }),
  'room-lobby-forbidden': async ({ visit, server }) => ({
    page: await room.openLobby(visit, server.http, 'Mirja', { prepare: forbidDevices }),
  }),
  'room-lobby-http': async ({ visit, server }) => ({
    page: await room.openLobby(visit, server.http, 'Mirja', { prepare: pretendHttp }),
  }),
  ...Object.fromEntries([1, 2, 3, 4, 6, 9, 16].map((people) => [`room-of-${people}`, async (stage) => ({ page: await inRoom(stage, people - 1) })])),
  'room-real-of-2': async (stage) => {
    const ann = await inRoom(stage);
    const bob = await room.join(stage.visit, stage.server.http, 'Olumide');
    await room.assertAllMeet([ann, bob]).catch(() => {});
    await room.say(bob, 'Shall we begin?');
    await ann.waitForTimeout(500);
    return { page: ann };
  },
  'room-speaker': async (stage) => {
    const page = await inRoom(stage, 5);
    await page.keyboard.press('v');
    return { page };
  },
  'room-full-screen': async (stage) => ({
    page: await inRoom(stage, 3),
    beforeEach: async (page) => {
      // Another size of the window may end it.
      if (!(await page.evaluate(() => document.fullscreenElement))) await page.keyboard.press('f');
      await page.waitForFunction(() => document.fullscreenElement);
    },
  }),
  'room-hands': async (stage) => {
    const page = await inRoom(stage, 8);
    await page.click('#hand');
    await raiseHands(page);
    return { page };
  },
  'room-poor': async (stage) => {
    const page = await inRoom(stage, 8);
    await raiseHands(page);
    await showPoorConnections(page);
    return { page };
  },
  'room-poor-of-2': async (stage) => {
    const page = await inRoom(stage, 1);
    await showPoorConnections(page);
    return { page };
  },
  'room-chat': async (stage) => {
    const page = await inRoom(stage, 3);
    await page.click('#open-chat');
    for (const words of ['Who brings the cake on Thursday?', 'I do.\nIt will be one with nuts: https://example.org/recipes/cakes/with-nuts-and-much-else']) {
      await room.say(page, words);
    }
    return { page };
  },
  'room-more': async (stage) => ({ page: await inRoom(stage, 3), beforeEach: withMenu((page) => page.locator('#more')) }),
  'room-react': async (stage) => ({ page: await inRoom(stage, 3), beforeEach: withMenu((page) => page.locator('#react:not([hidden]), .controls:has(#react[hidden]) #more')) }),
  'room-tile-menu': async (stage) => ({
    page: await inRoom(stage, 3),
    beforeEach: withMenu((page) => page.locator('.tile:not(.is-own) .open-tile-menu').first()),
  }),
  'room-focus': async (stage) => ({
    page: await inRoom(stage, 3),
    beforeEach: async (page) => {
      await page.locator('#hand').focus();
      await page.keyboard.press('Tab'); // What has the focus is marked once keys are used.
      await page.locator('.tile:not(.is-own) .open-tile-menu').first().focus();
    },
  }),
  'room-devices': async (stage) => {
    const page = await inRoom(stage);
    await page.click('#more');
    await page.click('#choose-devices');
    return { page };
  },
  'room-question': async (stage) => {
    const page = await inRoom(stage, 3);
    await page.keyboard.press('l');
    return { page };
  },
  'room-waiting': async (stage) => {
    await chooseAccess(await inRoom(stage), 'ask');
    return { page: await askToEnter(stage, 'Olumide') };
  },
  'room-host-asked': async (stage) => {
    const host = await inRoom(stage);
    await chooseAccess(host, 'ask');
    await askToEnter(stage, 'Olumide');
    await host.waitForSelector('#waiting-peers:not([hidden])');
    await showCrowd(host, 3);
    return { page: host };
  },
  'room-host-asked-by-many': async (stage) => {
    const host = await inRoom(stage);
    await chooseAccess(host, 'ask');
    for (const name of ['Olumide', 'Bartholomäus von der Weidenhöhe', 'Jiayi', 'Marta', 'Kofi']) await askToEnter(stage, name);
    await eventually('five wait', async () => (await host.locator('#waiting-peers-list li').count()) === 5);
    return { page: host };
  },
  'room-locked': async (stage) => {
    const page = await inRoom(stage);
    await chooseAccess(page, 'locked');
    await showCrowd(page, 3);
    return { page };
  },
  'room-refused': async ({ visit, server }) => {
    const page = await room.openLobby(visit, server.http, 'Mirja');
    await page.click('#password-details summary');
    await page.fill('#password', 'wrong');
    await page.click('#join');
    await eventually('a refusal', () => page.evaluate(() => document.querySelector('#problem').textContent !== ''));
    // Another size does not scroll to the field again.
    const focus = () => page.evaluate(() => (document.activeElement.blur(), document.querySelector('#password').focus()));
    return { page, beforeEach: focus };
  },
  'room-server-away': async (stage) => {
    const proxy = await lineTo(stage);
    const page = await room.join(stage.visit, proxy.http, 'Mirja');
    proxy.refusing = true;
    proxy.cut();
    await says(page, /out of reach/);
    return { page };
  },
};
