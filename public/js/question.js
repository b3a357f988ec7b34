// @ts-check
// A question with two answers, in a dialog of the page. The answer that changes nothing has the focus, and is what Escape
// gives.

import { createElement } from './ui.js';

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} [words]
 * @property {string} yes the button that does it
 * @property {string} no the button that leaves all as it is
 */

/** The dialog that is open. @type {HTMLDialogElement | null} */
let open = null;

/**
 * @param {Question} question
 * @returns {Promise<boolean>} a question that comes while another is open is answered with no
 */
export function ask({ title, words = '', yes, no }) {
  if (open) return Promise.resolve(false);
  const button = (text, value, className) => createElement('button', { type: 'button', className, value }, text);
  const [noEl, yesEl] = [button(no, 'no', 'primary'), button(yes, 'yes', 'danger')];
  const titleEl = createElement('h2', { id: 'question-title' }, title);
  const wordsEl = createElement('p', { id: 'question-words', hidden: !words }, words);
  const buttonsEl = createElement('div', { className: 'answers' }, noEl, yesEl);
  const dialog = /** @type {HTMLDialogElement} */ (createElement('dialog', { id: 'question', className: 'panel question' },
    titleEl, wordsEl, buttonsEl));
  dialog.setAttribute('aria-labelledby', titleEl.id);
  dialog.setAttribute('aria-describedby', wordsEl.id);
  for (const element of [noEl, yesEl]) element.addEventListener('click', () => dialog.close(/** @type {HTMLButtonElement} */ (element).value));
  placeOf().append(dialog);
  open = dialog;
  dialog.showModal();
  noEl.focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      open = null;
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}

/** Answers with no a question that nothing is left to ask about. */
export function withdrawQuestion() {
  open?.close('no');
}

/** Where a dialog is shown: of an element in full screen only what is within it is seen. */
export const placeOf = () => document.fullscreenElement ?? document.body;
