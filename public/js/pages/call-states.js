// @ts-check
// The panel of the connection's states in a call, beside how good it is. It is fetched once the page is there, so that it has
// all that happens from the first call on. A call goes on without it where it cannot be fetched: the network may have changed.

import { byId } from '../ui.js';

/** @type {ReturnType<typeof import('./state-panel.js').createStatePanel> | undefined} */
let panel;
/** The last attempt to fetch it; null where it failed. @type {Promise<typeof import('./state-panel.js') | null> | undefined} */
let loading;
/** When that began, on the page's clock. */
let triedAt = 0;

/** How soon it is tried again. */
const AGAIN_MS = 5_000;

/** Fetches the panel, unless it is there. */
export async function fetchStatePanel() {
  const isFirst = loading === undefined;
  if (!isFirst && ((await loading) || performance.now() - triedAt < AGAIN_MS)) return loading;
  triedAt = performance.now();
  // A Firefox never fetches a script again under an address that failed once.
  loading = (isFirst ? import('./state-panel.js') : import(`./state-panel.js?${Date.now()}`)).catch(() => null);
  return loading;
}

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
  // The library shows its connection in the console.
  const pc = /** @type {any} */ (window).pc;
  if (!pc || pc === watched || pc.connectionState === 'closed') return;
  watched = pc;
  const module = await fetchStatePanel();
  if (watched !== pc) return;
  if (!module) {
    watched = undefined;
    return;
  }
  const { createStatePanel, sourceOf } = module;
  panel ??= createStatePanel(byId('state-panel'), { hasChannels: false });
  panel.watch(sourceOf(pc, () => call.stats()), call.name);
}
