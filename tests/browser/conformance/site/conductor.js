// Runs one scenario after the other, each in a fresh page (the frame), and reports what came out.

import { places, scenarios } from './scenarios/index.js';

/** For one scenario. Generous: the machine may be busy, and only failures wait this long. */
const TIMEOUT_MS = 60_000;

const { control, server, other, only } = Object.fromEntries(new URLSearchParams(location.search));
const frame = document.querySelector('#stage');

function outcomeOf(number) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      const { awaited = [], endings = [] } = frame.contentWindow;
      const events = [...awaited].map(({ event }) => event).join(', ') || 'an answer, or did not begin';
      resolve({ failed: `not done within ${TIMEOUT_MS / 1000} s: waits for ${events}; connections closed: ${endings.join(', ') || 'none'}` });
    }, TIMEOUT_MS);
    window.onmessage = ({ data }) => {
      if (data.number !== number) return;
      clearTimeout(timer);
      resolve(data.outcome);
    };
    frame.src = `stage.html?${new URLSearchParams({ control, other, number, ...places[number] })}`;
  });
}

for (const [number, { name, servers }] of scenarios.entries()) {
  document.querySelector('#progress').textContent = `${number + 1} of ${scenarios.length}: ${name}`;
  if (!servers.includes(server) || (only && !name.includes(only))) continue;
  const outcome = await outcomeOf(number);
  await fetch(`${control}/outcome`, { method: 'POST', body: JSON.stringify({ name, outcome }) });
}
await fetch(`${control}/done`, { method: 'POST' });
