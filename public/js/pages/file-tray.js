// @ts-check
// The tray above the field of the chat page: what is under way and what waits for the user, the latter first. It stays in
// view, whatever is written meanwhile.

import { byId, createElement, setText } from '../ui.js';
import { t } from '../words.js';

const trayEl = byId('tray');
const listEl = byId('under-way');
const acceptAllEl = byId('accept-all');

/** @param {() => void} onAcceptAll */
export function connectTray(onAcceptAll) {
  acceptAllEl.addEventListener('click', () => {
    onAcceptAll();
    byId('message').focus({ preventScroll: true }); // The button is gone.
  });
}

/**
 * Puts something into the tray, or moves it there.
 * @param {HTMLElement} element
 * @param {boolean} isAsked whether it waits for the user
 */
export function putIntoTray(element, isAsked) {
  const itemEl = itemOf(element) ?? createElement('li', {}, element);
  itemEl.classList.toggle('is-asked', isAsked);
  if (isAsked) listEl.insertBefore(itemEl, listEl.querySelector('li:not(.is-asked)'));
  else if (!itemEl.isConnected) listEl.append(itemEl);
  showTray();
}

/** @param {HTMLElement} element */
export function takeFromTray(element) {
  const hadFocus = element.contains(document.activeElement);
  itemOf(element)?.remove();
  showTray();
  if (hadFocus) byId('message').focus({ preventScroll: true });
}

/** @param {number} count of the files that can be accepted at once */
export function showAcceptAll(count) {
  acceptAllEl.hidden = count < 2;
  setText(acceptAllEl, t`Accept all (${count})`);
}

export function clearTray() {
  listEl.replaceChildren();
  showAcceptAll(0);
  showTray();
}

const itemOf = (element) => /** @type {HTMLElement | null} */ (listEl.contains(element) ? element.closest('li') : null);

function showTray() {
  trayEl.hidden = listEl.childElementCount === 0;
}
