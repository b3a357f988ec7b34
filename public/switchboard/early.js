// @ts-check
// A client that is not there yet.

import { SwitchboardError } from './errors.js';

/** What a page uses of a client first. */
const FIRST = ['call', 'join', 'rename', 'close', 'addEventListener', 'onincoming', 'oncall', 'onstate', 'onproblem'];

/**
 * For a page that forgets to wait for the client: what it calls, or sets, then says so.
 * @template Client
 * @param {Promise<Client>} client
 * @returns {Promise<Client>}
 */
export function early(client) {
  const tooEarly = () => {
    throw new SwitchboardError('bad-options', 'Wait for the client first: const client = await Switchboard.connect(…).');
  };
  for (const name of FIRST) Object.defineProperty(client, name, { get: tooEarly, set: tooEarly });
  return client;
}
