// Makes the pictures of public/icons/ from public/icon.svg: `node app-icons.mjs`, after a change of that drawing. A maskable
// icon and that of Apple's devices are cut by the system, so they have the ground up to their edges, and the first of the two
// has its drawing in the middle four fifths.

import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from './support/chromium.mjs';

const PUBLIC = fileURLToPath(new URL('../../public/', import.meta.url));
const GROUND = '#14382e';
const ICONS = [
  { name: 'icon-192', size: 192 },
  { name: 'icon-512', size: 512 },
  { name: 'maskable-512', size: 512, ground: GROUND, scale: 0.8 },
  { name: 'apple-touch-180', size: 180, ground: GROUND },
];

const drawing = await readFile(`${PUBLIC}icon.svg`, 'base64');
await mkdir(`${PUBLIC}icons`, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
try {
  const page = await browser.newPage();
  for (const { name, size, ground = 'transparent', scale = 1 } of ICONS) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<body style="margin: 0; height: ${size}px; display: grid; place-content: center; background: ${ground}">
      <img src="data:image/svg+xml;base64,${drawing}" width="${size * scale}" height="${size * scale}" alt="">`);
    await page.evaluate(() => document.images[0].decode());
    await page.screenshot({ path: `${PUBLIC}icons/${name}.png`, omitBackground: true });
  }
} finally {
  await browser.close();
}
