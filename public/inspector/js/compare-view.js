// Two runs side by side, by the course's steps, with the first difference marked.

import { compareRuns } from './compare-runs.js';
import { callWords } from './rail.js';
import { byId, createElement } from './ui.js';
import { textOf } from './run-words.js';

/**
 * @param {import('./source.js').Source} a
 * @param {import('./source.js').Source} b
 * @param {() => void} onClose
 */
export function showComparison(a, b, onClose) {
  const element = byId('comparison');
  const [choiceA, choiceB] = [a, b].map((source) => createElement('select', {}, ...source.run.calls.map((call) =>
    createElement('option', { value: call.id }, callWords(call, source.origin)))));
  for (const [choice, source] of [[choiceA, a], [choiceB, b]]) {
    if (source.run.calls.length) choice.value = source.run.calls.at(-1).id;
  }
  const result = createElement('div', { className: 'result', tabIndex: 0 });
  result.setAttribute('role', 'group');
  result.setAttribute('aria-label', 'Steps of both runs');
  const words = createElement('p', { className: 'difference' });
  words.setAttribute('role', 'status');
  const close = createElement('button', { type: 'button' }, 'Close the comparison');
  close.addEventListener('click', onClose);
  const show = () => {
    const callA = a.run.calls.find(({ id }) => id === choiceA.value);
    const callB = b.run.calls.find(({ id }) => id === choiceB.value);
    if (!callA || !callB) {
      words.textContent = callA || callB ? 'One of the two runs has no call.' : 'Neither of the two runs has a call.';
      result.replaceChildren();
      return;
    }
    const { rows, firstDifference } = compareRuns(a.run, callA, b.run, callB);
    words.textContent = firstDifference
      ? `The first difference is at step ${firstDifference.number}: ${textOf(firstDifference.title)}.`
      : 'Both calls took the same steps.';
    result.replaceChildren(tableOf(rows, firstDifference));
    result.querySelector('.first')?.scrollIntoView({ block: 'center' });
  };
  for (const choice of [choiceA, choiceB]) choice.addEventListener('change', show);
  element.replaceChildren(
    createElement('header', {}, createElement('h2', { id: 'comparison-title', tabIndex: -1 }, 'Two runs compared'), close),
    createElement('div', { className: 'choices' },
      createElement('label', {}, `A: ${a.name || 'this run'} `, choiceA), createElement('label', {}, `B: ${b.name} `, choiceB)),
    words, result);
  element.hidden = false;
  byId('main').hidden = true;
  show();
  byId('comparison-title').focus();
}

export function hideComparison() {
  byId('comparison').hidden = true;
  byId('comparison').replaceChildren();
  byId('main').hidden = false;
}

function tableOf(rows, first) {
  const head = createElement('tr', {}, ...['Step', '', 'A', 'B'].map((words) =>
    (words ? createElement('th', { scope: 'col' }, words) : createElement('td'))));
  const body = createElement('tbody', {}, ...rows.map((row) => {
    const isFirst = first && (row === first || row.number === first.number);
    const mark = isFirst ? createElement('strong', { className: 'mark' }, 'First difference') : '';
    const line = createElement('tr', { className: [row.same ? 'same' : 'different', isFirst ? 'first' : ''].join(' ') },
      createElement('td', { className: 'number' }, textOf(row.number)),
      createElement('th', { scope: 'row' }, textOf(row.title), mark),
      createElement('td', {}, cell(row.a)), createElement('td', {}, cell(row.b)));
    return line;
  }));
  return createElement('table', {}, createElement('thead', {}, head), body);
}

function cell(side) {
  if (!side) return '–';
  const state = `${textOf(side.state).replaceAll('-', ' ')}${side.hollow ? ' (inferred)' : ''}`;
  return [state, textOf(side.words), textOf(side.waitingFor ?? side.note ?? '', 400)].filter(Boolean).join(', ');
}
