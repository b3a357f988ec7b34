// Which events the timeline shows: by client, call, room, kind of event, and a text that is searched for.

import { byId, createElement, setText } from './ui.js';
import { countWords } from './run-words.js';

const GROUPS = [
  ['usual', 'All, without statistics'],
  ['all', 'All'],
  ['wire', 'Without the browsers’ reports'],
  ['quiet', 'Without candidates'],
  ['description', 'Offers and answers'],
  ['candidate', 'Candidates'],
  ['refused', 'Refusals and errors'],
  ['connection', 'Connections'],
  ['browser', 'The browsers’ reports'],
  ['stats', 'Statistics'],
];

/** Payloads are searched up to this many characters. */
const SEARCHED = 20_000;

export class Filters {
  #calls = new Map();
  #source;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.text = byId('search');
    this.client = byId('by-client');
    this.call = byId('by-call');
    this.room = byId('by-room');
    this.group = byId('by-group');
    this.group.append(...GROUPS.map(([value, words]) => createElement('option', { value }, words)));
    for (const select of [this.client, this.call, this.room, this.group]) select.addEventListener('change', onChange);
    let timer;
    this.text.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, 120);
    });
    this.button = byId('show-filters');
    this.button.addEventListener('click', () => this.#open(byId('filters').hidden));
    byId('no-filters').addEventListener('click', () => {
      this.clear();
      onChange();
    });
  }

  #open(is) {
    byId('filters').hidden = !is;
    this.button.setAttribute('aria-expanded', String(is));
  }

  clear() {
    this.text.value = '';
    for (const select of [this.client, this.call, this.room]) select.value = '';
    this.group.value = 'usual';
  }

  get isActive() {
    return Boolean(this.text.value.trim() || this.client.value || this.call.value || this.room.value || this.group.value !== 'usual');
  }

  /** Keeps the choices true to the run. */
  update(source, callWords) {
    if (source !== this.#source) this.clear();
    this.#source = source;
    fill(this.client, 'All', [...source.rows.lanes.byClient.values()].map(({ id, userName }) => [id, userName]));
    fill(this.call, 'All', source.run.calls.map((call) => [call.id, callWords(call)]));
    fill(this.room, 'All', [...new Set([...(source.run.rooms?.values() ?? [])].map(({ name }) => name))].map((name) => [name, name]));
    this.#calls = new Map(source.run.calls.map((call) => [call.id, call]));
    this.button.classList.toggle('active', [this.client, this.call, this.room].some(({ value }) => value) || this.group.value !== 'usual');
  }

  showCount(shown, all) {
    setText(byId('shown'), this.isActive ? `${shown.toLocaleString('en')} of ${countWords(all, 'event')}` : '');
  }

  /** Whether a row is shown, as a function that is made once for many rows. */
  predicate(source) {
    const text = this.text.value.trim().toLowerCase();
    const client = this.client.value;
    const call = this.#calls.get(this.call.value);
    const records = call && new Set(call.records);
    const room = this.room.value;
    const group = this.group.value;
    return (row) =>
      isInGroup(row, group)
      && (!client || isOfClient(row, client, source))
      && (!records || records.has(row.n) || row.folded.some((n) => records.has(n)))
      && (!room || row.room === room)
      && (!text || hasText(row, text, source));
  }

  /** The lanes of the chosen call or client; null for all. */
  lanesWanted(source) {
    const call = this.#calls.get(this.call.value);
    if (!call) return null;
    const wanted = new Set([call.offerer, call.answerer].filter(Boolean).map((id) => source.rows.lanes.byClient.get(id)?.lane));
    return (lane) => wanted.has(lane);
  }
}

function fill(select, all, choices) {
  const key = JSON.stringify(choices);
  if (select.dataset.choices === key) return;
  select.dataset.choices = key;
  const chosen = select.value;
  select.replaceChildren(createElement('option', { value: '' }, all),
    ...choices.map(([value, words]) => createElement('option', { value }, words)));
  select.value = choices.some(([value]) => value === chosen) ? chosen : '';
}

function isInGroup(row, group) {
  switch (group) {
    case 'all': return true;
    case 'wire': return row.group !== 'browser' && row.group !== 'stats';
    case 'quiet': return row.group !== 'candidate' && row.group !== 'stats' && !/candidate/i.test(row.title);
    case 'refused': return row.isRefused || row.tone === 'bad';
    case 'usual': return row.group !== 'stats';
    default: return row.group === group;
  }
}

function isOfClient(row, client, source) {
  if (row.page !== null) return source.clientOfPage(row.page) === client;
  return row.from === client || row.to.includes(client);
}

function hasText(row, text, source) {
  const names = [row.from, ...row.to.slice(0, 20)].map((id) => source.rows.lanes.byClient.get(id)?.userName ?? '');
  if (`${row.title} ${row.note} ${names.join(' ')} #${row.n}`.toLowerCase().includes(text)) return true;
  return (JSON.stringify(row.record) ?? '').slice(0, SEARCHED).toLowerCase().includes(text);
}
