// A page with one socket, whose life is written down in the page: `heard` is the list of all events,
// each with its arguments, in the order in which the page heard them.

import { within } from './wait.mjs';

/** Makes the socket. `auth` and other functions cannot come from here: see `page.evaluate`. */
export async function openSocket(page, options = {}, address = '') {
  await page.evaluate(installNotes);
  await page.evaluate(([where, given]) => follow(io(where, given)), [address, { reconnection: false, ...options }]);
}

/** Resolves to the arguments of the `count`th such event, heard already or yet to come. */
export function hears(page, event, count = 1) {
  const arrived = page.evaluate(([name, number]) => hears(name, number), [event, count]);
  return within(arrived, `${event} (${count}) in the page`);
}

export function heard(page) {
  return page.evaluate(() => window.heard);
}

/** Runs in the page. */
function installNotes() {
  const waiting = new Set();
  window.heard = [];

  window.note = (event, ...args) => {
    window.heard.push([event, ...args.map(plain)]);
    for (const look of waiting) look();
  };

  window.hears = (event, count = 1) =>
    new Promise((resolve) => {
      const look = () => {
        const found = window.heard.filter(([name]) => name === event)[count - 1];
        if (!found) return;
        waiting.delete(look);
        resolve(found.slice(1));
      };
      waiting.add(look);
      look();
    });

  window.follow = (socket) => {
    window.socket = socket;
    for (const event of ['connect', 'connect_error', 'disconnect']) {
      socket.on(event, (...args) => note(event, ...args));
    }
    socket.onAny((event, ...args) => note(event, ...args));
    socket.io.on('open', () => {
      for (const event of ['upgrade', 'upgradeError']) {
        socket.io.engine.on(event, (thing) => note(event, thing.message ?? thing.name));
      }
    });
    return undefined;
  };

  // What can leave the page: bytes as lists of numbers, errors with what they say.
  function plain(value) {
    if (value instanceof Error) return { message: value.message, description: plain(value.description), data: value.data };
    if (value instanceof ArrayBuffer) return { bytes: [...new Uint8Array(value)] };
    if (typeof value === 'function') return 'a function';
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return `a ${value.constructor.name}`;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
}
