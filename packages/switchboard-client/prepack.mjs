// Fills the package with the scripts that the server serves, and their types.

import { copyFileSync, readFileSync } from 'node:fs';

const { files } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
for (const file of files) {
  const folder = file.endsWith('.d.ts') ? 'switchboard/' : '';
  copyFileSync(new URL(`../../public/${folder}${file}`, import.meta.url), new URL(file, import.meta.url));
}
