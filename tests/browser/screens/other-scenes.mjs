// The states of the check page, the inspector, the style guide and of pages for a person that the server makes
// (screens.mjs). They are longer than a screen: their pictures show all of them.

import { check } from '../support/check-page.mjs';
import { startServer } from '../support/server.mjs';

const whole = async (page) => ({ page: await page, isWhole: true });

export const otherScenes = {
  'check-fresh': ({ visit }) => whole(visit('/check')),
  'check-results': async ({ visit }) => {
    const page = await visit('/check');
    await check(page);
    return whole(page);
  },
  'inspector': async ({ visit, atEnd }) => {
    const inspected = await startServer('--inspector=on');
    atEnd(() => inspected.stop());
    const page = await visit(`${inspected.http}/inspector#${inspected.inspectorKey}`);
    const ann = await visit(inspected.http);
    await ann.fill('#name', 'Mirja');
    await page.waitForTimeout(2_000);
    return whole(page);
  },
  'style-guide': ({ visit }) => whole(visit('/styleguide')),
  'missing-page': ({ visit }) => whole(visit('/no/such/page')),
  'authority': ({ visit }) => whole(visit('/ca')),
};
