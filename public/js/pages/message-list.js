// A list of what people wrote, oldest first. Words come from strangers and go in as text and links; how long
// and how many they are is bounded here, whatever the other page allows.

import { linksIn } from '../link-text.js';
import { createElement } from '../ui.js';
import { timeLanguage } from '../words.js';

const LONGEST = 2000;
const MOST = 200;

/**
 * Adds something at the end.
 * @param {HTMLElement} listEl
 * @param {{userName: string, at?: Date, isOwn?: boolean}} about author and time
 * @param {...(Node|string)} content
 * @returns {HTMLElement} the item
 */
export function addItem(listEl, { userName, at = new Date(), isOwn = false }, ...content) {
  const time = createElement('time', { dateTime: at.toISOString() },
    at.toLocaleTimeString(timeLanguage, { hour: 'numeric', minute: '2-digit' }));
  const aboutEl = createElement('p', { className: 'about' }, createElement('strong', {}, userName), time);
  const item = createElement('li', { className: isOwn ? 'own' : '' }, aboutEl, ...content);
  listEl.append(item);
  listEl.scrollTop = listEl.scrollHeight;
  return item;
}

/**
 * Changes something in the list; if its end is in view, it stays in view.
 * @param {HTMLElement} listEl
 * @param {() => void} change
 */
export function keepAtEnd(listEl, change) {
  const isAtEnd = listEl.scrollHeight - listEl.scrollTop - listEl.clientHeight < 8;
  change();
  if (isAtEnd) listEl.scrollTop = listEl.scrollHeight;
}

/**
 * Adds words at the end; of very many the oldest go. Addresses of the web become links, which take nothing along.
 * @param {HTMLElement} listEl
 * @param {Parameters<typeof addItem>[1]} about
 * @param {string} words
 * @returns {HTMLElement} the item
 */
export function addWords(listEl, about, words) {
  const shortened = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
  const item = addItem(listEl, about, createElement('p', { className: 'words' }, ...linksIn(shortened).map(wordsOf)));
  const all = listEl.querySelectorAll(':scope > :has(.words)');
  for (const old of [...all].slice(0, -MOST)) old.remove();
  return item;
}

/** @param {import('../link-text.js').Part} part */
function wordsOf({ text, href }) {
  return href ? createElement('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text) : text;
}
