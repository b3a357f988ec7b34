// Where things are in the timeline: which rows are shown, how far down each is, and where each lane runs. Time runs
// downwards. A row follows the one before it by a distance that grows with the time between them; long gaps are
// compressed, and say how long they are.

/** Heights of a row in rem, by zoom, and how many rem a second takes. */
export const ZOOMS = [
  { row: 1.25, second: 0 },
  { row: 1.5, second: 0.5 },
  { row: 1.875, second: 1 },
  { row: 2.5, second: 3 },
  { row: 3.25, second: 8 },
];

export const USUAL_ZOOM = 2;

/** From here on a distance in time is drawn as a gap, in ms. */
export const GAP = 2000;

const GAP_HEIGHT = 1.75;
const NARROWEST = 1.75;
const MARGIN = 0.5;

export class Layout {
  /** @type {import('./rows.js').Row[]} */
  shown = [];
  /** The top of each shown row, in px, without its distance from the one before. */
  tops = [];
  gaps = new Map();
  /** The centre of each lane in px, by its index; `null` for the server. */
  centres = new Map();
  width = 0;
  rowHeight = 30;
  zoom = USUAL_ZOOM;

  /** Takes up rows that came since the last time. @param {(row: object) => boolean} matches */
  append(rows, from, matches) {
    for (let n = from; n < rows.length; n += 1) if (matches(rows[n])) this.#place(rows[n]);
  }

  clear(rem) {
    this.shown = [];
    this.tops = [];
    this.gaps.clear();
    this.rem = rem;
    this.rowHeight = ZOOMS[this.zoom].row * rem;
  }

  #place(row) {
    const before = this.shown.at(-1);
    let top = before ? this.tops.at(-1) + this.rowHeight : MARGIN * this.rem;
    if (before) {
      const passed = row.at - before.at;
      if (passed >= GAP) {
        this.gaps.set(this.shown.length, passed);
        top += GAP_HEIGHT * this.rem;
      } else top += Math.max(0, passed / 1000) * ZOOMS[this.zoom].second * this.rem;
    }
    this.shown.push(row);
    this.tops.push(top);
  }

  /** The height of `count` rows. */
  height(count) {
    return count ? this.tops[count - 1] + this.rowHeight + this.rem : 0;
  }

  get gapHeight() {
    return GAP_HEIGHT * this.rem;
  }

  /** The last shown row whose top is at or above `y`. */
  indexAt(y, count = this.shown.length) {
    return Math.max(0, firstWhere(count, (n) => this.tops[n] > y) - 1);
  }

  /** The first shown row of this record or a later one. */
  indexOfRecord(n) {
    return firstWhere(this.shown.length, (index) => this.shown[index].n >= n);
  }

  /** Where a change at record `n` is drawn: at the line of its row, or between two rows. */
  yOfRecord(n, count) {
    if (n === Infinity) return this.height(count);
    const index = this.indexOfRecord(n);
    if (index >= count) return this.height(count);
    return this.shown[index].n === n ? this.lineOf(index) : this.tops[index];
  }

  /** The height at which a row's arrow runs. */
  lineOf(index) {
    return this.tops[index] + this.lineIn(this.shown[index]);
  }

  /** The same, from the top of the row: words stand above an arrow, but beside a mark. */
  lineIn(row) {
    const isMark = row.shape === 'mark' || row.shape === 'line' || (row.shape === 'arrow' && row.from === null && !row.to.length);
    return Math.round(this.rowHeight * (isMark ? 0.5 : 0.74));
  }

  /** @param {(import('./lanes.js').Lane | null)[]} order */
  placeLanes(order, available) {
    this.centres.clear();
    const column = Math.max(available / order.length, NARROWEST * this.rem);
    this.column = column;
    this.width = Math.max(available, Math.floor(column * order.length));
    for (const [n, lane] of order.entries()) this.centres.set(lane?.index ?? null, Math.round(column * (n + 0.5)));
  }
}

/** The first of `0..count` for which `is` holds, which it then does for all later ones. */
function firstWhere(count, is) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
