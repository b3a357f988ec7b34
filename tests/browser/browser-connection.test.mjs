// Rows of docs/browsers.md: connections between Chromium and Firefox, their candidates, their ends. Bare pages, without
// our scripts: a browser that no longer does so fails here, and the row has to change.

import assert from 'node:assert/strict';
import { browserTest } from './support/browser.mjs';
import { connectEnds, End } from './support/ends.mjs';
import { visitInFirefox } from './support/firefox.mjs';
import { areInstalled } from './support/pairing.mjs';
import { serverFor } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

const PAIRS = ['Chromium', 'Firefox'].flatMap((one) => ['Chromium', 'Firefox'].map((other) => [one, other]));
const LARGEST = { Chromium: 262_144, Firefox: 1_073_741_823 };

browserTest('connections between Chromium and Firefox', async ({ visit, t }) => {
  if (!areInstalled(t, ['Firefox'])) return;
  const { http } = await serverFor(t);
  const pages = { Chromium: await visit(`${http}/healthz`), Firefox: await visitInFirefox(t, `${http}/healthz`) };
  pages.Chromium.problems.expect(/favicon/);

  for (const [offerer, answerer] of PAIRS) {
    await t.test(`${offerer} offers, ${answerer} answers: encryption, message size, and the end that the other sees`, async () => {
      const [one, other] = await Promise.all([offerer, answerer].map((browser) => End.on(pages[browser], (pc) => {
        pc.channel = pc.createDataChannel('x', { negotiated: true, id: 0 });
        pc.addTransceiver('audio');
      })));
      await connectEnds(one, other);

      const transport = await one.run(async (pc) => [...(await pc.getStats()).values()].find(({ type }) => type === 'transport'));
      assert.equal(transport.tlsVersion, 'FEFC', 'DTLS 1.3');
      assert.equal(transport.srtpCipher, offerer === 'Chromium' ? 'SRTP_AES128_CM_HMAC_SHA1_80' : 'SRTP_AEAD_AES_128_GCM');

      const size = Math.min(LARGEST[offerer], LARGEST[answerer]);
      for (const end of [one, other]) assert.equal(await end.run((pc) => pc.sctp.maxMessageSize), size);

      await eventually('an open channel', () => other.run((pc) => pc.channel.readyState === 'open'));
      await other.run((pc) => {
        pc.ends = [];
        pc.sctp.transport.addEventListener('statechange', () => pc.ends.push(`DTLS ${pc.sctp.transport.state}, ${pc.connectionState}`));
        pc.channel.addEventListener('close', () => pc.ends.push('channel closed'));
      });
      await one.close();
      await eventually('the end of both', () => other.run((pc) => pc.ends.length >= 2));
      // connectionState follows seconds later: nothing in it says so at once.
      assert.deepEqual((await other.run((pc) => pc.ends)).sort(), ['DTLS closed, connected', 'channel closed']);
      await other.close();
    });
  }

  for (const [browser, early, unknownUfrag] of [
    ['Chromium', 'taken', 'taken'],
    ['Firefox', 'InvalidStateError', 'OperationError'],
  ]) {
    await t.test(`${browser}: forms of the end of candidates, before and after the description, and an unknown usernameFragment`, async () => {
      const [one, other] = await Promise.all([1, 2].map(() => End.on(pages[browser], (pc) => void pc.createDataChannel('x'))));
      for (const expected of [early, 'taken']) {
        assert.deepEqual(await other.run(endsOfCandidates), { null: expected, undefined: expected, '{}': expected, 'no line': expected });
        await other.accept(await one.describe());
      }
      assert.equal(await other.run(addUnknown), unknownUfrag);
      for (const end of [one, other]) await end.close();
    });
  }
});

/** Runs in the page. */
async function endsOfCandidates(pc) {
  const seen = {};
  for (const [name, form] of Object.entries({ null: null, undefined: undefined, '{}': {}, 'no line': { candidate: '', sdpMid: '0' } })) {
    seen[name] = await pc.addIceCandidate(form).then(() => 'taken', (error) => error.name);
  }
  return seen;
}

/** Runs in the page. */
function addUnknown(pc) {
  const candidate = 'candidate:1 1 udp 2122194687 127.0.0.1 9 typ host';
  return pc.addIceCandidate({ candidate, sdpMid: '0', usernameFragment: 'nope' }).then(() => 'taken', (error) => error.name);
}
