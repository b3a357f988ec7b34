// Our pages at an address that the server does not allow: each says so, with the flag and this very
// address, and does not go on trying.

import { browserTest } from './support/browser.mjs';
import { says } from './support/call-page.mjs';
import { canJoin } from './support/room-page.mjs';
import { serverFor } from './support/server.mjs';

/** A name that is not this machine's own, as far as the server knows. */
const HOST = 'calls.example';

for (const transport of ['websocket', 'polling']) {
  for (const path of ['/', '/room/tea', '/chat.html?room=tea']) {
    browserTest(`${path} at an address that is not allowed names the flag and the address (${transport})`, async ({ visit, t }) => {
      const server = await serverFor(t);
      // Away from localhost a browser gives camera and microphone only to https.
      const origin = `https://${HOST}:${server.port}`;
      const page = await visit(`${origin}${path}`, { hosts: `MAP ${HOST} 127.0.0.1`, camera: 'several', transport });
      page.problems.expect(/403|WebSocket connection to/);
      if (path !== '/') {
        await canJoin(page);
        await page.click('#join');
      }
      await says(page, new RegExp(`^Not connected\\..*Pages of ${origin} may not connect to this server\\. .*--allow-origin ${origin}`, 's'));
    });
  }
}
