// One row on the screen: its time, its name and notes as text, its arrow. It is an option of the list of events; what the
// arrow shows stands in it as words that only a screen reader says.

import { drawRow, spanOf } from './drawing.js';
import { createElement } from './ui.js';
import { sizeWords, timeWords } from './run-words.js';

/** Letters of the labels are about this wide, in parts of their size. */
const LETTER = 0.61;

/**
 * @param {import('./rows.js').Row} row
 * @param {object} context `{source, layout, lanes, index, rem, isSelected, isRelated}`
 */
export function viewRow(row, context) {
  const { source, layout, index, rem } = context;
  const lanes = source.rows.lanes;
  const span = spanOf(row, layout, lanes, (page) => source.clientOfPage(page));
  const element = createElement('div', { className: classOf(row, source), id: `event-${row.n}` });
  element.setAttribute('role', 'option');
  element.setAttribute('aria-posinset', String(index + 1));
  element.dataset.n = String(row.n);
  element.style.height = `${layout.rowHeight}px`;
  element.style.transform = `translateY(${layout.tops[index]}px)`;

  const y = layout.lineIn(row);
  const lane = createElement('div', { className: 'across' });
  lane.append(drawRow(row, span, { width: layout.width, height: layout.rowHeight, y }));
  lane.append(labelOf(row, span, layout, rem, element));
  const time = createElement('span', { className: 'time' }, timeWords(row.at - source.origin));
  element.append(time, createElement('span', { className: 'unseen' }, unseenWords(row, source)), lane);
  return element;
}

function labelOf(row, span, layout, rem, element) {
  const label = createElement('span', { className: 'label' }, createElement('b', {}, row.title));
  const notes = [row.size === null ? '' : sizeWords(row.size), row.note].filter(Boolean);
  if (row.shape === 'reply') notes.unshift('ack');
  if (notes.length) label.append(createElement('i', {}, notes.join(' · ')));
  const letters = row.title.length + notes.join(' · ').length * 0.86 + 1;
  const width = letters * LETTER * 0.75 * rem + 10;
  if (!span.to.length) {
    label.classList.add('beside');
    element.classList.add('at-mark');
    placeBeside(label, span.from, width, layout.width);
  } else {
    const left = Math.max(2, Math.min(Math.min(span.from, ...span.to) + 8, layout.width - width));
    label.style.left = `${left}px`;
    label.style.maxWidth = `${layout.width - left - 2}px`;
  }
  return label;
}

/** The words of a mark stand on its right; near the right edge on its left; cut where neither side has room. */
function placeBeside(label, x, width, available) {
  const isRight = available - x >= Math.min(width + 10, x);
  label.style.maxWidth = `${(isRight ? available - x : x) - 12}px`;
  if (isRight) label.style.left = `${x + 10}px`;
  else label.style.right = `${available - x + 10}px`;
}

function classOf(row, source) {
  const client = row.page !== null ? source.clientOfPage(row.page) : row.from ?? (row.to.length === 1 ? row.to[0] : null);
  const colour = source.rows.lanes.byClient.get(client)?.colour;
  return ['event', row.shape, row.tone, colour === undefined ? 'many' : `c${colour}`].join(' ');
}

/** The words of a row that the picture says: who sends to whom, and that the message was refused. */
function unseenWords(row, source) {
  const name = (client) => source.rows.lanes.byClient.get(client)?.userName ?? 'an unknown client';
  const receivers = row.to.length > 4 ? `${row.to.length} clients` : row.to.map(name).join(', ');
  const refused = row.isRefused && row.shape === 'arrow' ? 'refused: ' : '';
  if (row.shape === 'outside') return 'connection rejected: ';
  if (row.page !== null) return `in the browser of ${name(source.clientOfPage(row.page))}: `;
  if (row.shape === 'reply') return `server to ${receivers}, acknowledgement: `;
  if (row.shape !== 'arrow') return '';
  return `${row.from !== null ? `${name(row.from)} to server` : `server to ${receivers || 'no client'}`}: ${refused}`;
}
