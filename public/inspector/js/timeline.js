// The timeline: a list of events that draws only the rows near the window, follows the newest one, and is stepped
// through by keys. What is shown (filters, position of a replay) is decided outside.

import { drawLanes } from './drawing.js';
import { Layout, ZOOMS } from './layout.js';
import { showHeads } from './lane-heads.js';
import { viewRow } from './row-view.js';
import { byId, createElement } from './ui.js';
import { durationWords } from './run-words.js';

/** Rows are drawn this many px above and below the window. */
const OVERSCAN = 240;

/** The lanes are drawn for so many px more. */
const STRETCH = 512;

/** The column of times, in rem. */
const TIMES = 4.25;

export class Timeline {
  layout = new Layout();
  /** @type {import('./source.js').Source} */
  source;
  /** Record of the selected row. @type {number | null} */
  selected = null;
  isFollowing = true;
  /** Only rows up to this record, in a replay. */
  limit = Infinity;
  matches = () => true;
  /** The lanes that are shown: all, or those of a call. @type {((lane: object) => boolean) | null} */
  lanesWanted = null;
  #views = new Map();
  #taken = 0;
  #frame = 0;
  #drawnLanes = '';
  #drawnStretch = '';
  #changes = 0;
  #counted = 0;
  #height = -1;
  #related = new Set();

  /** @param {{onSelect: (n: number) => void, onOpen: (isByPointer: boolean) => void, onFollow: (is: boolean) => void}} listener */
  constructor(listener) {
    this.listener = listener;
    this.scroller = byId('events');
    this.canvas = byId('canvas');
    this.heads = byId('heads');
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.canvas.addEventListener('click', ({ target }) => {
      const row = target.closest('.event');
      if (row) this.select(Number(row.dataset.n), { isOpening: true, isByPointer: true });
    });
    new ResizeObserver(() => this.rebuild()).observe(this.scroller);
  }

  show(source) {
    this.source = source;
    this.selected = null;
    this.#related.clear();
    this.isFollowing = source.kind === 'live';
    this.scroller.scrollTop = 0;
    this.#height = -1;
    this.rebuild();
  }

