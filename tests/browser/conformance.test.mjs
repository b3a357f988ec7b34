// Is our client a stand-in for the official one? The same scenarios with both, each against our
// server and the official one: whatever a page can see must be the same, or be written down with
// its reason. The table of all scenarios in docs/client.md is made of what came out.

import assert from 'node:assert/strict';
import test from 'node:test';
import { PAIRINGS, officialFile, ourFile, startControl, startPairing } from './conformance/pairings.mjs';
import { PLAYERS, isInstalled, play } from './support/players.mjs';
import { scenarios } from './conformance/site/scenarios/index.js';
import { updateDocument } from './conformance/table.mjs';

const TIMEOUT = 600_000;
/** During development: play only the scenarios whose names hold this. */
const only = process.env.ONLY ?? '';
/** The outcomes of each browser, and what was wrong with them. */
const all = [];
const faults = [];

for (const [name, player] of Object.entries(PLAYERS)) {
  const skip = isInstalled(player) ? false : `no ${name} here`;
  test(`a page cannot tell our client from the official one in ${name}`, { skip, timeout: TIMEOUT }, async () => {
    const outcomes = await playAll(player);
    all.push(outcomes);
    const played = scenarios.filter((scenario) => scenario.name.includes(only));
    const wrong = played.flatMap((scenario) => judge(scenario, outcomes));
    faults.push(...wrong);
    assert.deepEqual(wrong, []);
  });
}

test('docs/client.md holds the table of all scenarios', { skip: only !== '' }, async () => {
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length, 'names are said once');
  assert.ok(all.length > 0 && faults.length === 0, 'there is nothing sound to be written');
  const same = (scenario, server) => all.every((outcomes) => isSame(scenario, server, outcomes));
  const sizes = {
    'ours, `socket.io.js`': await ourFile('socket.io.js'),
    'official 4.8, `socket.io.js`': await officialFile('socket.io.js'),
    'official 4.8, `socket.io.min.js`': await officialFile('socket.io.min.js'),
  };
  assert.ok(await updateDocument(same, sizes), 'it did not: it is written anew, and can be committed');
});

/** What came out, for each pairing: a Map from the names of scenarios. */
async function playAll(player) {
  const pairings = await Promise.all(PAIRINGS.map(startPairing));
  const control = await startControl();
  const { address, finished } = control.stage(pairings, only);
  const closeBrowser = await play(player, address);
  try {
    return await finished;
  } finally {
    await closeBrowser();
    control.stop();
    await Promise.all(pairings.map(({ stop }) => stop()));
  }
}

/** What is wrong with the outcomes of one scenario, in words. */
function judge(scenario, outcomes) {
  const { name, servers, differs } = scenario;
  return servers.flatMap((server) => {
    const faults = [];
    for (const client of ['ours', 'official']) {
      const outcome = outcomeOf(scenario, client, server, outcomes);
      if (!outcome || outcome.failed) faults.push(`${name}: ${client} on ${server}: ${outcome?.failed ?? 'not played'}`);
    }
    const same = isSame(scenario, server, outcomes);
    if (same === Boolean(differs)) {
      const [ours, official] = ['ours', 'official'].map((client) =>
        JSON.stringify(outcomeOf(scenario, client, server, outcomes)));
      const what = same ? 'is said to differ and does not' : 'differs';
      faults.push(`${name}: ${what} on ${server}:\n  ours     ${ours}\n  official ${official}`);
    }
    return faults;
  });
}

function isSame(scenario, server, outcomes) {
  const [ours, official] = ['ours', 'official'].map((client) => outcomeOf(scenario, client, server, outcomes));
  return JSON.stringify(ours) === JSON.stringify(official);
}

function outcomeOf({ name }, client, server, outcomes) {
  const number = PAIRINGS.findIndex((pairing) => pairing.client === client && pairing.server === server);
  return outcomes[number].get(name);
}
