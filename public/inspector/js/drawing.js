// Draws with SVG: the arrow of a row, and behind the rows the lanes with what the server holds. Colours come from the
// style sheet by class, so that they follow light, dark and forced colours.

const SVG = 'http://www.w3.org/2000/svg';
const HEAD = 7;

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Where a row's arrow begins and ends, in px: `{from, to}`; a mark has only `from`. */
export function spanOf(row, layout, lanes, clientOfPage) {
  const x = (client) => layout.centres.get(lanes.byClient.get(client)?.lane.index);
  const server = layout.centres.get(null);
  if (row.shape === 'outside') return { from: 6, to: [server] };
  if (row.shape === 'line') return { from: server, to: [] };
  if (row.page !== null) return { from: x(clientOfPage(row.page)) ?? 8, to: [] };
  if (row.shape === 'mark') return { from: x(row.from) ?? server, to: [] };
  if (row.from !== null) return { from: x(row.from) ?? 8, to: [server] };
  return { from: server, to: row.to.map(x).filter((place) => place !== undefined) };
}

/** The drawing of one row. */
export function drawRow(row, span, { width, height, y }) {
  const picture = svg('svg', { class: 'arrow', width, height, 'aria-hidden': 'true' });
  if (row.shape === 'line') {
    picture.append(svg('path', { class: 'across', d: `M0 ${y}H${width}` }));
    return picture;
  }
  if (!span.to.length) {
    picture.append(mark(row, span.from, y));
    return picture;
  }
  const ends = span.to;
  const left = Math.min(span.from, ...ends);
  const right = Math.max(span.from, ...ends);
  picture.append(svg('path', { class: 'shaft', d: `M${left} ${y}H${right}` }));
  if (ends.length > 1) picture.append(svg('circle', { class: 'end', cx: span.from, cy: y, r: 3 }));
  for (const end of ends) {
    const back = end > span.from ? -HEAD : HEAD;
    const isOpen = row.shape === 'reply';
    picture.append(svg('path', {
      class: isOpen ? 'head open' : 'head',
      d: `M${end + back} ${y - 4.5}L${end} ${y}L${end + back} ${y + 4.5}${isOpen ? '' : 'Z'}`,
    }));
  }
  if (row.isRefused && row.shape !== 'reply') {
    const place = row.from === null && row.shape !== 'outside' ? span.from : ends[0] + (ends[0] > span.from ? -14 : 14);
    picture.append(svg('path', { class: 'cross', d: `M${place - 4} ${y - 4}l8 8m0 -8l-8 8` }));
  }
  return picture;
}

function mark(row, x, y) {
  if (row.kind === 'disconnect' || row.record.kind === 'disconnect') {
    return svg('path', { class: 'cross', d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` });
  }
  if (row.record.kind === 'connect') return svg('circle', { class: 'dot', cx: x, cy: y, r: 5 });
  if (row.isRefused) return svg('path', { class: 'cross', d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` });
  return svg('rect', { class: 'report', x: x - 3.5, y: y - 3.5, width: 7, height: 7, rx: 1.5 });
}

/**
 * The lanes between two heights: each client's line while it is connected (dashed while it is away), the server's line,
 * the bars of what the server holds, and the way from each message to its acknowledgement.
 */
export function drawLanes(source, layout, lanesShown, count, top, bottom) {
  const picture = svg('svg', { class: 'lanes', width: layout.width, height: Math.max(0, bottom - top), 'aria-hidden': 'true' });
  picture.style.transform = `translateY(${top}px)`;
  if (!count) return picture;
  const first = layout.indexAt(top, count);
  const last = layout.indexAt(bottom, count);
  const nTop = first ? layout.shown[first].n : 0;
  const nBottom = last >= count - 1 ? Infinity : layout.shown[last + 1].n;
  const limit = count < layout.shown.length ? layout.shown[count - 1].n : Infinity;
  const place = (n) => Math.max(-2, Math.min(bottom - top + 2, layout.yOfRecord(n, count) - top));
  const { rows } = source;

  for (const lane of lanesShown) {
    const x = layout.centres.get(lane?.index ?? null);
    picture.append(svg('path', { class: lane ? 'rule' : 'rule server', d: `M${x} 0V${bottom - top}` }));
    for (const span of lane ? recent(lane.spans, nTop) : []) {
      if (span.from > nBottom || span.to < nTop || span.from > limit) continue;
      const { colour } = rows.lanes.byClient.get(span.client);
      picture.append(svg('path', { class: `life c${colour} ${span.state}`, d: `M${x} ${place(span.from)}V${place(span.to)}` }));
    }
  }
  const server = layout.centres.get(null);
  const isShownLane = new Set(lanesShown);
  for (const hold of recent(rows.holds.list, nTop)) {
    if (hold.from > nBottom || hold.to < nTop || hold.from > limit) continue;
    if (!isShownLane.has(rows.lanes.byClient.get(hold.client)?.lane)) continue;
    const x = server + [0, 9, -9, 18, -18][hold.column];
    const from = place(hold.from);
    picture.append(svg('rect', { class: 'hold', x: x - 3.5, y: from, width: 7, height: Math.max(4, place(hold.to) - from), rx: 3.5 }));
    for (const tick of hold.ticks) {
      if (tick < nTop || tick > nBottom || tick > limit) continue;
      picture.append(svg('path', { class: 'tick', d: `M${x - 6} ${place(tick)}h12` }));
    }
  }
  for (const reply of recent(rows.holds.replies, nTop)) {
    if (reply.from > nBottom || reply.to < nTop || reply.to > limit) continue;
    const lane = rows.lanes.byClient.get(reply.client)?.lane;
    const at = layout.centres.get(lane?.index);
    if (at === undefined || !isShown(layout, reply.from) || !isShown(layout, reply.to)) continue;
    const x = server + (at < server ? -5 : 5);
    const out = at < server ? -6 : 6;
    picture.append(svg('path', { class: 'joined', d: `M${x} ${place(reply.from)}h${out}V${place(reply.to)}h${-out}` }));
  }
  return picture;
}

const isShown = (layout, n) => layout.shown[layout.indexOfRecord(n)]?.n === n;

/** Lists grow with the run: of a long one only what may reach into the window is looked at. */
function recent(list, n) {
  return list.length < 400 ? list : list.filter(({ to }) => to >= n);
}