  get rem() {
    return parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  /** How many rows are shown. */
  get count() {
    return this.limit === Infinity ? this.layout.shown.length : this.layout.indexOfRecord(this.limit + 1);
  }

  /** Everything again: another filter, zoom or size. */
  rebuild() {
    if (!this.source) return;
    const anchor = this.isFollowing ? null : this.#anchor();
    this.layout.clear(this.rem);
    this.#taken = 0;
    this.#height = -1;
    this.#dropViews();
    this.update();
    if (anchor) this.#restore(anchor);
  }

  /** Takes up new rows. */
  update() {
    const { list } = this.source.rows;
    this.layout.append(list, this.#taken, (row) => this.matches(row));
    this.#taken = list.length;
    this.#placeLanes();
    this.draw();
  }

  #placeLanes() {
    const { lanes } = this.source.rows;
    const wanted = this.lanesWanted ? lanes.lanes.filter(this.lanesWanted) : lanes.lanes;
    const times = TIMES * this.rem;
    const available = Math.max(160, this.scroller.clientWidth - times);
    const key = `${wanted.map(({ index }) => index).join()} ${available}`;
    if (key === this.#drawnLanes) return;
    this.#drawnLanes = key;
    this.order = lanes.inOrder(wanted);
    this.layout.placeLanes(this.order, available);
    this.canvas.style.width = `${this.layout.width + times}px`;
    this.heads.style.width = `${this.layout.width + times}px`;
    this.#dropViews();
  }

  #dropViews() {
    this.#drawnStretch = '';
    for (const view of this.#views.values()) view.remove();
    this.#views.clear();
  }

  /** Asks for a drawing in the next frame. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { scroller, layout, count } = this;
    const height = layout.height(count);
    if (height !== this.#height) this.canvas.style.height = `${height}px`;
    if (height !== this.#height && this.isFollowing) scroller.scrollTop = scroller.scrollHeight;
    this.#height = height;
    // Read before anything is written: each reading after that would lay out the page once more.
    const view = { top: scroller.scrollTop, height: scroller.clientHeight, head: this.heads.offsetHeight };
    const top = Math.max(0, view.top - OVERSCAN);
    const bottom = Math.min(height, view.top + view.height + OVERSCAN);
    const first = layout.indexAt(top, count);
    const wanted = new Map();
    for (let index = first; index < count && layout.tops[index] <= bottom; index += 1) wanted.set(layout.shown[index].n, index);
    const active = this.selected === null ? -1 : layout.indexOfRecord(this.selected);
    if (active >= 0 && active < count && layout.shown[active].n === this.selected) wanted.set(this.selected, active);

    for (const [n, element] of this.#views) {
      if (wanted.has(n)) continue;
      element.remove();
      this.#views.delete(n);
    }
    const fresh = document.createDocumentFragment();
    for (const [n, index] of wanted) {
      if (this.#views.has(n)) continue;
      const element = viewRow(layout.shown[index], { source: this.source, layout, index, rem: layout.rem });
      this.#views.set(n, element);
      const passed = layout.gaps.get(index);
      if (passed) element.append(createElement('span', { className: 'gap' }, durationWords(passed)));
      element.setAttribute('aria-setsize', String(count));
      this.#mark(element, n);
      fresh.append(element);
    }
    if (this.#counted !== count) for (const element of this.#views.values()) element.setAttribute('aria-setsize', String(count));
    this.#counted = count;
    this.canvas.append(fresh);
    this.#drawLanes(count, view);
    showHeads(this.heads, this.source, layout, this.order, layout.shown[layout.indexAt(view.top + view.height - view.head, count)]?.n ?? 0);
    scroller.setAttribute('aria-activedescendant', this.#views.has(this.selected) ? `event-${this.selected}` : '');
  }

  /** The lanes are drawn for a longer stretch than the window, and again only when the window leaves it. */
  #drawLanes(count, view) {
    const { layout } = this;
    const stretch = Math.floor(Math.max(0, view.top - OVERSCAN) / STRETCH) * STRETCH;
    const end = Math.max(this.#height, view.height - view.head);
    const bottom = Math.min(end, stretch + 2 * STRETCH + view.height + OVERSCAN);
    const key = [stretch, bottom, count, layout.zoom, this.#drawnLanes, this.#changes].join();
    if (key === this.#drawnStretch) return;
    this.#drawnStretch = key;
    this.canvas.querySelector('svg.lanes')?.remove();
    this.canvas.prepend(drawLanes(this.source, layout, this.order, count, stretch, bottom));
  }

  /** Rows that show something that has changed meanwhile, such as an outcome. */
  refresh(rows) {
    this.#changes += 1;
    for (const { n } of rows) {
      this.#views.get(n)?.remove();
      this.#views.delete(n);
    }
    this.draw();
  }

  #mark(view, n) {
    view.setAttribute('aria-selected', String(n === this.selected));
    view.classList.toggle('related', this.#related.has(n));
  }

  /** @param {number} n of a record; a folded one selects the row that shows it */
  select(n, { isOpening = false, isByPointer = false } = {}) {
    const row = this.source.rows.byRecord.get(n);
    if (!row) return false;
    this.selected = row.n;
    this.#related = relatives(row, this.source.rows);
    for (const [number, view] of this.#views) this.#mark(view, number);
    this.reveal(row.n);
    this.draw();
    this.listener.onSelect(row.n, n);
    if (isOpening) this.listener.onOpen(isByPointer);
    return true;
  }

  reveal(n) {
    const index = this.layout.indexOfRecord(n);
    if (index >= this.count) return;
    const head = this.heads.offsetHeight;
    const top = this.layout.tops[index];
    const low = this.scroller.scrollTop;
    const high = low + this.scroller.clientHeight - head - this.layout.rowHeight * 1.5;
    if (top >= low && top <= high) return;
    this.follow(false);
    this.scroller.scrollTop = top < low ? top - this.layout.rowHeight : top - (high - low);
  }

  /** @param {number} steps down, negative for up; Infinity for the ends */
  step(steps) {
    const { count } = this;
    if (!count) return;
    const now = this.selected === null ? (steps > 0 ? -1 : count) : this.layout.indexOfRecord(this.selected);
    const next = Math.max(0, Math.min(count - 1, now + steps));
    if (next < count - 1) this.follow(false);
    this.select(this.layout.shown[next].n);
  }

  get page() {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.layout.rowHeight) - 2);
  }

  zoom(by) {
    const next = Math.max(0, Math.min(ZOOMS.length - 1, this.layout.zoom + by));
    if (next === this.layout.zoom) return;
    this.layout.zoom = next;
    this.rebuild();
  }

  get zoomEnds() {
    return { isLeast: this.layout.zoom === 0, isMost: this.layout.zoom === ZOOMS.length - 1 };
  }

  follow(is) {
    if (is === this.isFollowing) return;
    this.isFollowing = is;
    this.listener.onFollow(is);
    if (!is) return;
    this.#height = -1; // so that the list is scrolled to its end
    this.draw();
  }

  #scrolled() {
    const { scroller } = this;
    const isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 4;
    if (!isAtEnd && this.isFollowing && scroller.scrollTop < this.#lastTop - 2) this.follow(false);
    else if (isAtEnd && !this.isFollowing && this.source.kind === 'live') this.follow(true);
    this.#lastTop = scroller.scrollTop;
    this.draw();
  }

  #lastTop = 0;

  /** The row at the top of the window, to be there again after a change. */
  #anchor() {
    const index = this.layout.indexAt(this.scroller.scrollTop, this.count);
    const row = this.layout.shown[index];
    return row ? { n: row.n, offset: this.layout.tops[index] - this.scroller.scrollTop } : null;
  }

  #restore({ n, offset }) {
    const index = Math.min(this.layout.indexOfRecord(n), this.count - 1);
    if (index < 0) return;
    this.canvas.style.height = `${this.layout.height(this.count)}px`;
    this.scroller.scrollTop = this.layout.tops[index] - offset;
    this.#height = -1;
  }
}

/** The rows that belong to a row's message: what brought it about, and what it brought about. */
function relatives(row, { byRecord, effects }) {
  const found = new Set();
  const start = row.record.cause ?? (row.record.kind === 'reply' ? row.record.to : null) ?? row.n;
  for (const n of [start, ...(effects.get(start) ?? [])]) {
    const other = byRecord.get(n);
    if (other && other !== row) found.add(other.n);
  }
  return found;
}
