// The token of whoever opens the page, where the server wants one: it was given by somebody else, who
// has checked who they are. It comes behind the page's address, as `#token=…`: no browser sends that
// part to any server. There it is taken away at once, and kept for the tab.

import { recall, remember } from './memory.js';

const KEY = 'token';

/** Whether one stands behind the page's address. */
export function isTokenInAddress() {
  return new URLSearchParams(location.hash.slice(1)).has(KEY);
}

/**
 * Takes the token out of the page's address; where there is none, it is the tab's from before.
 * @returns {string|undefined}
 */
export function takeToken() {
  if (!isTokenInAddress()) return recall('sessionStorage', KEY) || undefined;
  const behind = location.hash.slice(1);
  const token = new URLSearchParams(behind).get(KEY);
  remember('sessionStorage', KEY, token);
  const rest = behind.split('&').filter((part) => !part.startsWith(`${KEY}=`)).join('&');
  history.replaceState(history.state, '', `${location.pathname}${location.search}${rest && `#${rest}`}`);
  return token || undefined;
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
