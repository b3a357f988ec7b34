// @ts-check
// A client that is not there yet.

import { SwitchboardError } from './errors.js';

/**
 * For a page that forgets to wait for the client: what it calls then says so.
 * @template Client
 * @param {Promise<Client>} client
 * @returns {Promise<Client>}
 */
export function early(client) {
  const tooEarly = () => {
    throw new SwitchboardError('bad-options', 'Wait for the client first: const client = await Switchboard.connect(…).');
  };
  return Object.assign(client, { call: tooEarly, join: tooEarly });
}
