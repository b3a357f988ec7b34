// The keyboard: steps through the events, opens their details, searches, pauses.

import { causeOf } from './rows.js';
import { byId } from './ui.js';

/** @param {object} page `{timeline, pause, replay, isReplay, zoom, effectsOf}` */
export function connectKeys({ timeline, pause, replay, isReplay, zoom, effectsOf }) {
  const onList = {
    ArrowDown: () => timeline.step(1),
    ArrowUp: () => timeline.step(-1),
    PageDown: () => timeline.step(timeline.page),
    PageUp: () => timeline.step(-timeline.page),
    Home: () => timeline.step(-Infinity),
    End: () => {
      timeline.step(Infinity);
      timeline.follow(timeline.source.kind === 'live');
    },
    ArrowLeft: () => goTo(cause()),
    ArrowRight: () => goTo(effects()[0]),
    Enter: () => timeline.selected !== null && timeline.listener.onOpen(false),
  };
  const anywhere = {
    '/': () => byId('search').focus(),
    ' ': pause,
    '+': () => zoom(1),
    '-': () => zoom(-1),
    ',': () => isReplay() && replay.step(-1),
    '.': () => isReplay() && replay.step(1),
  };
  const selectedRow = () => timeline.source.rows.byRecord.get(timeline.selected);
  const cause = () => selectedRow() && causeOf(selectedRow().record);
  const effects = () => effectsOf(timeline.selected).filter((n) => timeline.source.rows.byRecord.get(n)?.n !== timeline.selected);
  const goTo = (n) => Number.isSafeInteger(n) && timeline.select(n);

  byId('events').addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !onList[event.key]) return;
    event.preventDefault();
    onList[event.key]();
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !anywhere[event.key]) return;
    if (event.target.closest('input, select, textarea, dialog, summary')) return;
    if (event.key === ' ' && event.target.closest('button, pre')) return; // It presses the button, or scrolls.
    event.preventDefault();
    anywhere[event.key]();
  });
  byId('search').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      byId('events').focus();
      if (timeline.selected === null) timeline.step(1);
    } else if (event.key === 'Escape' && !byId('search').value) byId('events').focus();
  });
  byId('details').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') byId('close-details').click();
  });
  byId('more').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    byId('more').open = false;
    byId('more').querySelector('summary').focus();
  });
}
