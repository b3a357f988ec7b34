// @ts-check
// The client with which a page joins a room or a chat.

import { connect } from '../../switchboard.esm.js';
import { isRelayOnly } from '../relay-only.js';
import { refusalWords } from '../words.js';
import { showProblem } from './frame.js';

/**
 * @param {{userName: string, password: string, token?: string}} identity
 * @param {() => boolean} isWanted whether the user still joins
 * @param {() => void} onFailure the library's scripts could not be loaded, while the user joins
 * @returns {Promise<import('../../switchboard.esm.js').Client | null>} none after a failure, or if it is not wanted any more
 */
export async function connectForStay({ userName, password, token }, isWanted, onFailure) {
  try {
    const client = await connect({ name: userName, password, token, relayOnly: isRelayOnly(), wait: false });
    if (isWanted()) return client;
    client.close();
  } catch (error) {
    if (isWanted()) onFailure();
    showProblem(refusalWords(error));
  }
  return null;
}
