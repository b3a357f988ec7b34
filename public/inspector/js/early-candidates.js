// Candidates that have arrived before their description: the server holds them for some seconds, and gives them to the
// offer or answer that follows.

import { ufragsOf } from './payload.js';

/** The newest of a client; the server holds no more. */
const MOST = 256;

/** @typedef {{entry: import('./call.js').HeldCandidate, record: object, ufrag: string | null, isOfferer: boolean}} Early */

export class EarlyCandidates {
  /** @type {Map<string, Early[]>} */
  #byClient = new Map();

  /** Those of each client that has any. */
  get all() {
    return [...this.#byClient].filter(([, early]) => early.length > 0);
  }

  /** @param {string} client @param {Early} early */
  hold(client, early) {
    this.#byClient.set(client, [...(this.#byClient.get(client) ?? []), early].slice(-MOST));
  }

  /** The candidates that belong to this description of the client. @returns {Early[]} */
  claim(client, side, description) {
    const early = this.#byClient.get(client);
    if (!early) return [];
    const ufrags = ufragsOf(description);
    const isTheirs = (one) => (one.ufrag ? ufrags.includes(one.ufrag) : one.isOfferer === (side === 'offerer'));
    this.#byClient.set(client, early.filter((one) => !isTheirs(one)));
    return early.filter(isTheirs);
  }
}
