// Stepping through a recording: first, back, forward, last, and a slider.

import { byId, setText } from './ui.js';
import { timeWords } from './run-words.js';

export class Replay {
  /** How many records of the source count. */
  position = 0;
  #source = null;

  /** @param {() => void} onMove */
  constructor(onMove) {
    this.onMove = onMove;
    this.slider = byId('position');
    this.slider.addEventListener('input', () => this.moveTo(Number(this.slider.value)));
    byId('first').addEventListener('click', () => this.moveTo(1));
    byId('back').addEventListener('click', () => this.step(-1));
    byId('forward').addEventListener('click', () => this.step(1));
    byId('last').addEventListener('click', () => this.moveTo(Infinity));
  }

  /** @param {import('./source.js').Source | null} source null: no replay */
  begin(source, hasLive) {
    this.#source = source;
    byId('replay-bar').hidden = !source;
    byId('leave-replay').hidden = !hasLive;
    if (!source) return;
    this.slider.max = String(Math.max(1, source.records.length));
    this.slider.min = String(Math.min(1, source.records.length));
    this.position = source.records.length;
    this.#show();
  }

  /** To the next record that has a row of its own. */
  step(by) {
    const { records, rows } = this.#source;
    let next = this.position + by;
    while (next > 1 && next < records.length && rows.byRecord.get(records[next - 1].n)?.n !== records[next - 1].n) next += by;
    this.moveTo(next);
  }

  moveTo(position) {
    if (!this.#source) return;
    const next = Math.max(Math.min(1, this.#source.records.length), Math.min(this.#source.records.length, position));
    if (next === this.position) return;
    this.position = next;
    this.#show();
    this.onMove();
  }

  /** The record at the position. */
  get record() {
    return this.#source?.records[this.position - 1] ?? null;
  }

  #show() {
    const { records, origin } = this.#source;
    this.slider.value = String(this.position);
    const words = `${this.position.toLocaleString('en')} of ${records.length.toLocaleString('en')}`;
    setText(byId('position-words'), words);
    this.slider.setAttribute('aria-valuetext', `${words}, ${timeWords((this.record?.at ?? 0) - (origin ?? 0))} seconds`);
    for (const id of ['first', 'back']) byId(id).disabled = this.position <= 1;
    for (const id of ['forward', 'last']) byId(id).disabled = this.position >= records.length;
  }
}
