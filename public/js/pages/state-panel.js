// @ts-check
// A panel that shows a connection's life: its four state machines, its channels, the candidates of both sides and the pair in
// use, how much has passed, and what happened in which order. The chat page shows it beside the messages, the call page when
// it is asked for. The sentences are in state-words.js.

import { sizeWords } from '../size-words.js';
import { createElement, setText } from '../ui.js';
import { t } from '../words.js';
import { createCandidateList } from './state-candidates.js';
import { factsOf } from './state-facts.js';
import { createHistory } from './state-history.js';
import { CHANNELS, CHANNEL_VALUES, MACHINES } from './state-words.js';

/** How often the statistics are read while the panel can be seen, in ms. */
const LOOK_MS = 1_000;

/**
 * @typedef {object} Source a connection, as the library gives it: `member.connection`
 * @property {Record<string, string>} states the values of the state machines, by their names
 * @property {(onChange: () => void) => void} watchStates
 * @property {() => Promise<Pick<import('../../switchboard.esm.js').Stats, 'pair' | 'report' | 'roundTripMs' | 'bytesSent' | 'bytesReceived'> | undefined>} stats
 * @property {Record<string, RTCDataChannel>} [channels]
 */

/**
 * A source that is made of the browser's connection.
 * @param {RTCPeerConnection} pc
 * @param {Source['stats']} stats
 * @returns {Source}
 */
export function sourceOf(pc, stats) {
  return {
    stats,
    get states() {
      return Object.fromEntries(Object.keys(MACHINES).map((machine) => [machine, pc[machine]]));
    },
    watchStates(onChange) {
      for (const machine of Object.keys(MACHINES)) pc.addEventListener(`${machine.toLowerCase()}change`, onChange);
    },
  };
}

/**
 * Fills an element with the panel.
 * @param {HTMLElement} rootEl
 * @param {object} [options]
 * @param {'h2' | 'h3'} [options.heading] of its parts
 * @param {boolean} [options.hasChannels] whether connections have channels
 */
