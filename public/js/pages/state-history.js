// @ts-check
// The history in the state panel: what happened in which order. All of it is kept; the newest entries are in the page, and
// more of them by a button.

import { createElement, setText } from '../ui.js';
import { language, t } from '../words.js';
import { keepAtEnd } from './message-list.js';

/** How many entries more a press of the button shows. */
const STEP = 100;

/** Made when needed: it takes long. @type {Intl.NumberFormat | undefined} */
let secondsFormat;

/** @param {number} seconds */
function secondsWords(seconds) {
  secondsFormat ??= new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3, useGrouping: false });
  return secondsFormat.format(seconds);
}

/** @typedef {ReturnType<typeof createHistory>} History */

export function createHistory() {
  const earlierEl = createElement('button', { type: 'button', className: 'small', hidden: true });
  const listEl = createElement('ol', { className: 'history', tabIndex: 0, ariaLabel: t`History` });
  /** @type {{when: string, title: string, change: string}[]} */
  const entries = [];
  /** How many of them are in the page at most. */
  let most = STEP;
  /** On the page's clock. */
  let began = 0;

  function itemOf({ when, title, change }) {
    return createElement('li', {},
      createElement('span', { className: 'when' }, when),
      createElement('span', {}, `${title}: `, createElement('strong', {}, change)));
  }

  function showEarlier() {
    const hidden = entries.length - listEl.childElementCount;
    earlierEl.hidden = hidden === 0;
    setText(earlierEl, t`Show earlier (${hidden})`);
  }

  earlierEl.addEventListener('click', () => {
    const until = entries.length - listEl.childElementCount;
    const more = entries.slice(Math.max(0, until - STEP), until);
    most += more.length;
    const { scrollHeight } = listEl;
    listEl.prepend(...more.map(itemOf));
    listEl.scrollTop += listEl.scrollHeight - scrollHeight; // What was in view stays there.
    showEarlier();
    if (earlierEl.hidden) listEl.focus({ preventScroll: true });
  });

  return {
    elements: [earlierEl, listEl],

    get isEmpty() {
      return entries.length === 0;
    },

    /** @param {string} title @param {string} change */
    add(title, change) {
      began ||= performance.now();
      const entry = { when: `${secondsWords((performance.now() - began) / 1000)} s`, title, change };
      entries.push(entry);
      keepAtEnd(listEl, () => {
        listEl.append(itemOf(entry));
        while (listEl.childElementCount > most) listEl.firstElementChild.remove();
      });
      showEarlier();
    },

    text: () => entries.map(({ when, title, change }) => `${when}\t${title}: ${change}`).join('\n'),
  };
}
