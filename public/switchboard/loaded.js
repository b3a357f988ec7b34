// @ts-check
// What calls and rooms need beside the first script: sentences, devices, statistics. They are a script of their own
// (details.js), which is fetched beside the Socket.IO client.

import { SwitchboardError } from './errors.js';
import { partOf } from './part.js';

/** @type {typeof import('./details.js')} */
let loaded;

/** Fetches them. */
export async function loadDetails() {
  loaded = await partOf(import('./details.js'), 'calls');
}

/** Every client has waited for them. */
export const details = () => loaded;

/** @param {string} code @param {string} [sentence] the name of the sentence, where the code has several */
export const refusal = (code, sentence = code) => new SwitchboardError(code, loaded.REFUSALS[sentence]);
