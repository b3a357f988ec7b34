// @ts-check
// Parts of the library that are scripts of their own: they are fetched at first use.

import { SwitchboardError } from './errors.js';

/** Imports a script whose address no bundler knows. @param {string} address */
export const importFrom = (address) => import(/* webpackIgnore: true */ /* @vite-ignore */ address);

/**
 * Once more: a Firefox never fetches a script again under an address that failed once (seen in 153).
 * @param {string} address
 */
export const importAgain = (address) => importFrom(`${address}?${Date.now()}`);

/**
 * @template Part
 * @param {Promise<Part>} fetching
 * @param {string} what the part is for
 * @returns {Promise<Part>}
 */
export async function partOf(fetching, what) {
  try {
    return await fetching.catch((error) => {
      const [address] = /http\S+/.exec(error.message) ?? []; // Not every browser names it.
      if (!address) throw error;
      return importAgain(address);
    });
  } catch (error) {
    throw new SwitchboardError('unreachable', `The script for ${what} could not be fetched from the server: ${error.message}`);
  }
}
