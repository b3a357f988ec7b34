// Playwright's Chromium, as all files of tests have it.

import { createRequire } from 'node:module';

// By `require`: an `import` of these files, 7 MB that are no modules, reads each of them twice, for the names that it exports.
export const { chromium } = createRequire(import.meta.url)('playwright-core');
