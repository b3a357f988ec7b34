// The token of whoever opens the page, where the server wants one: it was given by somebody else, who
// has checked who they are. It comes behind the page's address, as `#token=…`: no browser sends that
// part to any server. There it is taken away at once, and kept for the tab.

import { recall, remember } from './memory.js';

/** What may stand behind the address: the token, and the key of the server's start-up lines (invite.js). */
const NAMES = ['token', 'key'];

/** Whether something stands behind the page's address that is to be taken. */
export function isSecretInAddress() {
  const behind = new URLSearchParams(location.hash.slice(1));
  return NAMES.some((name) => behind.has(name));
}

/**
 * Takes token and key out of the page's address, and keeps them for the tab.
 * @returns {string|undefined} the token; where there is none in the address, it is the tab's from before
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
 * Who the token says its bearer is. Whether that holds, the server decides; what cannot be read says
 * nothing.
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
