// Writes what came out of the scenarios, and the sizes of the files, into docs/client.md, between
// the marks there. The rest of that file is written by hand.

import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { groups, scenarios } from './site/scenarios/index.js';

const DOCUMENT = new URL('../../../docs/client.md', import.meta.url);

/**
 * `same(scenario, server)` says whether the two clients did the same; `sizes` are texts by name.
 * Returns whether the document said all that already.
 */
export function updateDocument(same, sizes) {
  return updateBetween({ scenarios: table(same), differences: differences(), sizes: sizeTable(sizes) });
}

/** Puts each text between the marks of its name. Returns whether it stood there already. */
export async function updateBetween(texts) {
  const before = await readFile(DOCUMENT, 'utf8');
  let after = before;
  for (const [mark, text] of Object.entries(texts)) {
    const between = new RegExp(`(<!-- ${mark} -->\n)[^]*?(\n<!-- end of ${mark} -->)`);
    after = after.replace(between, (_, start, end) => `${start}${text}${end}`);
  }
  if (after !== before) await writeFile(DOCUMENT, after);
  return after === before;
}

/** Scenarios that differ on purpose, each sentence once. */
function purposes() {
  return [...new Map(scenarios.filter(({ differs }) => differs).map((scenario) => [scenario.sentence, scenario])).values()];
}

function table(same) {
  const lines = [
    '| scenario | over | ours, Switchboard | official, Switchboard | ours, official server | official, official server |',
    '|---|---|---|---|---|---|',
  ];
  const played = (scenario, server, text) => (scenario.servers.includes(server) ? text : '–');
  for (const [title, group] of Object.entries(groups)) {
    lines.push(`| **${title}** | | | | | |`);
    for (const sentence of new Set(group.map((scenario) => scenario.sentence))) {
      const ways = group.filter((scenario) => scenario.sentence === sentence);
      const ours = (server) => {
        const otherwise = `otherwise (${purposes().findIndex((scenario) => scenario.sentence === sentence) + 1})`;
        return played(ways[0], server, ways.every((scenario) => same(scenario, server)) ? 'same' : otherwise);
      };
      const official = (server) => played(ways[0], server, 'done');
      const over = ways.length > 1 ? 'polling, WebSocket, upgrade' : ways[0].way.replace('an ', '');
      const cells = [ours('switchboard'), official('switchboard'), ours('official'), official('official')];
      lines.push(`| ${sentence} | ${over} | ${cells.join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

function differences() {
  return purposes().map(({ sentence, differs }, n) => `${n + 1}. *${sentence}.* ${differs}`).join('\n');
}

/** In whole kB, so that neither a comment nor another compressor changes the document. */
function sizeTable(sizes) {
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  const rows = Object.entries(sizes).map(([name, text]) => {
    const bytes = Buffer.from(text);
    return `| ${name} | ${kilobytes(bytes.length)} | ${kilobytes(gzipSync(bytes, { level: 9 }).length)} |`;
  });
  return ['| file | as it is | gzip |', '|---|---|---|', ...rows].join('\n');
}
