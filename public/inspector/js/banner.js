// The one likeliest problem with its cure and its step; or calm words.

import { byId, createElement } from './ui.js';

let shown = '';

/** Text with code between backticks, as elements. */
function withCode(text) {
  return text.split('`').map((part, n) => (n % 2 ? createElement('code', {}, part) : part));
}

/**
 * @param {{sentence: string, cure: string, step: string | null, n: number | null, at: number} | null | undefined} problem
 *   undefined: there is nothing to judge yet
 * @param {number} others how many problems there are besides
 * @param {(n: number) => void} onShow
 */
export function showBanner(problem, others, onShow) {
  const banner = byId('banner');
  const key = JSON.stringify([problem === undefined ? 'nothing' : problem, others]);
  if (key === shown) return;
  shown = key;
  if (!problem) {
    banner.dataset.level = 'well';
    banner.replaceChildren(createElement('p', { className: 'sentence' }, problem === null ? 'No problem seen.' : 'Nothing to judge yet.'));
    return;
  }
  banner.dataset.level = 'problem';
  const words = createElement('p', { className: 'sentence' }, ...withCode(problem.sentence));
  const cure = createElement('p', { className: 'cure' }, ...withCode(problem.cure));
  const foot = createElement('p', { className: 'foot' });
  if (problem.step) foot.append(createElement('span', { className: 'step' }, `Step ${problem.step}`));
  if (others) foot.append(createElement('span', {}, others === 1 ? 'and 1 other' : `and ${others} others`));
  if (Number.isSafeInteger(problem.n)) {
    const show = createElement('button', { type: 'button' }, 'Show the event');
    show.addEventListener('click', () => onShow(problem.n));
    foot.append(show);
  }
  banner.replaceChildren(words, cure, foot);
}

const remarks = new Map();

/** A remark with at most one button, until it is removed by its key. */
export function showRemark(key, words, button = null) {
  removeRemark(key);
  const remark = createElement('p', { className: 'notice' }, words, ' ');
  if (button) {
    const element = createElement('button', { type: 'button' }, button.words);
    element.addEventListener('click', button.onClick);
    remark.append(element);
  }
  const close = createElement('button', { type: 'button', className: 'close', title: 'Close' }, '✕');
  close.setAttribute('aria-label', 'Close this remark');
  close.addEventListener('click', () => removeRemark(key));
  remark.append(close);
  remarks.set(key, remark);
  byId('remarks').append(remark);
}

export function removeRemark(key) {
  remarks.get(key)?.remove();
  remarks.delete(key);
}
