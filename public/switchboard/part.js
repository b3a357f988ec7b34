// @ts-check
// Parts of the library that are scripts of their own: they are fetched at first use.

import { SwitchboardError } from './errors.js';

/**
 * @template Part
 * @param {Promise<Part>} fetching
 * @param {string} what the part is for
 * @returns {Promise<Part>}
 */
export async function partOf(fetching, what) {
  try {
    return await fetching;
  } catch (error) {
    throw new SwitchboardError('unreachable', `The script for ${what} could not be fetched from the server: ${error.message}`);
  }
}
