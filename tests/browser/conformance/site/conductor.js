// Runs one scenario after the other in a page of its own (the frame), and reports what came out. Those of one file share
// a page where each has connections of its own; what is about the page's connections, or breaks them, has a fresh page.

import { places, scenarios } from './scenarios/index.js';

/** For one scenario. Generous: the machine may be busy, and only failures wait this long. */
const TIMEOUT_MS = 60_000;

/** The files whose scenarios make connections of their own only, and leave network and server as they are. */
const SHARED = ['connecting', 'events', 'values', 'acks', 'listeners'];

const { control, server, other, only } = Object.fromEntries(new URLSearchParams(location.search));
const frame = document.querySelector('#stage');

/** The file whose scenarios the page in the frame can play; null: none any more. */
let staged = null;

/** What the page in the frame says next of this kind; null: nothing in time. */
function next(isWanted) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), TIMEOUT_MS);
    window.onmessage = ({ source, data }) => {
      if (source !== frame.contentWindow || !isWanted(data)) return;
      clearTimeout(timer);
      resolve(data);
    };
  });
}

async function outcomeOf(number) {
  const { file, place } = places[number];
  if (staged !== file || !SHARED.includes(file)) {
    const ready = next(({ isReady }) => isReady);
    frame.src = `stage.html?${new URLSearchParams({ control, other, file, number })}`;
    staged = (await ready) && file;
    if (!staged) return { failed: `its page did not begin within ${TIMEOUT_MS / 1000} s` };
  }
  const done = next((data) => data.number === number);
  frame.contentWindow.postMessage({ number, place }, '*');
  const message = await done;
  if (message) return message.outcome;
  const { awaited = [], endings = [] } = frame.contentWindow;
  const events = [...awaited].map(({ event }) => event).join(', ') || 'an answer';
  staged = null;
  return { failed: `not done within ${TIMEOUT_MS / 1000} s: waits for ${events}; connections closed: ${endings.join(', ') || 'none'}` };
}

for (const [number, { name, servers }] of scenarios.entries()) {
  document.querySelector('#progress').textContent = `${number + 1} of ${scenarios.length}: ${name}`;
  if (!servers.includes(server) || (only && !name.includes(only))) continue;
  const outcome = await outcomeOf(number);
  await fetch(`${control}/outcome`, { method: 'POST', body: JSON.stringify({ name, outcome }) });
}
await fetch(`${control}/done`, { method: 'POST' });
