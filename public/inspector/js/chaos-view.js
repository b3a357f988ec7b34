// Chaos switches: what the server does to the messages of a lobby, so that one sees why pages need queues, perfect
// negotiation and ICE restarts. While they are on, a bar at the top says so.

import { byId, createElement, setText } from './ui.js';
import { clock, durationWords, textOf } from './run-words.js';

/** The server switches them off by itself after so long, in ms. */
const LASTS = 600_000;

const KINDS = ['host', 'srflx', 'relay', 'mdns', 'udp', 'tcp'];

export class Chaos {
  /** By lobby: the switches, and until when they are on, on the server's clock. */
  #on = new Map();
  #source = null;

  /**
   * @param {object} page
   * @param {(wanted: object) => Promise<object>} page.send
   * @param {() => number} page.now on the server's clock
   * @param {(sentence: string) => void} page.onError
   */
  constructor(page) {
    this.page = page;
    byId('open-chaos').addEventListener('click', () => this.#open());
    byId('chaos-off').addEventListener('click', () => {
      for (const lobby of this.#on.keys()) this.#set({ lobby, switches: null });
    });
    setInterval(() => this.#showBar(), 1000);
  }

  offer(isOffered, source) {
    byId('open-chaos').hidden = !isOffered;
    this.#source = source;
  }

  /** @param {object[]} records of the live feed */
  take(records) {
    for (const record of records) {
      if (record.kind !== 'chaos' || !('set' in record)) continue;
      if (record.set) this.#on.set(record.lobby ?? '', { set: record.set, until: record.at + LASTS });
      else this.#on.delete(record.lobby ?? '');
    }
    this.#showBar();
  }

  /** Another start of the server: nothing is on. */
  forget() {
    this.#on.clear();
    this.#showBar();
  }

  #showBar() {
    const now = this.page.now();
    for (const [lobby, { until }] of this.#on) if (until <= now) this.#on.delete(lobby);
    const bar = byId('chaos-bar');
    bar.hidden = !this.#on.size;
    document.body.classList.toggle('in-chaos', this.#on.size > 0);
    const words = [...this.#on].map(([lobby, { set }]) => `${lobbyWords(lobby)}: ${switchWords(set)}`);
    setText(byId('chaos-words'), words.length ? `Chaos is on. ${words.join('; ')}.` : '');
    const rest = Math.min(...[...this.#on.values()].map(({ until }) => until)) - now;
    setText(byId('chaos-rest'), this.#on.size ? `Off by itself in ${clock(rest)}` : '');
  }

  async #set(wanted) {
    const reply = await this.page.send(wanted);
    if (!reply?.ok) this.page.onError(textOf(reply?.error?.message) || 'The server did not accept it.');
  }

  #open() {
    const dialog = byId('chaos');
    const lanes = this.#source.rows.lanes.byClient;
    const lobbies = [...new Set(['', ...[...lanes.values()].map(({ lobby }) => lobby ?? '')])];
    const lobby = select(lobbies.map((name) => [name, lobbyWords(name)]));
    const what = select([['both', 'answers and candidates'], ['answers', 'answers'], ['candidates', 'candidates']]);
    const delay = createElement('input', { type: 'number', min: '0', max: '30000', step: '100', value: '0' });
    const drop = createElement('input', { type: 'number', min: '0', max: '100', step: '5', value: '0' });
    const double = check('Send each one twice');
    const reorder = check('Change their order');
    const strip = KINDS.map((kind) => check(kind));
    const client = select([...lanes.values()].filter(({ isConnected }) => isConnected).map(({ id, userName }) => [id, userName]));
    const seconds = createElement('input', { type: 'number', min: '1', max: '600', value: '5' });
    const on = button('Switch on', 'primary', () => {
      const switches = {
        delay: Number(delay.value), drop: Number(drop.value) / 100, double: double.input.checked, reorder: reorder.input.checked,
        what: what.value, strip: KINDS.filter((_, n) => strip[n].input.checked),
      };
      dialog.close();
      this.#set({ lobby: lobby.value, switches });
    });
    const off = button('Off', '', () => {
      dialog.close();
      this.#set({ lobby: lobby.value, switches: null });
    });
    const cut = button('Cut', 'danger', () => {
      dialog.close();
      this.#set({ cut: client.value, seconds: Number(seconds.value) });
    });
    cut.disabled = !client.options.length;
    dialog.replaceChildren(
      createElement('h2', { id: 'chaos-title' }, 'Chaos'),
      createElement('p', { className: 'hint' }, 'The server delays, drops, doubles or reorders messages of a lobby, for 10 minutes at most.'),
      createElement('div', { className: 'grid' },
        labelled('Lobby', lobby), labelled('Which messages', what), labelled('Delay in ms', delay), labelled('Drop, in %', drop)),
      double.label, reorder.label,
      group('Remove candidates of these kinds', strip.map(({ label }) => label)),
      createElement('div', { className: 'choices' }, on, off),
      group('Cut a client’s connection', [createElement('div', { className: 'grid' },
        labelled('Client', client), labelled('For seconds', seconds)), createElement('div', { className: 'choices' }, cut)]),
      createElement('div', { className: 'choices' }, button('Close', '', () => dialog.close())));
    dialog.showModal();
  }
}

const lobbyWords = (lobby) => (lobby ? `Lobby ${textOf(lobby, 64)}` : 'Default lobby');

function switchWords(set) {
  const what = { answers: 'answers', candidates: 'candidates' }[set.what] ?? 'answers and candidates';
  const parts = [];
  if (set.delay > 0) parts.push(`delayed by ${durationWords(set.delay)}`);
  if (set.drop > 0) parts.push(`${Math.round(set.drop * 100)} % dropped`);
  if (set.double) parts.push('doubled');
  if (set.reorder) parts.push('reordered');
  const said = parts.length ? `${what} ${parts.join(', ')}` : '';
  const stripped = Array.isArray(set.strip) && set.strip.length ? `no ${set.strip.map((kind) => textOf(kind)).join(', ')} candidates` : '';
  return [said, stripped].filter(Boolean).join(', ') || 'nothing is changed';
}

const labelled = (words, field) => createElement('label', {}, words, field);
const select = (choices) => createElement('select', {}, ...choices.map(([value, words]) => createElement('option', { value }, words)));

function check(words) {
  const input = createElement('input', { type: 'checkbox' });
  return { input, label: createElement('label', { className: 'check' }, input, ` ${words}`) };
}

function button(words, className, onClick) {
  const element = createElement('button', { type: 'button', className }, words);
  element.addEventListener('click', onClick);
  return element;
}

function group(words, fields) {
  return createElement('fieldset', {}, createElement('legend', {}, words), ...fields);
}
