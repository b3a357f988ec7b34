// The status line, and the same words in the title of the tab.

import { byId, setText } from './ui.js';
import { countWords } from './run-words.js';

/**
 * The state of the page and its words.
 * @param {object} page
 * @param {import('./source.js').Source} page.source what is shown
 * @param {import('./source.js').Source} page.live
 * @param {string} page.line the state of the feed
 * @param {object[] | null} page.held records that wait while the page is paused
 * @param {boolean} page.isComparing
 * @returns {[state: string, words: string]}
 */
export function stateOf({ source, live, line, held, isComparing }) {
  if (isComparing) return ['compare', 'Two runs compared'];
  if (source !== live) return ['replay', `Recording: ${source.name}`];
  if (held && line === 'live') return ['paused', held.length ? `Paused, ${countWords(held.length, 'new event')}` : 'Paused'];
  return {
    connecting: ['connecting', 'Connecting to the server…'],
    live: ['live', 'Live'],
    gone: ['gone', live.records.length ? 'The server is gone; its last events stay here' : 'The server does not answer'],
    'no-key': ['no-key', 'The key is missing'],
    'wrong-key': ['wrong-key', 'The key is wrong'],
    off: ['off', 'The inspector is off'],
    'no-client': ['gone', 'The server does not answer'],
  }[line];
}

export function showStatus([state, words], counts) {
  document.body.dataset.state = state;
  setText(byId('status'), words);
  setText(byId('counts'), counts);
  document.title = `${words} – Switchboard inspector`;
}
