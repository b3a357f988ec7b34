// Who may enter the room: the host's choice, and the waiting clients with the host's answers. The server
// decides; this file shows and asks, and calls a host who looks elsewhere.

import { createNotice, isElsewhere } from '../notices.js';
import { connectTones, playTones, withdrawTones } from '../tones.js';
import { byId, createElement, setText } from '../ui.js';
import { refusalWords, t } from '../words.js';
import { showProblem } from './frame.js';
import { showWaitingCount } from './room-title.js';
import { say } from './room-view.js';
import { accessWords, waitingWords } from './room-words.js';

/** @typedef {import('../../switchboard.esm.js').Room} Room */

const waitingEl = byId('waiting-peers');
const listEl = byId('waiting-peers-list');
const admitAllEl = byId('admit-all');
const accessEl = byId('access');
const hintEl = byId('access-hint');

/** Once for each who begins to wait; shorter and lower than a call. */
const TONES = [{ at: 0, hz: 494 }];

const notice = createNotice('waiting-peers');

/** @type {Room | null} */
let current = null;

/** The ids of the waiting clients that were announced. @type {Set<string>} */
let announced = new Set();

/** What the notification says, if one is shown. */
let noticed = '';

/** @param {() => void} onStopWaiting */
export function connectAccess(onStopWaiting) {
  connectTones();
  byId('stop-waiting').addEventListener('click', onStopWaiting);
  accessEl.addEventListener('change', () => attempt(current?.setAccess(accessEl.value)));
  admitAllEl.addEventListener('click', () => {
    for (const peer of current?.waiting ?? []) attempt(peer.admit());
  });
}

/**
 * Shows the access of this room from now on; null after the stay.
 * @param {Room | null} room
 * @param {() => void} [onHost] the user has become the host
 */
export function watchAccess(room, onHost) {
  current = room;
  announced = new Set();
  showAccess();
  showWaitingPeers();
  if (!room) return;
  room.onaccess = (access) => {
    if (current !== room) return;
    showAccess();
    say(accessWords(access, room.isHost));
  };
  room.onhost = () => {
    if (current !== room) return;
    showAccess();
    showWaitingPeers();
    if (room.isHost) onHost?.();
  };
  room.onwaiting = showWaitingPeers;
}

function showAccess() {
  const { access = 'open', isHost = false } = current ?? {};
  accessEl.value = access;
  accessEl.disabled = !isHost;
  setText(hintEl, isHost ? accessWords(access, isHost) : t`Only the host of the room can change this.`);
}

/** Rows that stay keep their place: a press must not meet another name. */
function showWaitingPeers() {
  const waiting = current?.waiting ?? [];
  const known = new Map([...listEl.children].map((item) => [item.dataset.peerId, item]));
  for (const [id, item] of known) if (!waiting.some((peer) => peer.id === id)) remove(item);
  callHost(waiting);
  for (const { id, name } of waiting) {
    if (!known.has(id)) listEl.append(createItem(id, name));
    if (!announced.has(id)) say(waitingWords([name]));
    announced.add(id);
  }
  waitingEl.hidden = waiting.length === 0;
  admitAllEl.hidden = waiting.length < 2;
}

/** The title says who waits, a tone and a notification that a new one does. @param {Room['waiting']} waiting */
function callHost(waiting) {
  showWaitingCount(waiting.length);
  if (isElsewhere() && waiting.some(({ id }) => !announced.has(id))) playTones(TONES);
  if (waiting.length === 0) withdrawTones();
  const words = waitingWords(waiting.map(({ name }) => name));
  if (words === noticed) return;
  noticed = words;
  if (words) notice.show(words);
  else notice.withdraw();
}

function createItem(id, name) {
  const answer = (text, label, className, act) => {
    const button = createElement('button', { type: 'button', className }, text);
    button.setAttribute('aria-label', label);
    button.addEventListener('click', () => {
      const peer = current?.waiting.find((one) => one.id === id);
      if (peer) attempt(act(peer));
    });
    return button;
  };
  const item = createElement('li', {},
    createElement('span', { className: 'name' }, name),
    answer(t`Admit`, t`Admit ${name}`, 'primary', (peer) => peer.admit()),
    answer(t`Reject`, t`Reject ${name}`, '', (peer) => peer.reject()));
  item.dataset.peerId = id;
  return item;
}

/** The focus goes on to the next one who waits, or back to the room. */
function remove(item) {
  const hadFocus = item.contains(document.activeElement);
  const next = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  if (hadFocus) (next?.querySelector('button') ?? byId('stage')).focus({ preventScroll: true });
}

/** What the server refuses, it refuses in words. */
async function attempt(asked) {
  try {
    await asked;
    showProblem('');
  } catch (error) {
    showAccess();
    showProblem(refusalWords(error));
  }
}
