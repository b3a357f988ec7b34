// Takes pictures of every state of the call, room and chat page, in five sizes (rooms in that of an older phone, too), light,
// dark and in forced colours, to be looked at: `node screens.mjs`, or `node screens.mjs room- 390x844 dark` for those whose
// names hold all of these words. They go to output/screens/. With `--axe` it takes none, but lets axe-core look at each state in
// two sizes and all looks, and looks whether the page scrolls sideways when it is read from right to left.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from './support/chromium.mjs';

import { scenes } from './screens/scenes.mjs';
import { CAMERA, QUIET } from './screens/browser.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { startServer } from './support/server.mjs';

const isCheck = process.argv.includes('--axe');
const SIZES = isCheck ? [[390, 844], [1280, 800]] : [[390, 844], [844, 390], [768, 1024], [1280, 800], [1920, 1080]];
const ROOM_SIZES = [[375, 667], ...SIZES];
const sizesOf = (scene) => (/^room-/.test(scene) ? ROOM_SIZES : SIZES);
const LOOKS = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'light', forcedColors: 'active' },
};

const wanted = process.argv.slice(2).filter((word) => word !== '--axe');
const folder = fileURLToPath(new URL('output/screens/', import.meta.url));
await mkdir(folder, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...QUIET, ...CAMERA] });
const server = await startServer();
let count = 0;
try {
  for (const [name, play] of Object.entries(scenes)) {
    if (names(name).some(isWanted)) await photograph(name, play);
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(isCheck ? `${count} looks` : `${count} pictures in ${folder}`);

/** Says what is wrong, and goes on. */
async function check(page, name) {
  const complain = (words) => {
    console.error(words);
    process.exitCode = 1;
  };
  await isAccessible(page, name).catch(({ message }) => complain(message.replace(/\n\s*/g, ' ')));
  const wide = await page.evaluate(async () => {
    const root = document.documentElement;
    root.dir = 'rtl';
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const width = root.scrollWidth;
    root.removeAttribute('dir');
    return width > innerWidth ? width : 0;
  });
  if (wide) complain(`${name}: ${wide} px wide from right to left`);
}

/** The names of all pictures of a scene. */
function names(scene) {
  return sizesOf(scene).flatMap(([width, height]) => Object.keys(LOOKS).map((look) => `${scene}-${width}x${height}-${look}`));
}

function isWanted(name) {
  return wanted.every((word) => name.includes(word));
}

async function photograph(scene, play) {
  const contexts = [];
  const visit = async (path, { prepare, ...options } = {}) => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 }, ...options });
    contexts.push(context);
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    if (prepare) await page.addInitScript(prepare);
    await page.goto(new URL(path, server.http).href);
    return page;
  };
  const ends = [];
  try {
    const { page, beforeEach, isWhole = false } = await play({ visit, server, atEnd: (end) => ends.push(end) });
    for (const [width, height] of sizesOf(scene)) {
      for (const [look, media] of Object.entries(LOOKS)) {
        const name = `${scene}-${width}x${height}-${look}`;
        if (!isWanted(name)) continue;
        await page.setViewportSize({ width, height });
        await page.emulateMedia(media);
        await beforeEach?.(page);
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        if (isCheck) await check(page, name);
        else await page.screenshot({ path: `${folder}${name}.png`, animations: 'disabled', fullPage: isWhole });
        count += 1;
      }
    }
    console.log(scene);
  } catch (error) {
    console.error(`${scene}: ${error.message}`);
    process.exitCode = 1;
  } finally {
    for (const end of ends) await end();
    for (const context of contexts) await context.close();
  }
}
