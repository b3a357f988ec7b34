// The course's steps of a call: done, waiting, skipped or out of order; hollow where the inspector infers one.

import { byId, createElement, setText } from './ui.js';
import { timeWords } from './run-words.js';

const SIGNS = { done: '✓', waiting: '…', skipped: '–', 'out-of-order': '!', open: '' };
const STATES = { done: 'done', waiting: 'waiting', skipped: 'skipped', 'out-of-order': 'out of order', open: 'not yet' };

/** A call in a few words: `Amy → Bob, call`. */
export function callWords(call, origin = 0) {
  const who = `${call.offererName || 'unknown'} → ${call.answererName || '…'}`;
  const where = call.kind === 'room' ? `, room ${call.room}` : call.kind === 'pair' ? ', data channel' : '';
  return `${who}${where}, at ${timeWords((call.at ?? 0) - origin)} s`;
}

export class Rail {
  #chosen = null;
  #shown = '';
  #source = null;

  /** @param {(n: number) => void} onShow @param {() => void} onChange */
  constructor(onShow, onChange) {
    this.onShow = onShow;
    this.select = byId('call');
    this.select.addEventListener('change', () => {
      this.#chosen = this.select.value;
      onChange();
    });
    byId('rail').addEventListener('click', ({ target }) => {
      const step = target.closest('button');
      if (step?.dataset.n) this.onShow(Number(step.dataset.n));
    });
  }

  /** The call whose steps are shown: the chosen one, else the newest. */
  callOf(source) {
    if (source !== this.#source) this.#chosen = null;
    this.#source = source;
    const { calls } = source.run;
    return calls.find(({ id }) => id === this.#chosen) ?? calls.at(-1) ?? null;
  }

  choose(call) {
    this.#chosen = call?.id ?? null;
  }

  show(source, steps, problemStep) {
    const call = this.callOf(source);
    const choices = source.run.calls.slice(-200).map((one) => [one.id, callWords(one, source.origin)]);
    const key = JSON.stringify([choices, call?.id, steps, problemStep]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.select.replaceChildren(...choices.map(([value, words]) => createElement('option', { value }, words)));
    this.select.value = call?.id ?? '';
    this.select.hidden = !call;
    byId('no-steps').hidden = Boolean(call);
    byId('sides').hidden = !call;
    if (!call) {
      byId('rail').replaceChildren();
      return;
    }
    setText(byId('sides'), `CLIENT1 is ${call.offererName || 'unknown'}, CLIENT2 is ${call.answererName || 'still to come'}.`);
    const focused = document.activeElement?.closest?.('#rail button')?.dataset.step;
    byId('rail').replaceChildren(...steps.map((step) => item(step, source.origin, step.number === problemStep)));
    if (focused) byId('rail').querySelector(`[data-step="${focused}"]`)?.focus({ preventScroll: true });
  }
}

function item(step, origin, isProblem) {
  const isLink = Number.isSafeInteger(step.n);
  const inner = createElement(isLink ? 'button' : 'div', { className: 'step' });
  if (isLink) Object.assign(inner, { type: 'button' }).dataset.n = String(step.n);
  inner.dataset.step = step.number;
  const state = STATES[step.state] ?? step.state;
  const said = step.hollow && step.state === 'done' ? 'done, inferred' : state;
  const sign = createElement('span', { className: 'sign' }, SIGNS[step.state] ?? '');
  sign.setAttribute('aria-hidden', 'true');
  const words = createElement('span', { className: 'words' },
    createElement('span', { className: 'number' }, step.isAsync ? `~${step.number}` : step.number), ' ', step.title,
    createElement('span', { className: 'unseen' }, `, ${said}`));
  inner.append(sign, words);
  if (step.at !== null && step.at !== undefined && step.state !== 'open') {
    inner.append(createElement('small', { className: 'when' }, timeWords(step.at - origin)));
  }
  const note = step.waitingFor ?? step.note;
  if (note) inner.append(createElement('small', { className: 'note' }, note));
  else if (step.hollow && step.state === 'done') inner.title = 'Inferred: a later step is done, or the server saw its effect.';
  const element = createElement('li', { className: isProblem ? 'problem' : '' }, inner);
  element.dataset.state = step.state;
  element.dataset.side = step.side;
  if (step.hollow) element.dataset.hollow = '';
  return element;
}
