// The rows of the timeline: one per message, connect, loss or report of a page. What the server decided about a message
// (`outcome`, `refuse`) and what a method returned (`result`) is shown in the row of the message or the call.

import { holdChange, Holds } from './holds.js';
import { Lanes } from './lanes.js';
import { candidateKind, countWords, END_WORDS, errorWords, linkWords, probeWords, textOf } from './run-words.js';

/**
 * @typedef {object} Row
 * @property {number} n of its record
 * @property {number} at
 * @property {'arrow'|'reply'|'mark'|'line'|'outside'} shape
 * @property {'plain'|'soft'|'good'|'bad'|'warning'} tone
 * @property {string | null} from a client, or null for the server
 * @property {string[]} to clients; empty where the server receives
 * @property {string | null} page whose probe reports it
 * @property {string} title
 * @property {string} note
 * @property {number | null} size
 * @property {string} group for the filter: description, candidate, signaling, connection, browser, stats, server
 * @property {string} room
 * @property {boolean} isRefused
 * @property {number[]} folded records that this row shows, too
 * @property {object} record
 */

const DESCRIPTIONS = /offer|answer|renegotiation/i;
const CANDIDATES = /candidate/i;

export class Rows {
  /** @type {Row[]} */
  list = [];
  lanes = new Lanes();
  holds = new Holds();
  /** The row of each record. @type {Map<number, Row>} */
  byRecord = new Map();
  /** What each record brought about. @type {Map<number, number[]>} */
  effects = new Map();
  #changed = new Set();
  #calls = new Map();
  #states = new Map();

  /** @param {object} record that `Run` accepted */
  add(record) {
    const cause = causeOf(record);
    if (cause !== null) this.effects.set(cause, [...(this.effects.get(cause) ?? []), record.n]);
    const row = this.#rowOf(record);
    if (row) {
      row.index = this.list.length;
      this.list.push(row);
      this.byRecord.set(record.n, row);
    }
    holdChange(this.holds, record, row ?? this.byRecord.get(record.n));
  }

  /** The rows that have changed since the last time. */
  takeChanged() {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #fold(record, row) {
    row.folded.push(record.n);
    this.byRecord.set(record.n, row);
    this.#changed.add(row);
    return null;
  }

  #rowOf(record) {
    const client = textOf(record.client);
    const row = (rest) => ({
      n: record.n, at: record.at, shape: 'mark', tone: 'plain', from: client || null, to: [], page: null, title: '', note: '',
      size: Number.isFinite(record.size) ? record.size : null, group: 'signaling', room: '', isRefused: false, folded: [],
      record, index: 0, ...rest,
    });
    switch (record.kind) {
      case 'connect':
        this.lanes.connect(record);
        return row({
          title: record.back ? 'returned' : 'connected', group: 'connection', tone: 'good',
          note: `${textOf(record.userName)} · ${linkWords(record)}${record.lobby ? ` · lobby ${textOf(record.lobby)}` : ''}`,
        });
      case 'upgrade':
        this.lanes.laneOf(client, record.n);
        this.lanes.upgrade(record);
        return row({ title: 'upgraded', group: 'connection', tone: 'soft', note: 'from long-polling to a WebSocket' });
      case 'disconnect':
        this.lanes.laneOf(client, record.n);
        this.lanes.disconnect(record);
        return row({
          title: END_WORDS[record.end] ?? 'disconnected', group: 'connection', tone: record.end === 'broken' ? 'warning' : 'soft',
          note: this.#name(client),
        });
      case 'reject':
        return row({
          shape: 'outside', tone: 'bad', isRefused: true, group: 'connection', from: null, title: textOf(record.code),
          note: [textOf(record.userName), textOf(record.message)].filter(Boolean).join(': '),
        });
      case 'receive':
        this.lanes.laneOf(client, record.n);
        return row({
          ...messageOf(record), shape: 'arrow', to: [], tone: record.unknown ? 'warning' : groupTone(record),
          note: record.unknown ? 'unknown event' : record.unread ? 'no JSON' : noteOf(record),
        });
      case 'reply':
        this.lanes.laneOf(client, record.n);
        if (this.#isPlainAck(record)) return this.#acknowledge(record, this.byRecord.get(record.to));
        return row({
          ...messageOf(record), shape: 'reply', from: null, to: [client], tone: isRefusal(record) ? 'bad' : 'soft',
          title: record.event, note: replyWords(record), isRefused: isRefusal(record),
        });
      case 'send':
        return this.#sent(record, row);
      case 'outcome':
        return this.#outcome(record);
      case 'refuse': {
        const refused = this.byRecord.get(record.to);
        if (!refused) return row({ tone: 'bad', isRefused: true, title: textOf(record.event), note: textOf(record.message) });
        Object.assign(refused, { tone: 'bad', isRefused: true, note: textOf(record.code) });
        return this.#fold(record, refused);
      }
      case 'probe':
        return this.#probed(record, row);
      case 'chaos':
        return this.#chaos(record, row);
      case 'force-relay':
        return row({
          shape: 'line', group: 'server', tone: 'warning', title: 'force relay',
          note: record.on === true ? 'Pages that are loaded from now on use the relay only.' : 'switched off',
        });
      case 'clear':
        return row({ shape: 'line', group: 'server', title: 'cleared', note: 'The list was cleared.' });
      case 'stop':
        return row({ shape: 'line', group: 'server', tone: 'warning', title: 'stop', note: 'The server stops.' });
      default:
        return row({ shape: 'line', group: 'server', tone: 'soft', title: textOf(record.kind), note: 'not known to this page' });
    }
  }

