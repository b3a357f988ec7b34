// The panel that shows a connection's life: its four state machines, its channels, and
// what happened in which order.

import { byId, createElement, setText } from '../ui.js';
import { CHANNELS, CHANNEL_VALUES, MACHINES } from './state-words.js';

/** How much of the history is kept. */
const MOST = 200;

const machinesEl = byId('machines');
const channelsEl = byId('channels');
const historyEl = byId('history');

/** The value that is shown of each, by its name. */
const shown = new Map();

/** When the history began, on the page's clock. */
let began = 0;

/** A row for each; there is nothing to see before there is a connection. */
export function connectStates() {
  for (const [name, { title }] of Object.entries(MACHINES)) machinesEl.append(row(name, title, createElement('code', {}, name)));
  for (const [name, purpose] of Object.entries(CHANNELS)) channelsEl.append(row(name, createElement('code', {}, name), purpose));
}

function row(name, title, about) {
  const value = createElement('span', { className: 'value' }, 'none');
  const meaning = createElement('p', { className: 'meaning' });
  const item = createElement('li', { className: 'machine' },
    createElement('p', { className: 'machine-name' }, createElement('strong', {}, title), ' ', createElement('small', {}, about)),
    value, meaning);
  item.dataset.machine = name;
  item.dataset.value = 'none';
  return item;
}

/**
 * Shows the connection to a member from now on, instead of the last one.
 * @param {import('../../switchboard.esm.js').Member} member
 * @returns {() => void} looks once more: a connection fires no event at its own close
 */
export function watchConnection({ connection }) {
  shown.clear();
  historyEl.replaceChildren();
  began = performance.now();
  const look = () => {
    for (const [name, value] of Object.entries(connection.states)) show(name, value, MACHINES[name].title, MACHINES[name].values);
    for (const [name, { readyState }] of Object.entries(connection.channels)) show(name, readyState, `Channel ${name}`, CHANNEL_VALUES);
  };
  look();
  connection.watchStates(look);
  for (const channel of Object.values(connection.channels)) {
    for (const event of ['open', 'closing', 'close']) channel.addEventListener(event, look);
  }
  return look;
}

function show(name, value, title, meanings) {
  if (shown.get(name) === value) return;
  const item = document.querySelector(`[data-machine="${name}"]`);
  item.dataset.value = value;
  setText(item.querySelector('.value'), value);
  setText(item.querySelector('.meaning'), meanings[value] ?? '');
  note(title, shown.get(name), value);
  shown.set(name, value);
}

function note(title, before, value) {
  const seconds = ((performance.now() - began) / 1000).toFixed(3);
  const change = before ? `${before} → ${value}` : value;
  historyEl.append(createElement('li', {},
    createElement('span', { className: 'when' }, `${seconds} s`),
    createElement('span', {}, `${title}: `, createElement('strong', {}, change))));
  while (historyEl.childElementCount > MOST) historyEl.firstElementChild.remove();
  historyEl.scrollTop = historyEl.scrollHeight;
}
