// What a test does to the peer connection of our call page, and sees of it: `pc`, as in the console.

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
  let after;
  // Each side may restart ICE once more, and between two answers of the pages a change may be half way.
  await eventually('the same new credentials on both sides, and both stable', async () => {
    after = await Promise.all(pages.map(credentials));
    const [[oneLocal, oneRemote, ...oneState], [otherLocal, otherRemote, ...otherState]] = after;
    return [...oneState, ...otherState].every((state) => state === 'stable') && oneLocal === otherRemote && oneRemote === otherLocal
      && [oneLocal, oneRemote].every((ufrag) => ufrag && !before.flat().includes(ufrag));
  }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify({ before, after })}`, { cause: error });
  });
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

/** The names under which the two ends of the connection know each other: own, other's; and the state of the negotiation. */
function credentials(page) {
  return page.evaluate(() => {
    const ufrag = (description) => /^a=ice-ufrag:(\S+)/m.exec(description?.sdp)?.[1];
    return [ufrag(pc.currentLocalDescription), ufrag(pc.currentRemoteDescription), pc.signalingState];
  });
}

/** Whether the page sends sound or pictures at present. */
export function sends(page, kind) {
  return page.evaluate((wanted) => {
    const { track } = pc.getSenders().find((sender) => sender.track?.kind === wanted) ?? {};
    return Boolean(track?.enabled && track.readyState === 'live');
  }, kind);
}
