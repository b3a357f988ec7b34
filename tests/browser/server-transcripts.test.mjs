// The transcripts of docs/protocol.md, typed by hand once more: each line that a client sends is sent, and each line that
// it receives has to come, in that order and without another one between.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { WebSocket } from 'ws';
import { serverFor } from './support/server.mjs';
import { within } from './support/wait.mjs';

const document = await readFile(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const sections = document.split(/^#+ (?=\d)/m);
const transcripts = sections.flatMap((section) => {
  const [heading, text] = [section.split('\n', 1)[0], section.match(/```text\n([^`]*)```/)?.[1]];
  return text ? [[heading, text]] : [];
});

test('the document has the transcripts of a call and of a room', () => {
  assert.deepEqual(transcripts.map(([heading]) => heading), ['1.8 A call, typed by hand', '2.6 Three people, typed by hand']);
});

for (const [heading, text] of transcripts) {
  test(`transcript "${heading}" is what the server does`, async (t) => {
    const server = await serverFor(t, '--reconnect-grace', '1s');
    const clients = new Map();
    const learned = new Map();
    for (const line of text.replaceAll(/\n {7}/g, '').split('\n').filter(Boolean)) {
      const [, name, what, rest] = line.match(/^(\w+) +(connects to|is killed|[<>]) ?(.*?)( {2,}\(.*\))?$/);
      if (what === 'connects to') clients.set(name, await connect(t, rest.replace('localhost:8181', `127.0.0.1:${server.port}`)));
      else if (what === 'is killed') clients.get(name).kill();
      else if (what === '>') clients.get(name).send(translate(rest, learned));
      else receive(await within(clients.get(name).next(), `"${line}"`), rest, learned);
    }
    for (const [name, client] of clients) assert.deepEqual([name, ...client.waiting], [name]);
  });
}

async function connect(t, address) {
  const socket = new WebSocket(address);
  const waiting = [];
  let wake = () => {};
  t.after(() => socket.terminate());
  socket.on('message', (message) => {
    if (String(message) === '2') socket.send('3'); // Engine.IO's heartbeat, which the document leaves out.
    else wake(waiting.push(String(message)));
  });
  await within(new Promise((resolve) => socket.once('open', resolve)), `connection to ${address}`);
  return {
    waiting,
    send: (text) => socket.send(text),
    kill: () => socket.terminate(),
    async next() {
      while (!waiting.length) await new Promise((resolve) => { wake = resolve; });
      return waiting.shift();
    },
  };
}

/** Ids are random: those of the document stand for those of this run. */
const ID = /(?<=")[0-9a-f]{16}(?=")|(?<="sid":")[^"]+/g;

function translate(text, learned) {
  return text.replaceAll(ID, (id) => learned.get(id) ?? id);
}

/** Compares what came with what the document says. Sentences are for people and may be put differently. */
function receive(actual, expected, learned) {
  const [ids, actualIds] = [expected.match(ID) ?? [], actual.match(ID) ?? []];
  ids.forEach((id, index) => learned.has(id) || learned.set(id, actualIds[index]));
  const withoutSentence = (message) => message.replace(/"message":"(\\.|[^"\\])+"/, '"message":"…"');
  assert.equal(withoutSentence(actual), withoutSentence(translate(expected, learned)));
}
