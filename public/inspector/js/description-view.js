// A description line by line with words, and beside another one with the differences marked.

import { descriptionsIn } from './contents.js';
import { compareDescriptions, explainDifferences } from './explain/compare.js';
import { explainDescription } from './explain/description.js';
import { createElement } from './ui.js';
import { textOf, timeWords } from './run-words.js';

/** The page offers the newest so many descriptions to compare with. */
const CHOICES = 60;

/** @param {{type: string, sdp: string}} description @param {(key: string, title: string, ...content: any[]) => HTMLElement} section */
export function showDescription(description, source, row, section) {
  const parts = createElement('div', { className: 'description' });
  const explained = explainDescription(description);
  if (explained.summary) parts.append(createElement('p', { className: 'summary' }, explained.summary));
  parts.append(section('explained', `The ${textOf(description.type)} line by line`, ...explained.sections.map(viewSection)));
  const others = othersThan(row, source);
  if (others.length) parts.append(section('compared', 'Side by side with another', ...sideBySide(description, others, source)));
  return parts;
}

function viewSection({ title, lines }) {
  const list = createElement('dl', { className: 'lines' });
  for (const { text, words, level } of lines) {
    list.append(createElement('dt', { className: level ?? 'normal' }, createElement('code', {}, text)),
      createElement('dd', { className: level ?? 'normal' }, words ?? ''));
  }
  return createElement('section', { className: 'media' }, createElement('h3', {}, title), list);
}

/** The other descriptions of the run, with the offer of this answer (or the answer to this offer) first. */
function othersThan(row, source) {
  const call = source.run.callOf?.(row.n);
  const found = [];
  for (const other of source.rows.list) {
    if (other === row || (other.record.kind !== 'receive' && other.record.kind !== 'probe')) continue;
    if (other.record.kind === 'probe' && other.record.what !== 'call') continue;
    const description = descriptionsIn(other.record).at(-1);
    if (description) found.push({ row: other, description });
  }
  const partner = call && [call.offered, call.answered].find((mark) => mark && mark.n !== row.n);
  return found.slice(-CHOICES).sort((a, b) => Number(b.row.n === partner?.n) - Number(a.row.n === partner?.n) || a.row.n - b.row.n);
}

function sideBySide(description, others, source) {
  const choice = createElement('select', {}, ...others.map(({ row, description: { type } }, n) =>
    createElement('option', { value: String(n) }, `${textOf(type)}: ${row.title}, ${nameOf(row, source)}, at ${timeWords(row.at - source.origin)} s`)));
  const label = createElement('label', { className: 'choice' }, 'The other one ', choice);
  const meaning = createElement('ul', { className: 'meaning' });
  const table = createElement('div', { className: 'pair', tabIndex: 0 });
  table.setAttribute('role', 'group');
  table.setAttribute('aria-label', 'Two descriptions side by side');
  const show = () => {
    const other = others[Number(choice.value)].description;
    // The offer is on the left.
    const isLeft = description.type === 'offer' && other.type !== 'offer';
    const [left, right] = isLeft ? [description, other] : [other, description];
    meaning.replaceChildren(...explainDifferences(left, right).map(({ level, words }) => createElement('li', { className: level }, words)));
    table.replaceChildren(tableOf(left, right));
  };
  choice.addEventListener('change', show);
  show();
  return [label, meaning, table];
}

function nameOf(row, source) {
  const client = row.page !== null ? source.clientOfPage(row.page) : row.from;
  return source.rows.lanes.byClient.get(client)?.userName ?? 'unknown';
}

function tableOf(left, right) {
  const head = createElement('tr', {}, createElement('th', { scope: 'col' }, textOf(left.type)), createElement('th', { scope: 'col' }, textOf(right.type)));
  const body = createElement('tbody');
  for (const row of compareDescriptions(left, right)) {
    const line = createElement('tr', { className: row.same ? 'same' : 'different' },
      createElement('td', {}, createElement('code', {}, row.left ?? '')), createElement('td', {}, createElement('code', {}, row.right ?? '')));
    body.append(line);
    if (row.words) {
      const words = createElement('td', { colSpan: 2 }, row.words);
      body.append(createElement('tr', { className: 'words' }, words));
    }
  }
  return createElement('table', {}, createElement('thead', {}, head), body);
}
