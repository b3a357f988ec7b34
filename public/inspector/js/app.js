// The inspector's page: puts its parts together. What is shown is a source, the live feed's or a file's; the parts show
// it and say what the user wants.

import { removeRemark, showBanner, showRemark } from './banner.js';
import { Chaos } from './chaos-view.js';
import { hideComparison, showComparison } from './compare-view.js';
import { showDetails } from './details.js';
import { Feed, forgetKey, keepKey, keyIn, readKey } from './feed.js';
import { connectOpen, connectSave } from './files.js';
import { Filters } from './filters.js';
import { Judge } from './judge.js';
import { connectKeys } from './keys.js';
import { showNothing } from './nothing.js';
import { callWords, Rail } from './rail.js';
import { RelaySwitch } from './relay-switch.js';
import { Replay } from './replay.js';
import { Source } from './source.js';
import { showStatus, stateOf } from './status.js';
import { stepsOf } from './steps.js';
import { Timeline } from './timeline.js';
import { byId } from './ui.js';
import { countWords } from './run-words.js';

let live = new Source('live');
let source = live;
/** While paused, records wait here. @type {object[] | null} */
let held = null;
let line = 'connecting';
let refusal = '';
let fetchedAt = 0;
let problems = [];
let isComparing = false;

const feed = new Feed({
  onState(state, words = '') {
    line = state;
    refusal = words;
    if (state === 'wrong-key') {
      forgetKey();
      if (live.records.length) showRemark('key', 'The server was started again and has a new key. Copy the address after “Inspector” from the terminal, and open it here.');
    }
    if (state === 'live') removeRemark('key');
    else relaySwitch.forget();
    showAll();
  },
  onHeader(header, isOther) {
    if (isOther) {
      const before = live;
      if (before.records.length) {
        showRemark('restart', 'The server was started again: this is its new run.', {
          words: 'Show the run before', onClick: () => openSource(asRecording(before, 'the run before')),
        });
      }
      startLive(before.run.setHeader ? before.run : null);
    }
    live.header = header;
    live.run.setHeader?.(header);
    fetchedAt = performance.now();
    chaos.offer(header?.chaos === true, live);
    relaySwitch.take(header);
  },
  onRecords(records, lost) {
    if (lost) showRemark('lost', `${countWords(lost, 'event')} came and went before this page asked for them.`);
    if (held) held.push(...records);
    else live.add(records);
    chaos.take(records);
    if (source === live) scheduleAll();
    else showLine();
  },
});

const timeline = new Timeline({
  onSelect: (n, focus) => showDetails(source, n, focus, showEvent),
  onOpen(isByPointer) {
    showPane('details');
    if (!isByPointer) byId('details').focus({ preventScroll: true });
  },
  onFollow: (is) => (byId('to-newest').hidden = is || source.kind !== 'live'),
});
const filters = new Filters(() => {
  filters.update(source, (call) => callWords(call, source.origin));
  refilter();
});
const rail = new Rail(showEvent, () => showSteps());
const replay = new Replay(() => {
  source.seek(replay.position);
  timeline.limit = replay.record?.n ?? 0;
  timeline.draw();
  if (replay.record) timeline.select(replay.record.n);
  judge.askNow();
  showSteps();
  showLine();
});
const judge = new Judge(
  // What did not come for a while counts only where records come.
  () => (source.records.length ? { run: source.run, now: isFlowing() ? live.now(fetchedAt) : source.run.at } : null),
  (found) => {
    problems = found;
    showBanner(problems[0] ?? null, Math.max(0, problems.length - 1), showEvent);
    showSteps();
  },
);
const chaos = new Chaos({
  send: (wanted) => feed.chaos(wanted),
  now: () => live.now(fetchedAt),
  onError: (sentence) => showRemark('chaos', sentence),
});

const relaySwitch = new RelaySwitch({
  send: (on) => feed.forceRelay(on),
  now: () => live.now(fetchedAt),
  onError: (sentence) => showRemark('relay', sentence),
});

const isFlowing = () => source === live && line === 'live' && !held;

let scheduled = 0;

function scheduleAll() {
  scheduled ||= requestAnimationFrame(() => {
    scheduled = 0;
    showAll();
  });
}

function showAll() {
  // Which rows belong to a call changes as the call goes on.
  if (filters.call.value) {
    setFilter();
    timeline.rebuild();
  } else timeline.update();
  timeline.refresh(source.rows.takeChanged());
  filters.showCount(timeline.count, source.rows.list.length);
  judge.ask();
  showSteps();
  showLine();
}

function setFilter() {
  timeline.matches = filters.predicate(source);
  timeline.lanesWanted = filters.lanesWanted(source);
}

function refilter() {
  setFilter();
  timeline.rebuild();
  filters.showCount(timeline.count, source.rows.list.length);
  if (timeline.selected !== null) timeline.reveal(timeline.selected);
  showLine();
}

let stepsAt = 0;
let stepsTimer = 0;

/** At most a few times a second: a busy run changes with each event. */
function showSteps() {
  clearTimeout(stepsTimer);
  const wait = stepsAt + 250 - performance.now();
  if (wait > 0) {
    stepsTimer = setTimeout(showSteps, wait);
    return;
  }
  stepsAt = performance.now();
  filters.update(source, (call) => callWords(call, source.origin));
  const call = rail.callOf(source);
  rail.show(source, call ? stepsOf(source.run, call) : [], problems[0]?.step ?? null);
  const isBlind = source === live && line === 'live' && live.records.length > 0 && ![...live.run.pages.values()].some(({ gone }) => !gone);
  byId('reload-hint').hidden = !isBlind;
}

