// The heads of the lanes: who is in each lane at the top of the window, how that client is connected, and whether it
// is there.

import { createElement } from './ui.js';
import { linkWords, shortLinkWords } from './run-words.js';

/** Below this width in rem names stand upright. */
const NARROW = 4.5;

/** From this width on there is room for all words. */
const ROOMY = 10;

const shown = new WeakMap();

/** Draws only what has changed. */
export function showHeads(element, source, layout, order, n) {
  const { lanes } = source.rows;
  const isNarrow = layout.column < NARROW * layout.rem;
  const occupants = order.map((lane) => (lane ? lanes.occupantAt(lane, n) : null));
  const key = JSON.stringify([isNarrow, layout.width, layout.column, occupants.map((one) => [one?.id, stateAt(one, n), one?.transport])]);
  if (shown.get(element) === key) return;
  shown.set(element, key);
  element.classList.toggle('narrow', isNarrow);
  element.replaceChildren(createElement('span', { className: 'time' }, 's'), ...order.map((lane, place) => {
    const occupant = occupants[place];
    const head = createElement('span', { className: occupant ? `head c${occupant.colour} ${stateAt(occupant, n)}` : 'head server' });
    head.style.left = `${layout.centres.get(lane?.index ?? null)}px`;
    head.style.width = `${layout.column}px`;
    const name = createElement('b', {}, occupant?.userName ?? 'server');
    head.append(name);
    const said = (link) => (occupant ? [stateWords(occupant, n), link(occupant)].filter(Boolean).join(' · ') : 'Switchboard');
    head.title = `${occupant?.userName ?? 'The server'}: ${said(linkWords)}`;
    const hasRoom = layout.column > ROOMY * layout.rem;
    if (!isNarrow) head.append(createElement('small', {}, said(hasRoom ? linkWords : shortLinkWords)));
    return head;
  }));
}

function stateAt(occupant, n) {
  if (!occupant) return '';
  const span = occupant.lane.spans.findLast(({ client, from }) => client === occupant.id && from <= n);
  if (!span) return 'connected';
  return span.to <= n ? 'gone' : span.state;
}

function stateWords(occupant, n) {
  return { away: 'away', gone: 'gone', connected: '' }[stateAt(occupant, n)] ?? '';
}