  /** An acknowledgement that says only that a candidate was taken: pages that ask for one would double their rows. */
  #isPlainAck(record) {
    return CANDIDATES.test(textOf(record.event)) && contentIn(record).ok === true && this.byRecord.has(record.to);
  }

  #acknowledge(record, row) {
    row.note = [row.note, 'acknowledged'].filter(Boolean).join(', ');
    return this.#fold(record, row);
  }

  #sent(record, row) {
    const isError = record.event === 'signalingError' || record.event === 'signaling-error';
    const to = Array.isArray(record.to) ? record.to.map(String)
      : this.lanes.receivers(record.lobby ?? '', Array.isArray(record.except) ? record.except.map(String) : []);
    for (const id of to) this.lanes.laneOf(id, record.n);
    return row({
      ...messageOf(record), shape: 'arrow', from: null, to, tone: isError ? 'bad' : groupTone(record), isRefused: isError,
      note: isError ? textOf(contentIn(record).code ?? '') : to.length === 1 ? noteOf(record) : to.length ? countWords(to.length, 'client') : 'to no client',
    });
  }

  #outcome(record) {
    const row = this.byRecord.get(record.to);
    if (!row) return null;
    const to = textOf(contentIn(row.record).to ?? '');
    if (record.offered) row.note = `the server holds the offer${to && ` to ${to}`}`;
    else if (record.answered) row.note = record.candidates ? `a call; ${countWords(record.candidates, 'candidate')} delivered` : 'a call';
    else if (record.declined) row.note = 'the offer has ended';
    else if (record.ended) row.note = `${countWords([record.ended].flat().length, 'call')} ended`;
    else if (record.joined) row.note = `in room ${textOf(record.joined)}`;
    else if (record.waiting) row.note = `waits to enter room ${textOf(record.waiting)}`;
    else if (record.ignored) Object.assign(row, { note: 'repeated: no effect', tone: 'soft' });
    return this.#fold(record, row);
  }

  #probed(record, row) {
    const page = textOf(record.page);
    const key = `${page} ${textOf(record.what)} ${record.pc ?? 0}`;
    if (record.what === 'result' || record.what === 'media-result') {
      const called = this.#calls.get(`${page} ${record.call}`);
      if (called) {
        const took = record.at - called.at;
        if (!record.ok) Object.assign(called, { tone: 'bad', isRefused: true, note: errorWords(record.error) });
        else Object.assign(called, { note: took >= 1 ? `done in ${Math.round(took)} ms` : 'done' });
        this.#calls.delete(`${page} ${record.call}`);
        return this.#fold(record, called);
      }
    }
    const { title, note, tone } = probeWords(record, this.#states.get(key));
    if (record.what === 'states') this.#states.set(key, record);
    const group = record.what === 'stats' ? 'stats' : 'browser';
    const made = row({ from: null, page, title, note, tone, group, isRefused: tone === 'bad' });
    if (record.what === 'call' || record.what === 'media') this.#calls.set(`${page} ${record.call}`, made);
    return made;
  }

  #chaos(record, row) {
    const did = record.did ? `${textOf(record.did)}: ${textOf(record.event)}` : record.set ? 'switched on' : 'switched off';
    const to = record.to ? [textOf(record.to)] : [];
    return row({ shape: to.length ? 'arrow' : 'line', from: null, to, tone: 'warning', group: 'server', title: 'chaos', note: did });
  }

  #name(client) {
    return this.lanes.byClient.get(client)?.userName ?? '';
  }
}

/** The record that brought this one about, or null. */
export function causeOf(record) {
  const cause = record.kind === 'send' ? record.cause : record.kind === 'chaos' ? null : record.to;
  return Number.isSafeInteger(cause) ? cause : null;
}

/** The first argument of an event, or the JSON of a frame. */
export function contentIn({ payload }) {
  const first = Array.isArray(payload) ? payload[0] : payload;
  return first && typeof first === 'object' ? first : {};
}

function messageOf(record) {
  const event = textOf(record.event, 80);
  const content = contentIn(record);
  const group = CANDIDATES.test(event) ? 'candidate' : DESCRIPTIONS.test(event) && !/Withdrawn|requesting/.test(event) ? 'description' : 'signaling';
  return { title: event, group, room: textOf(content.room ?? content.data?.roomName ?? '', 64) };
}

function groupTone(record) {
  return CANDIDATES.test(textOf(record.event)) ? 'soft' : 'plain';
}

/** The few words beside an event's name. */
function noteOf(record) {
  const content = contentIn(record);
  const candidate = content.iceCandidate ?? content.candidate ?? content.data?.candidate;
  if (CANDIDATES.test(textOf(record.event))) return candidate ? candidateKind(candidate) : '';
  return textOf(content.reason ?? content.userName ?? content.code ?? content.access ?? '', 40);
}

const isRefusal = (record) => contentIn(record).ok === false;

function replyWords(record) {
  const content = contentIn(record);
  if (content.ok === false) return textOf(content.error?.code);
  if (Array.isArray(content)) return `${countWords(content.length, 'candidate')}`;
  return content.ok ? 'ok' : '';
}
