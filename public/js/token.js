// The user's token, if the server requires one. A service that knows the user has issued it. It comes in the
// fragment of the page's address, as `#token=…`, which browsers send to no server. The page removes it from
// the address at once, and keeps it for the tab.

import { recall, remember } from './memory.js';

/** What the fragment may hold: the token, and the key of the server's start-up lines (invite.js). */
const NAMES = ['token', 'key'];

/** Whether the fragment of the page's address holds a token or a key. */
export function isSecretInAddress() {
  const behind = new URLSearchParams(location.hash.slice(1));
  return NAMES.some((name) => behind.has(name));
}

/**
 * Takes token and key out of the page's address, and keeps them for the tab.
 * @returns {string|undefined} the token; without one in the address, that which the tab has kept
 */
export function takeSecrets() {
  if (isSecretInAddress()) {
    const behind = location.hash.slice(1);
    const given = new URLSearchParams(behind);
    for (const name of NAMES.filter((name) => given.has(name))) remember('sessionStorage', name, given.get(name));
    const rest = behind.split('&').filter((part) => !NAMES.some((name) => part.startsWith(`${name}=`))).join('&');
    history.replaceState(history.state, '', `${location.pathname}${location.search}${rest && `#${rest}`}`);
  }
  return recall('sessionStorage', 'token') || undefined;
}

/**
 * The name and the lobby that the token claims. The server decides whether they hold. A token that cannot be
 * read claims nothing.
 * @param {string} [token]
 * @returns {{userName?: string, lobby?: string}}
 */
export function claimsOf(token) {
  try {
    const text = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const { userName, name, sub, lobby } = JSON.parse(new TextDecoder().decode(bytes));
    const known = (...claims) => claims.filter((claim) => /^(string|number)$/.test(typeof claim)).map(String).find(Boolean);
    return { userName: known(userName, name, sub), lobby: known(lobby) };
  } catch {
    return {};
  }
}
