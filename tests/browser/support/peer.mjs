// What a test does to the peer connection of our call page, and sees of it: `pc`, as in the console.

import assert from 'node:assert/strict';
import { assertConnected, assertFramesArrive } from './call.mjs';
import { eventually } from './wait.mjs';

/** As when the network changes: another way to the other side is looked for. */
export function restartIce(page) {
  return page.evaluate(() => window.dispatchEvent(new Event('online')));
}

/** After `change` both sides use new credentials: there was an ICE restart, and pictures go on. */
export async function assertNewWay(one, other, change) {
  const pages = [one, other];
  const before = await Promise.all(pages.map(credentials));
  await change();
  await eventually('new credentials on both sides', async () => {
    const after = await Promise.all(pages.map(credentials));
    return after.flat().every((ufrag) => ufrag && !before.flat().includes(ufrag));
  });
  await areStable(...pages);
  const [[oneLocal, oneRemote], [otherLocal, otherRemote]] = await Promise.all(pages.map(credentials));
  assert.deepEqual([oneLocal, oneRemote], [otherRemote, otherLocal]);
  for (const page of pages) {
    await assertConnected(page);
    await assertFramesArrive(page);
  }
}

/** Nothing is being negotiated any more. */
export function areStable(...pages) {
  return eventually('both stable', async () => {
    const states = await Promise.all(pages.map((page) => page.evaluate(() => pc.signalingState)));
    return states.every((state) => state === 'stable');
  });
}

/** The names under which the two ends of the connection know each other: own, other's. */
function credentials(page) {
  return page.evaluate(() => {
    const ufrag = (description) => /^a=ice-ufrag:(\S+)/m.exec(description?.sdp)?.[1];
    return [ufrag(pc.currentLocalDescription), ufrag(pc.currentRemoteDescription)];
  });
}

/** Whether the page sends sound or pictures at present. */
export function sends(page, kind) {
  return page.evaluate((wanted) => {
    const { track } = pc.getSenders().find((sender) => sender.track?.kind === wanted) ?? {};
    return Boolean(track?.enabled && track.readyState === 'live');
  }, kind);
}
