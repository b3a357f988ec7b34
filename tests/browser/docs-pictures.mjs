// Takes the pictures in docs/images of the call, room and chat page, from the scenes of screens.mjs: `node docs-pictures.mjs`.
// That of the inspector is taken by hand.

import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SIZE = '1280x800';
const SCENES = { call: 'call-connected', room: 'room-real-of-2', chat: 'chat-transfers' };

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
execFileSync(process.execPath, [path('screens.mjs'), Object.values(SCENES).join(), SIZE, 'light'], { stdio: 'inherit' });
for (const [name, scene] of Object.entries(SCENES)) {
  copyFileSync(path(`output/screens/${scene}-${SIZE}-light.png`), path(`../../docs/images/${name}.png`));
}
