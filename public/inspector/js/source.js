// What the page shows at a time: the records of the live feed, or those of a file, with the run that they make and the
// rows that show them.

import { Rows } from './rows.js';
import { Run } from './run.js';

export class Source {
  /** @param {'live'|'recording'} kind */
  constructor(kind, header = null, name = '', run = null) {
    this.kind = kind;
    this.header = header;
    /** The name of the file. */
    this.name = name;
    this.records = [];
    this.rows = new Rows();
    /** A restarted server's run goes on in the one before, which then knows what was lost. */
    this.run = run ?? new Run(header);
    /** Of the first record: the timeline counts from here. */
    this.origin = null;
  }

  /** How many of the records are in the run. */
  #runUpTo = 0;

  /** @param {object[]} records */
  add(records) {
    for (const record of records) {
      const before = this.run.records.length;
      this.run.add(record);
      if (this.run.records.length === before) continue; // not readable
      this.records.push(record);
      this.#runUpTo = this.records.length;
      this.origin ??= record.at;
      if (this.header?.dump && record.kind === 'probe') this.#giveLane(record);
      this.rows.add(record);
    }
  }

  /** A browser's dump knows no clients: its page has a lane of its own. */
  #giveLane({ n, at, page }) {
    if (this.rows.lanes.byClient.has(String(page))) return;
    this.rows.lanes.connect({ n, at, client: page, userName: 'this browser', as: 'page', transport: '', lobby: null });
  }

  /** Makes the run that of the first `count` records. Going back means to begin again: a run only grows. */
  seek(count) {
    if (count === this.#runUpTo) return;
    if (count < this.#runUpTo) {
      this.run = new Run(this.header);
      this.#runUpTo = 0;
    }
    while (this.#runUpTo < count) {
      this.run.add(this.records[this.#runUpTo]);
      this.#runUpTo += 1;
    }
  }

  get last() {
    return this.records.at(-1);
  }

  /** On the server's clock, for the rules that need to know that nothing came for a while. */
  now(fetchedAt) {
    return Math.max((this.header?.now ?? 0) + (performance.now() - fetchedAt), this.run.at);
  }

  /** The client in whose lane a row of a page's probe belongs: known once the page and the client are joined. */
  clientOfPage(page) {
    const found = this.run.pages?.get(page)?.client ?? null;
    return found ?? (this.rows.lanes.byClient.has(page) ? page : null);
  }
}
