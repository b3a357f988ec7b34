// Rows of docs/browsers.md: what Chromium and Firefox do to each other in negotiations. Bare pages, without our scripts: a
// browser that no longer does so fails here, and the row has to change.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { connectEnds, End, negotiate, outcome } from './support/ends.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { areInstalled } from './support/pairing.mjs';
import { serverFor } from './support/server.mjs';

const PAIRS = ['Chromium', 'Firefox'].flatMap((one) => ['Chromium', 'Firefox'].map((other) => [one, other]));

/** Runs in the page: a link of data channels alone. */
const withChannel = (pc) => void pc.createDataChannel('x', { negotiated: true, id: 0 });
const addAudio = (pc) => void pc.addTransceiver('audio');

browserTest('negotiations between Chromium and Firefox', async ({ visit, t }) => {
  if (!areInstalled(t, ['Firefox'])) return;
  const { http } = await serverFor(t);
  const pages = { Chromium: await visit(`${http}/healthz`), Firefox: await visitInFirefox(t, `${http}/healthz`) };
  pages.Chromium.problems.expect(/favicon/);

  /** For each pair of offerer and answerer what `story` gives, as `expected` has it. */
  const row = (name, story, expected) => t.test(name, async () => {
    const seen = {};
    for (const pair of PAIRS) {
      const ends = await Promise.all(pair.map((browser) => End.on(pages[browser], withChannel)));
      await connectEnds(...ends);
      seen[pair.join('-')] = await story(...ends);
      await Promise.all(ends.map((end) => end.close()));
    }
    assert.deepEqual(seen, expected);
  });
  const allPairs = (value) => Object.fromEntries(PAIRS.map((pair) => [pair.join('-'), value]));

  await row('roles: the answerer restarts ICE', async (one, other) => {
    await other.run((pc) => pc.restartIce());
    const result = await outcome(negotiate(other, one));
    return /SSL role/.test(result) ? 'wrong role' : result;
  }, { ...allPairs('done'), 'Firefox-Chromium': 'wrong role' });

  await row('both ends of a data link add audio at once, the second one takes its offer back', async (one, other) => {
    await Promise.all([one, other].map((end) => end.run(addAudio)));
    const offer = await one.describe();
    await other.describe();
    const result = await outcome(other.accept(offer));
    if (result === 'done') return outcome(other.describe().then((answer) => one.accept(answer)).then(() => negotiate(other, one)));
    const again = await outcome(other.run((pc) => pc.setLocalDescription({ type: 'rollback' })).then(() => other.accept(offer)));
    return [result, again].every((words) => /RTP extension ID reassignment/.test(words)) ? 'cannot go on' : [result, again];
  }, { ...allPairs('done'), 'Firefox-Chromium': 'cannot go on' });

  await row('one end of a data link adds audio and the other video at once', async (one, other) => {
    await Promise.all([one.run(addAudio), other.run((pc) => void pc.addTransceiver('video'))]);
    const offer = await one.describe();
    await other.describe();
    const result = await outcome(other.accept(offer));
    return /RTP extension ID reassignment/.test(result) ? 'refused' : result;
  }, { ...allPairs('done'), 'Chromium-Chromium': 'refused', 'Firefox-Chromium': 'refused' });

  await row('one end after the other adds audio', async (one, other) => {
    await one.run(addAudio);
    const first = await outcome(negotiate(one, other));
    await other.run(addAudio);
    return [first, await outcome(negotiate(other, one))];
  }, allPairs(['done', 'done']));
});
