import { acks } from './acks.js';
import { addresses } from './addresses.js';
import { connecting } from './connecting.js';
import { events } from './events.js';
import { listeners } from './listeners.js';
import { losing } from './losing.js';
import { namespaces } from './namespaces.js';
import { options } from './options.js';
import { values } from './values.js';

/** The scenarios by what they are about, in the order in which they are played. */
export const groups = {
  'Connecting and leaving': connecting.flat(),
  Events: events.flat(),
  'What can be sent': values.flat(),
  Acks: acks.flat(),
  Listeners: listeners.flat(),
  'Losing the connection and coming back': losing.flat(),
  'Options and the manager': options.flat(),
  Addresses: addresses.flat(),
  Namespaces: namespaces.flat(),
};

export const scenarios = Object.values(groups).flat();

/** Where each scenario is, by its number: its file, and its place there. A page that plays one loads no other file. */
export const places = Object.entries({ connecting, events, values, acks, listeners, losing, options, addresses, namespaces })
  .flatMap(([file, group]) => group.flat().map((_, place) => ({ file, place })));
