// The selected event: what belongs to it as links, its fields, and what its description or candidate means.

import { candidatesIn, descriptionsIn } from './contents.js';
import { showDescription } from './description-view.js';
import { explainCandidate } from './explain/candidate.js';
import { causeOf } from './rows.js';
import { byId, createElement } from './ui.js';
import { durationWords, sizeWords, textOf, timeWords } from './run-words.js';

/** Longer payloads are cut on the screen; the saved file has all. */
const LONGEST = 60_000;

/** What was opened stays open for the next event. */
const opened = new Set(['explained']);

/**
 * @param {import('./source.js').Source} source
 * @param {number} n the row's record
 * @param {number} focus the record that was meant: a refusal that the row shows, or `n`
 * @param {(n: number) => void} onShow
 */
export function showDetails(source, n, focus, onShow) {
  const row = source.rows.byRecord.get(n);
  const body = byId('detail-body');
  if (!row) {
    body.replaceChildren(createElement('p', { className: 'hint' }, 'Select an event: its fields and what they mean appear here.'));
    byId('details-title').textContent = 'Details';
    return;
  }
  byId('details-title').textContent = row.title || 'Event';
  const { record } = row;
  const parts = [createElement('p', { className: 'way' }, wayOf(row, source)), linksOf(row, source, onShow)];
  for (const folded of row.folded) parts.push(verdictOf(source.run.record(folded), record));
  const description = descriptionsIn(record).at(-1);
  if (description) parts.push(showDescription(description, source, row, section));
  const candidates = candidatesIn(record);
  if (candidates.length) parts.push(section('explained', candidates.length === 1 ? 'The candidate in words' : `${candidates.length} candidates in words`, candidateList(candidates)));
  parts.push(section('fields', 'Fields', fieldsOf(record, source)));
  if (record.payload !== undefined && record.payload !== null) parts.push(section('payload', 'Payload', jsonOf(record.payload)));
  for (const folded of row.folded) {
    const other = source.run.record(folded);
    if (other) parts.push(section(`also-${other.kind}`, `Also: ${other.kind} ${other.n}`, jsonOf(other)));
  }
  body.replaceChildren(...parts.filter(Boolean));
  if (focus !== n) body.querySelector('.verdict')?.scrollIntoView({ block: 'nearest' });
  else body.scrollTop = 0;
}

/** A part that opens and closes, and stays so for the next event. */
function section(key, title, ...content) {
  const element = createElement('details', { open: opened.has(key) }, createElement('summary', {}, title), ...content);
  element.addEventListener('toggle', () => (element.open ? opened.add(key) : opened.delete(key)));
  return element;
}

function wayOf(row, source) {
  const { record } = row;
  const name = (client) => source.rows.lanes.byClient.get(client)?.userName ?? 'unknown';
  const at = `at ${timeWords(record.at - source.origin)} s`;
  const size = row.size === null ? '' : `, ${sizeWords(row.size)}`;
  if (row.page !== null) return `In the browser of ${name(source.clientOfPage(row.page))} (page ${row.page}), ${at}${row.note ? `: ${row.note}` : ''}`;
  if (row.shape === 'arrow' || row.shape === 'reply') {
    const to = row.to.length ? row.to.slice(0, 12).map(name).join(', ') + (row.to.length > 12 ? ` and ${row.to.length - 12} more` : '') : 'no client';
    return row.from !== null ? `${name(row.from)} → server, ${at}${size}` : `server → ${to}, ${at}${size}`;
  }
  return `${(row.note || row.title).replace(/\.$/, '')}, ${at}`;
}

/** What brought the event about, and what it brought about. */
function linksOf(row, source, onShow) {
  const { rows } = source;
  const list = createElement('ul', { className: 'links' });
  const add = (words, n) => {
    const other = rows.byRecord.get(n);
    if (!other || other === row) return;
    const button = createElement('button', { type: 'button' }, words(other));
    button.addEventListener('click', () => onShow(n));
    list.append(createElement('li', {}, button));
  };
  const cause = causeOf(row.record);
  if (cause !== null) add((other) => `${row.shape === 'reply' ? 'Acknowledges' : 'Caused by'} ${other.title}, ${durationWords(row.at - other.at)} before`, cause);
  for (const n of (rows.effects.get(row.n) ?? []).slice(0, 12)) {
    const to = (other) => (other.to.length === 1 ? ` to ${rows.lanes.byClient.get(other.to[0])?.userName ?? 'a client'}` : ` to ${other.to.length} clients`);
    add((other) => (other.shape === 'reply' ? `Acknowledged after ${durationWords(other.at - row.at)}` : `Brought about ${other.title}${to(other)}`), n);
  }
  return list.childElementCount ? list : null;
}

/** What the server decided, or a method returned, in a sentence. */
function verdictOf(record) {
  if (!record) return null;
  if (record.kind === 'refuse') {
    return createElement('p', { className: 'verdict bad' }, createElement('code', {}, textOf(record.code)), ' ', textOf(record.message, 1000));
  }
  if ((record.what === 'result' || record.what === 'media-result') && !record.ok) {
    return createElement('p', { className: 'verdict bad' }, createElement('code', {}, textOf(record.error?.name)), ' ', textOf(record.error?.message, 1000));
  }
  return null;
}

function fieldsOf(record, source) {
  const list = createElement('dl', { className: 'fields' });
  const add = (name, value) => list.append(createElement('dt', {}, name), createElement('dd', {}, value));
  const startedAt = source.header?.startedAt;
  if (Number.isFinite(startedAt)) add('clock', new Date(startedAt + record.at).toLocaleTimeString(undefined, { hour12: false, fractionalSecondDigits: 3 }));
  for (const [name, value] of Object.entries(record)) {
    if (name === 'payload' || value === null || value === undefined) continue;
    add(name, typeof value === 'string' ? textOf(value, 2000) : textOf(value, 400));
  }
  return list;
}

function jsonOf(value) {
  const text = JSON.stringify(value, null, 2) ?? '';
  return createElement('pre', { tabIndex: 0 }, text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… cut: save the run to see all` : text);
}

function candidateList(candidates) {
  return createElement('ul', { className: 'candidates' }, ...candidates.slice(0, 40).map((candidate) => {
    const line = textOf(candidate?.candidate ?? candidate, 500);
    const { words, details } = explainCandidate(candidate);
    // Of one candidate each part is explained, of a list each candidate.
    const parts = candidates.length > 1 ? [] : details.flatMap(({ name, value, words: meaning }) =>
      [createElement('dt', {}, createElement('code', {}, `${name} ${value}`)), createElement('dd', {}, meaning)]);
    const list = parts.length ? createElement('dl', { className: 'lines' }, ...parts) : '';
    return createElement('li', {}, createElement('code', {}, line || 'null'), createElement('p', {}, words), list);
  }));
}
