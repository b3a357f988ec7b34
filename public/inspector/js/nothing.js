// What stands in place of the timeline while there is no event to show, with the way on.

import { byId, setText } from './ui.js';

const ADDRESS = 'Copy the address after “Inspector” from the terminal in which the server runs, and open it or paste it here.';

const WORDS = {
  'no-key': ['This page needs the key of the server', ADDRESS],
  'wrong-key': ['This key is not the one of the server', `The server makes a new key at each start. ${ADDRESS}`],
  off: ['The inspector is off on this server', 'Start the server with --inspector=on, and open the address after “Inspector” from the terminal.'],
  gone: ['The server does not answer', 'Start the server. The page connects by itself if the key is the same; else copy the new address from the terminal.'],
  'no-client': ['The server does not answer', 'Start the server, and open the address after “Inspector” from the terminal.'],
  connecting: ['Connecting to the server…', ''],
  live: ['No events yet', 'Open your page in a browser: what it sends and receives appears here.'],
};

/** @param {import('./source.js').Source} source @param {string} refusal the server's own sentence */
export function showNothing(source, line, shown, refusal) {
  const isEmpty = !source.records.length;
  const element = byId('nothing');
  const isFiltered = !isEmpty && !shown;
  element.hidden = !isEmpty && shown > 0;
  byId('events').hidden = !element.hidden;
  if (element.hidden) return;
  const [title, words] = isFiltered
    ? ['No event matches', 'Change the search or the filter, or press “Show all”.']
    : source.kind === 'recording' ? ['This file holds no events', ''] : WORDS[line] ?? WORDS.live;
  setText(byId('nothing-title'), title);
  setText(byId('nothing-words'), [line === 'wrong-key' ? refusal : '', words].filter(Boolean).join(' '));
  byId('key-form').hidden = source.kind === 'recording' || isFiltered || !['no-key', 'wrong-key', 'gone'].includes(line);
}