export function createStatePanel(rootEl, { heading = 'h3', hasChannels = true } = {}) {
  const machinesEl = createElement('ul', { className: 'machines', ariaLabel: t`State machines` });
  const channelsEl = createElement('ul', { className: 'machines', ariaLabel: t`Channels` });
  const factsEl = createElement('dl', { className: 'facts' });
  const candidates = createCandidateList();
  const history = createHistory();
  const copyEl = createElement('button', { type: 'button', className: 'small' }, t`Copy as text`);
  const copiedEl = createElement('span', { className: 'hint', role: 'status' });
  const textEl = /** @type {HTMLTextAreaElement} */ (createElement('textarea', {
    className: 'copy-text', readOnly: true, rows: 6, ariaLabel: t`The state of the connection as text`, hidden: true,
  }));

  /** The rows by the names of what they show. @type {Map<string, HTMLElement>} */
  const rows = new Map();
  /** The value that is shown of each. @type {Map<string, string>} */
  const shown = new Map();
  /** @type {Source | null} */
  let source = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let pairWords = '';

  function addRow(listEl, name, title, about) {
    const item = createElement('li', { className: 'machine' },
      createElement('p', { className: 'machine-name' }, createElement('strong', {}, title), ' ', createElement('small', {}, about)),
      createElement('span', { className: 'value' }, t`none`),
      createElement('p', { className: 'meaning' }));
    item.dataset.machine = name;
    item.dataset.value = 'none';
    listEl.append(item);
    rows.set(name, item);
  }

  function addFact(name, title) {
    const valueEl = createElement('dd', {}, '–');
    factsEl.append(createElement('div', {}, createElement('dt', {}, title), valueEl));
    rows.set(name, valueEl);
  }

  for (const [name, { title }] of Object.entries(MACHINES)) addRow(machinesEl, name, title, createElement('code', {}, name));
  if (hasChannels) {
    for (const [name, purpose] of Object.entries(CHANNELS)) {
      addRow(channelsEl, name, createElement('code', {}, name), purpose);
      rows.get(name).append(createElement('p', { className: 'meaning traffic' }));
    }
  }
  addFact('pair', t`Pair of candidates in use`);
  addFact('roundTrip', t`Round trip`);
  addFact('sent', t`Sent`);
  addFact('received', t`Received`);
  rootEl.append(
    machinesEl,
    ...(hasChannels ? [createElement(heading, {}, t`Channels`), channelsEl] : []),
    createElement(heading, {}, t`Way through the network`), factsEl, candidates.element,
    createElement('details', { open: true }, createElement('summary', {}, t`In the order in which it happened`), ...history.elements),
    createElement('p', { className: 'panel-actions' }, copyEl, copiedEl), textEl);

  function show(name, value, title, meanings) {
    const before = shown.get(name);
    if (before === value) return;
    const item = rows.get(name);
    item.dataset.value = value;
    setText(item.querySelector('.value'), value);
    setText(item.querySelector('.meaning'), meanings[value] ?? '');
    history.add(title, before ? `${before} → ${value}` : value);
    shown.set(name, value);
  }

  function look() {
    if (!source) return;
    for (const [name, value] of Object.entries(source.states)) show(name, value, MACHINES[name].title, MACHINES[name].values);
    for (const [name, { readyState }] of channelsOf(source)) show(name, readyState, t`Channel ${name}`, CHANNEL_VALUES);
    if (source.states.connectionState === 'closed') clearInterval(timer);
  }

  const channelsOf = ({ channels = {} }) => Object.entries(channels).filter(([name]) => rows.has(name));

  /** Nothing is read of a panel that nobody sees. */
  async function measure() {
    const mine = source;
    if (!mine || document.hidden || !rootEl.checkVisibility()) return;
    const stats = await mine.stats().catch(() => undefined);
    if (stats && source === mine) showStats(stats);
  }

  function showStats(stats) {
    const { own, theirs, pair, channels } = factsOf(stats);
    candidates.show(own, theirs);
    const words = pair ? `${pair.own.type} – ${pair.theirs.type}, ${pair.own.protocol}` : '–';
    setText(rows.get('pair'), words);
    if (pair && words !== pairWords) history.add(t`Pair in use`, words);
    if (pair) pairWords = words;
    setText(rows.get('roundTrip'), stats.roundTripMs === null ? '–' : `${stats.roundTripMs} ms`);
    setText(rows.get('sent'), sizeWords(stats.bytesSent));
    setText(rows.get('received'), sizeWords(stats.bytesReceived));
    for (const [name, channel] of channelsOf(source)) {
      setText(rows.get(name).querySelector('.traffic'), trafficWords(channels.get(name), channel.bufferedAmount));
    }
  }

  /** All of it, as it is shown. */
  function text() {
    const lines = [...shown].map(([name, value]) => `${name}: ${value}`);
    for (const { textContent } of rootEl.querySelectorAll('.traffic:not(:empty)')) lines.push(textContent);
    for (const fact of factsEl.children) lines.push([...fact.children].map(({ textContent }) => textContent).join(': '));
    return [...lines, '', candidates.text(), '', history.text()].join('\n');
  }

  copyEl.addEventListener('click', async () => {
    textEl.value = text();
    try {
      await navigator.clipboard.writeText(textEl.value);
      textEl.hidden = true;
      setText(copiedEl, t`Copied.`);
    } catch {
      // Only pages with https may, and only if the browser likes.
      textEl.hidden = false;
      textEl.focus();
      textEl.select();
      setText(copiedEl, t`Selected: copy it with Ctrl+C, or by a long press.`);
    }
  });

  return {
    /**
     * Shows this connection from now on; what was noted of others stays in the history.
     * @param {Source} next
     * @param {string} [name] whose connection it is
     */
    watch(next, name = '') {
      if (name) history.add(t`New connection`, name);
      source = next;
      shown.clear();
      pairWords = '';
      look();
      next.watchStates(() => source === next && look());
      for (const [, channel] of channelsOf(next)) {
        for (const event of ['open', 'closing', 'close']) channel.addEventListener(event, () => source === next && look());
        // What a short session has sent would be known otherwise as it was up to a second before its end.
        for (const event of ['open', 'closing']) channel.addEventListener(event, () => source === next && measure());
      }
      clearInterval(timer);
      timer = setInterval(measure, LOOK_MS);
      measure();
    },

    /** Once more: a connection fires no event at its own close. */
    look,

    /** Reads the statistics now: the panel was opened. */
    measure,

    /** The panel is not needed any more. */
    stop() {
      clearInterval(timer);
      source = null;
    },

    get isEmpty() {
      return history.isEmpty;
    },

    text,
  };
}

/**
 * @param {import('./state-facts.js').ChannelTraffic | undefined} traffic
 * @param {number} waiting
 */
function trafficWords(traffic, waiting) {
  if (!traffic) return '';
  const { messagesSent, messagesReceived, bytesSent, bytesReceived } = traffic;
  return t`Sent: ${messagesSent} (${sizeWords(bytesSent)}). Received: ${messagesReceived} (${sizeWords(bytesReceived)}). Waiting: ${sizeWords(waiting)}.`;
}
