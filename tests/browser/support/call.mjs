// The proof of a call: connected, moving pictures both ways, and every candidate found on one side
// added on the other. The last matters: on one machine a call connects even if candidates are lost.

import assert from 'node:assert/strict';
import { eventually } from './wait.mjs';

/**
 * Fails unless the newest peer connections of the two pages are in a call with one another.
 * With `afterRefusal`, candidates of earlier connections of a page may have come along.
 */
export async function assertInCall(one, other, { afterRefusal = false } = {}) {
  for (const page of [one, other]) await assertConnected(page);
  for (const page of [one, other]) {
    await assertFramesArrive(page);
    await assertPictureIsNotBlack(page);
  }
  await assertCandidatesArrived(one, other, afterRefusal);
  await assertCandidatesArrived(other, one, afterRefusal);
}

export async function assertConnected(page) {
  await eventually('connected', () => page.evaluate(() => observedCalls.at(-1)?.pc.connectionState === 'connected'));
}

/** The other side's pictures go on being decoded, from now on. */
export async function assertFramesArrive(page) {
  const before = await framesDecoded(page);
  await eventually('more frames decoded', async () => (await framesDecoded(page)) > before);
}

function framesDecoded(page) {
  return page.evaluate(async () => {
    const report = await observedCalls.at(-1).pc.getStats();
    const video = [...report.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    return video?.framesDecoded ?? 0;
  });
}

/** The remote video shows something: light and dark places. */
export async function assertPictureIsNotBlack(page) {
  await eventually('a picture in the remote video', () => page.evaluate(() => {
    const video = document.querySelector('#remote-video');
    if (!video.videoWidth) return false;
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const brightness = [];
    for (let i = 0; i < data.length; i += 4) brightness.push((data[i] + data[i + 1] + data[i + 2]) / 3);
    const mean = brightness.reduce((sum, value) => sum + value, 0) / brightness.length;
    const variance = brightness.reduce((sum, value) => sum + (value - mean) ** 2, 0) / brightness.length;
    return mean > 10 && variance > 100;
  }));
}

/** What `from` found, all of it, is what `to` added: the same, in the same order, once each. */
async function assertCandidatesArrived(from, to, afterRefusal) {
  await allCandidatesFound(from);
  const [found, ...earlier] = await from.evaluate(() => observedCalls.map((call) => call.found).reverse());
  assert.ok(found.length > 0, 'no candidate was found at all');
  const left = new Set(afterRefusal ? earlier.flat() : []);
  const added = async () =>
    (await to.evaluate(() => observedCalls.at(-1).added)).filter((candidate) => !left.has(candidate));
  await eventually('as many candidates added as found', async () => (await added()).length >= found.length)
    .catch(() => {}); // the comparison says it better
  assert.deepEqual(await added(), found);
}

/** The page has found all the candidates of its newest call. */
export function allCandidatesFound(page) {
  return eventually('all candidates found', () =>
    page.evaluate(() => observedCalls.at(-1)?.pc.iceGatheringState === 'complete'));
}
