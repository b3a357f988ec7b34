// @ts-check
// Keys that a page has for what is pressed often, each a single character. `?` shows them in a dialog, where they can be
// switched off: speech input and restless hands press single characters by mistake (WCAG 2.1.4). And the Enter key, which
// presses a button once while it is held.

import { recall, remember } from './memory.js';
import { placeOf } from './question.js';
import { createElement } from './ui.js';
import { t } from './words.js';

/**
 * @typedef {object} Shortcut
 * @property {string} key a small letter from a to z
 * @property {string} words what it does
 * @property {() => void} press
 * @property {() => boolean} [isPossible] whether it would do anything at present; without it, always
 */

/** @type {Shortcut[]} */
let shortcuts = [];

/** Whether the user wants keys; kept on this device. */
let areOn = true;

/** @type {HTMLDialogElement | null} */
let dialog = null;

/**
 * @param {Shortcut[]} list
 * @param {HTMLElement} [openEl] a button that shows the keys, too: the way to switch them on again
 */
export function connectShortcuts(list, openEl) {
  shortcuts = list;
  areOn = recall('localStorage', 'keys') !== 'off';
  addEventListener('keydown', (event) => {
    if (isHeldOnButton(event)) event.preventDefault();
    const key = keyOf(event);
    if (!areOn || !key || isOccupied(event)) return;
    const shortcut = shortcuts.find((known) => known.key === key);
    if (key === '?') showShortcuts();
    else if (shortcut && (shortcut.isPossible?.() ?? true)) shortcut.press();
    else return;
    event.preventDefault();
  });
  openEl?.addEventListener('click', showShortcuts);
}

/**
 * The character that a key stands for; empty where the page has nothing to do with it. On a keyboard of another alphabet
 * it is the letter that the same key has on a Latin one.
 * @param {{key: string, code?: string, ctrlKey?: boolean, altKey?: boolean, metaKey?: boolean, shiftKey?: boolean, repeat?: boolean, isComposing?: boolean}} event
 */
export function keyOf({ key, code = '', ctrlKey, altKey, metaKey, shiftKey, repeat, isComposing }) {
  if (ctrlKey || altKey || metaKey || repeat || isComposing) return '';
  if (key === '?') return key;
  if (shiftKey) return '';
  const isOfOtherAlphabet = [...key].length === 1 && /\P{ASCII}/u.test(key);
  const letter = isOfOtherAlphabet ? /^Key([A-Z])$/.exec(code)?.[1] ?? '' : key;
  return /^[A-Za-z]$/.test(letter) ? letter.toLowerCase() : '';
}

/**
 * A key that is held presses a button once: at its next repeat the focus may be on another one, as on Join after Leave.
 * @param {KeyboardEvent} event
 */
function isHeldOnButton({ repeat, key, target }) {
  return repeat && key === 'Enter' && target instanceof HTMLButtonElement;
}

/**
 * Whether the key belongs to what has the focus, or a dialog hides the page.
 * @param {KeyboardEvent} event
 */
function isOccupied({ target, defaultPrevented }) {
  if (defaultPrevented || document.querySelector('dialog:modal')) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(FIELDS));
}

/** Where characters are typed, or choose something. */
const FIELDS = 'textarea, select, input:not([type="checkbox"], [type="button"], [type="submit"])';

export function showShortcuts() {
  dialog ??= createDialog();
  placeOf().append(dialog); // It may have been in an element that was in full screen.
  dialog.showModal();
}

function createDialog() {
  const rows = [...shortcuts, { key: '?', words: t`Show these keys` }].flatMap(({ key, words }) =>
    [createElement('dt', {}, createElement('kbd', {}, key)), createElement('dd', {}, words)]);
  const switchEl = /** @type {HTMLInputElement} */ (createElement('input', { id: 'keys-on', type: 'checkbox', checked: areOn }));
  switchEl.addEventListener('change', () => {
    areOn = switchEl.checked;
    remember('localStorage', 'keys', areOn ? 'on' : 'off');
  });
  const closeEl = createElement('button', { type: 'button', className: 'primary' }, t`Done`);
  const titleEl = createElement('h2', { id: 'keys-title' }, t`Keys`);
  const made = /** @type {HTMLDialogElement} */ (createElement('dialog', { id: 'keys', className: 'panel keys' },
    titleEl,
    createElement('dl', {}, ...rows),
    createElement('label', { className: 'check' }, switchEl, t`Use these keys`),
    closeEl));
  made.setAttribute('aria-labelledby', titleEl.id);
  closeEl.addEventListener('click', () => made.close());
  return made;
}
