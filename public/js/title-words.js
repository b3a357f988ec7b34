// @ts-check
// The title of a room or a chat in words. Plain functions that need no page.

import { t } from './words.js';

/**
 * @param {string} room its name
 * @param {string} state what the status line says; empty before it says something
 */
export function titleOf(room, state) {
  const words = state.replace(/\.$/, '') || room;
  return words === room || words.includes(t`“${room}”`) ? t`${words} – Switchboard` : t`${words} – ${room} – Switchboard`;
}
