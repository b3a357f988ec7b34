// The wire of Switchboard beside that of the official server (npm socket.io): the same requests to
// both, and whatever comes back must be the same, byte for byte, but for what differs on purpose
// (said with each case) or is known to differ for now (wire/known.mjs, a list that must shrink).

import assert from 'node:assert/strict';
import test from 'node:test';
import { Seen } from './wire/cases/case.mjs';
import cors from './wire/cases/cors.mjs';
import handshake from './wire/cases/handshake.mjs';
import polling from './wire/cases/polling.mjs';
import webSocket from './wire/cases/websocket.mjs';
import upgrade from './wire/cases/upgrade.mjs';
import ends from './wire/cases/ends.mjs';
import { KNOWN } from './wire/known.mjs';
import { startBoth } from './wire/servers.mjs';

const chapters = { handshake, cors, polling, webSocket, upgrade, ends };
/** During development: play only the cases whose names hold this. */
const only = process.env.ONLY ?? '';

for (const [chapter, cases] of Object.entries(chapters)) {
  test(`on the wire nobody can tell Switchboard from the official server: ${chapter}`, async () => {
    const played = cases.filter(({ name }) => name.includes(only));
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length, 'names are said once');
    const pairs = await startPairs(played);
    const differences = {};
    try {
      for (const each of played) {
        const found = differencesOf(each, await playBoth(each, pairs.get(keyOf(each))));
        if (Object.keys(found).length) differences[each.name] = found;
      }
    } finally {
      await Promise.all([...pairs.values()].flatMap(({ official, switchboard }) => [official.kill(), switchboard.kill()]));
    }
    const wrong = judge(chapter, played, differences);
    assert.ok(wrong.length === 0, wrong.join('\n'));
  });
}

/** A pair of servers for each of the settings that the cases ask for, and for each case that stops them. */
async function startPairs(cases) {
  const keys = new Map(cases.map((each) => [keyOf(each), each.settings]));
  const started = [...keys].map(async ([key, settings]) => [key, await startBoth(settings)]);
  return new Map(await Promise.all(started));
}

function keyOf({ name, settings, alone }) {
  return alone ? name : JSON.stringify(settings ?? {});
}

async function playBoth({ play }, pair) {
  const seen = Object.entries(pair).map(async ([which, server]) => {
    const notes = new Seen();
    try {
      await play(server, notes);
    } catch (error) {
      if (which === 'official') throw error;
      notes.note('fails', error.message);
    }
    return [which, notes.all];
  });
  return Object.fromEntries(await Promise.all(seen));
}

/** What Switchboard showed otherwise than it should: a sentence for each thing seen. */
function differencesOf({ name, purpose }, { official, switchboard }) {
  const found = {};
  for (const [thing, { ours, sometimes }] of Object.entries(purpose)) {
    if (!sometimes) assert.notEqual(official.get(thing), ours, `${name}: ${thing} is said to differ on purpose and is the same`);
  }
  for (const thing of new Set([...official.keys(), ...switchboard.keys(), ...Object.keys(purpose)])) {
    const wanted = thing in purpose ? purpose[thing].ours : official.get(thing);
    const [is, shall] = [switchboard.get(thing), wanted].map((value) => JSON.stringify(value ?? 'nothing'));
    if (is !== shall) found[thing] = `${is} instead of ${shall}`;
  }
  return found;
}

/** What is wrong with that, in words. */
function judge(chapter, cases, differences) {
  const known = knownOf(chapter);
  const wrong = [];
  for (const { name } of cases) {
    const [found, expected] = [differences[name] ?? {}, known.get(name) ?? new Map()];
    for (const [thing, sentence] of Object.entries(found)) {
      if (!expected.has(thing)) wrong.push(`${name}: ${thing}: ${sentence}`);
    }
    for (const [thing, sometimes] of expected) {
      if (!sometimes && !(thing in found)) wrong.push(`${name}: ${thing}: no longer differs, take it off wire/known.mjs`);
    }
  }
  for (const name of only ? [] : known.keys()) {
    if (!cases.some((each) => each.name === name)) wrong.push(`${name}: stands in wire/known.mjs, and there is no such case`);
  }
  return wrong;
}

/** The cases of a chapter that are known to differ: their names, and what differs, perhaps only sometimes. */
function knownOf(chapter) {
  const known = new Map();
  for (const { things, sometimes = false, ...chapters } of KNOWN) {
    for (const name of chapters[chapter] ?? []) {
      known.set(name, new Map([...(known.get(name) ?? []), ...things.map((thing) => [thing, sometimes])]));
    }
  }
  return known;
}
