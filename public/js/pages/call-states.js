// @ts-check
// The panel of the connection's states in a call, beside how good it is. It is fetched when the first call begins, so that it
// has all that happens, and the page is there before.

import { byId } from '../ui.js';

/** @type {ReturnType<typeof import('./state-panel.js').createStatePanel> | undefined} */
let panel;
/** @type {Promise<typeof import('./state-panel.js')> | undefined} */
let loading;
/** @type {RTCPeerConnection | undefined} */
let watched;

/**
 * To be called whenever something about the call has changed: its connection may be another one.
 * @param {import('../../switchboard.esm.js').Call | undefined} call
 */
export async function watchConnection(call) {
  if (!call) {
    panel?.look(); // The browser reports no close at its own end.
    watched = undefined;
    return;
  }
  loading ??= import('./state-panel.js');
  // The library shows its connection in the console.
  const pc = /** @type {any} */ (window).pc;
  if (!pc || pc === watched || pc.connectionState === 'closed') return;
  watched = pc;
  const { createStatePanel, sourceOf } = await loading;
  if (watched !== pc) return;
  panel ??= createStatePanel(byId('state-panel'), { hasChannels: false });
  panel.watch(sourceOf(pc, () => call.stats()), call.name);
}
