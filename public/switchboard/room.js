// @ts-check
// A room: its members, and the connections to them.

import { SwitchboardError } from './errors.js';

/**
 * @param {import('./signaling.js').Signaling} signaling the client's line; `listen` adds listeners
 * @param {string} name
 * @param {object} [options]
 * @returns {Promise<never>}
 */
export async function joinRoom(signaling, name, options) {
  throw new SwitchboardError('unsupported', 'Rooms come soon.');
}
