// Takes pictures of every state of the call, room and chat page, in five sizes (rooms in that of an older phone, too) and those
// of a window that is zoomed, light, dark and in forced colours, to be looked at: `node screens.mjs`, or
// `node screens.mjs room-,chat- 390x844 dark` for those whose names hold all of these words, where a comma stands for “or”. They
// go to output/screens/. With `--axe` it takes none, but lets axe-core look at each state in two sizes, zoomed and in all looks,
// and looks whether the page scrolls sideways, also when it is read from right to left, and whether all can be reached.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from './support/chromium.mjs';

import { scenes } from './screens/scenes.mjs';
import { CAMERA, QUIET } from './screens/browser.mjs';
import { unreachable, widthRead } from './screens/reach.mjs';
import { isAccessible } from './support/inspector-page.mjs';
import { startServer } from './support/server.mjs';

const isCheck = process.argv.includes('--axe');
/** What a window of 1280×1024 shows at 200 and 400 % (WCAG 1.4.10). */
const ZOOMED = [[640, 512], [320, 256]];
const SIZES = [...(isCheck ? [[390, 844], [1280, 800]] : [[390, 844], [844, 390], [768, 1024], [1280, 800], [1920, 1080]]), ...ZOOMED];
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
  await isAccessible(page, name, { isForced: /-forced$/.test(name) }).catch(({ message }) => complain(message.replace(/\n\s*/g, ' ')));
  for (const dir of ['ltr', 'rtl']) {
    const width = await page.evaluate(widthRead, dir);
    if (width) complain(`${name}: ${width} px wide, ${dir}`);
  }
  const hidden = await page.evaluate(unreachable);
  if (hidden.length) complain(`${name}: cannot be pressed: ${hidden.join(', ')}`);
}

/** The names of all pictures of a scene. */
function names(scene) {
  return sizesOf(scene).flatMap(([width, height]) => Object.keys(LOOKS).map((look) => `${scene}-${width}x${height}-${look}`));
}

function isWanted(name) {
  return wanted.every((words) => words.split(',').some((word) => name.includes(word)));
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
