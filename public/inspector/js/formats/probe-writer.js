// Writes the records that the probe would have sent, from what a dump says of a page and its connections.

/** More than a page makes in a day. */
const MOST_RECORDS = 200_000;

export class ProbeWriter {
  #entries = [];
  #calls = new Map();
  #pages = new Set();
  #leftOut = 0;

  /** @param {string} name w1, w2 … @param {{path?: string, title?: string, userAgent?: string, url?: string}} fields @param {number} time epoch, ms */
  page(name, fields, time) {
    if (this.#pages.has(name)) return;
    this.#pages.add(name);
    const { path = '', title = '', userAgent = '', url = '' } = fields;
    const address = URL.canParse(url) ? new URL(url) : null;
    const isLocal = address !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.localhost)$/.test(address.hostname);
    this.write(name, 'page', {
      path: address?.pathname ?? path,
      title: title || (address ? `${address.host}${address.pathname}` : ''),
      secure: address === null || address.protocol === 'https:' || isLocal,
      userAgent,
      camera: true,
      own: false,
      base: address?.protocol ?? '',
    }, time);
  }

  /** @param {any} config as the page gave it; what is secret in it is left out */
  connection(page, pc, config, time) {
    const servers = Array.isArray(config?.iceServers) ? config.iceServers : [];
    const urls = servers.flatMap((server) => server?.urls ?? server?.url ?? []).filter((url) => typeof url === 'string').slice(0, 50);
    const text = (value) => (typeof value === 'string' ? value : undefined);
    this.write(page, 'pc', {
      pc,
      config: { iceServers: urls, iceTransportPolicy: text(config?.iceTransportPolicy), bundlePolicy: text(config?.bundlePolicy) },
    }, time);
  }

  /** The number of the page's next call. */
  nextCall(page) {
    const number = (this.#calls.get(page) ?? 0) + 1;
    this.#calls.set(page, number);
    return number;
  }

  write(page, what, fields, time) {
    if (this.#entries.length >= MOST_RECORDS) {
      this.#leftOut += 1;
      return null;
    }
    const entry = { time: Number.isFinite(time) ? time : 0, order: this.#entries.length, page, what, fields };
    this.#entries.push(entry);
    return entry;
  }

  /** Right behind another entry. */
  writeAfter(entry, what, fields) {
    const next = this.write(entry.page, what, fields, entry.time);
    if (next) next.order = entry.order + 0.5;
  }

  /** @param {string[]} notes */
  finish(notes) {
    // An entry without a time belongs to the one before it.
    const [first] = this.#entries.map(({ time }) => time).filter((time) => time > 0).sort((one, other) => one - other);
    const start = first ?? 0;
    const sorted = [...this.#entries].sort((one, other) => Math.max(one.time, start) - Math.max(other.time, start) || one.order - other.order);
    const records = sorted.map(({ time, page, what, fields }, place) => ({
      n: place + 1, at: Math.max(0, time - start), kind: 'probe', page, from: 'a1', what, ...fields,
    }));
    const all = this.#leftOut ? [...notes, `The dump is longer than what the inspector shows: ${this.#leftOut} entries are left out.`] : notes;
    const header = { kind: 'server', format: 1, version: '', startedAt: start, now: records.at(-1)?.at ?? 0, masked: false, folder: false, chaos: false };
    return { header, records, notes: all };
  }
}