function showLine() {
  const connected = [...source.run.clients.values()].filter(({ isConnected }) => isConnected).length;
  const counts = `${countWords(connected, 'client')} · ${countWords(source.records.length, 'event')}`;
  showStatus(stateOf({ source, live, line, held, isComparing }), source.records.length ? counts : '');
  const pause = byId('pause');
  pause.hidden = source !== live || isComparing;
  pause.setAttribute('aria-pressed', String(held !== null));
  pause.textContent = held ? 'Go on' : 'Pause';
  byId('replay').hidden = source !== live || !live.records.length;
  byId('clear').hidden = source !== live || line !== 'live';
  byId('save').disabled = byId('compare').disabled = !source.records.length;
  byId('unmask').disabled = source !== live;
  byId('masking-note').hidden = source.header?.masked !== false;
  showNothing(source, line, timeline.count, refusal);
}

function startLive(run = null) {
  const wasShown = source === live;
  live = new Source('live', live.header, '', run);
  held = null;
  chaos.forget();
  if (wasShown) showSource(live);
}

function asRecording(from, name) {
  const copy = new Source('recording', from.header, name);
  copy.add(from.records);
  return copy;
}

function openSource(recording) {
  if (isComparing) endComparison();
  showSource(recording);
  if (recording.records.length) timeline.select(recording.records.at(-1).n);
}

function showSource(next) {
  source = next;
  problems = [];
  filters.update(source, (call) => callWords(call, source.origin));
  setFilter();
  timeline.limit = Infinity;
  replay.begin(source === live ? null : source, line !== 'no-key' && line !== 'wrong-key');
  timeline.show(source);
  byId('to-newest').hidden = true;
  showDetails(source, -1, -1, showEvent);
  showBanner(source.records.length ? null : undefined, 0, showEvent);
  judge.askNow();
  stepsAt = 0;
  showAll();
}

/** Selects an event, also where a filter hides it. */
function showEvent(n) {
  const row = source.rows.byRecord.get(n);
  if (!row) return;
  if (filters.isActive && !timeline.matches(row)) {
    filters.clear();
    refilter();
  }
  if (timeline.limit < n) replay.moveTo(source.records.findIndex((record) => record.n === n) + 1);
  timeline.follow(false);
  timeline.select(n);
  showPane('timeline');
  byId('events').focus({ preventScroll: true });
}

function showPane(pane) {
  document.body.dataset.pane = pane;
  for (const button of document.querySelectorAll('.panes button')) button.setAttribute('aria-pressed', String(button.dataset.pane === pane));
}

function pause() {
  if (source !== live) return;
  if (held) {
    live.add(held);
    held = null;
    timeline.follow(true);
  } else held = [];
  showAll();
}

function endComparison() {
  isComparing = false;
  hideComparison();
  showLine();
}

function showZoom(by) {
  timeline.zoom(by);
  byId('zoom-out').disabled = timeline.zoomEnds.isLeast;
  byId('zoom-in').disabled = timeline.zoomEnds.isMost;
}

function notesOf({ notes }) {
  removeRemark('file');
  if (notes?.length) showRemark('file', notes.join(' '));
}

function recordingOf({ header, records }, name) {
  const recording = new Source('recording', header, name);
  recording.add(records);
  return recording;
}

byId('pause').addEventListener('click', pause);
byId('to-newest').addEventListener('click', () => timeline.follow(true));
byId('zoom-out').addEventListener('click', () => showZoom(-1));
byId('zoom-in').addEventListener('click', () => showZoom(1));
byId('replay').addEventListener('click', () => openSource(asRecording(live, 'this run so far')));
byId('leave-replay').addEventListener('click', () => showSource(live));
byId('close-details').addEventListener('click', () => {
  showPane('timeline');
  byId('events').focus();
});
byId('clear').addEventListener('click', () => {
  feed.clear();
  startLive();
});
byId('unmask').addEventListener('change', ({ target }) => {
  startLive();
  feed.readAgain(target.checked);
});
for (const button of document.querySelectorAll('.panes button')) button.addEventListener('click', () => showPane(button.dataset.pane));
byId('more').addEventListener('click', ({ target }) => target.closest('button') && (byId('more').open = false));
document.addEventListener('click', ({ target }) => {
  if (!target.closest('#more')) byId('more').open = false;
});
byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  keepKey(keyIn(byId('key').value));
  connect();
});
addEventListener('hashchange', () => connect());
connectSave(() => source);
connectOpen(
  (recording, name) => {
    openSource(recordingOf(recording, name));
    notesOf(recording);
  },
  (recording, name) => {
    const other = recordingOf(recording, name);
    isComparing = true;
    showComparison(source, other, endComparison);
    notesOf(recording);
    showLine();
  },
  (sentence) => showRemark('file', sentence),
);
connectKeys({ timeline, pause, replay, isReplay: () => source !== live, zoom: showZoom, effectsOf: (n) => source.rows.effects.get(n) ?? [] });

function connect() {
  const key = readKey();
  line = key ? 'connecting' : 'no-key';
  showSource(live);
  if (key) feed.connect(key);
}

connect();
