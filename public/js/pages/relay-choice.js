// @ts-check
// The switch “Relay only”, and what the page knows of the STUN and TURN servers: whether there is a relay, whether the list
// could be fetched, and by which way connections go.

import { iceWords, wayWords } from '../connection-words.js';
import { isRelayOnly, setRelayOnly } from '../relay-only.js';
import { byId, createElement, setText } from '../ui.js';

const switchEl = /** @type {HTMLInputElement} */ (byId('relay-only'));
const noteEl = byId('ice-note');
const waysEl = byId('ways');

/** @typedef {Pick<import('../../switchboard/ice-servers.js').IceServers, 'state' | 'watch'>} ShownServers */

/** @type {ShownServers | null} */
let shown = null;

/**
 * To be called once.
 * @param {(isRelayOnly: boolean) => void} [onChange]
 */
export function connectRelayChoice(onChange = () => {}) {
  switchEl.checked = isRelayOnly();
  // A link that carries the switch shows it, too.
  if (switchEl.checked) switchEl.closest('details')?.setAttribute('open', '');
  switchEl.addEventListener('change', () => {
    setRelayOnly(switchEl.checked);
    onChange(switchEl.checked);
    showNote();
  });
}

/**
 * Shows what is known of these servers from now on.
 * @param {ShownServers} iceServers of the page's connection to the server
 */
export function showIceServers(iceServers) {
  shown = iceServers;
  iceServers.watch(showNote);
  showNote();
}

function showNote() {
  if (!shown) return;
  const words = iceWords({ ...shown.state, isRelayOnly: isRelayOnly() });
  if (noteEl.textContent === words) return; // A live region is not read aloud twice.
  noteEl.replaceChildren(...words.split(/(--[a-z-]+)/).map((part, n) => (n % 2 ? createElement('code', {}, part) : part)));
}

/** @param {{userName: string, way?: import('../../switchboard/connection-way.js').Way}[]} others those with a connection to this page */
export function showWays(others) {
  setText(waysEl, wayWords(others.map(({ userName, way = null }) => ({ userName, way }))));
}
