// Who may enter the room: the host's choice, and the waiting clients with the host's answers. The server
// decides; this file shows and asks.

import { byId, createElement, setText } from '../ui.js';
import { refusalWords, t } from '../words.js';
import { showProblem } from './frame.js';
import { accessWords } from './room-words.js';
import { say } from './room-view.js';

/** @typedef {import('../../switchboard.esm.js').Room} Room */

const waitingEl = byId('waiting-peers');
const listEl = byId('waiting-peers-list');
const admitAllEl = byId('admit-all');
const accessEl = byId('access');
const hintEl = byId('access-hint');

/** @type {Room | null} */
let current = null;

/** The ids of the waiting clients that were announced. @type {Set<string>} */
let announced = new Set();

/** @param {() => void} onStopWaiting */
export function connectAccess(onStopWaiting) {
  byId('stop-waiting').addEventListener('click', onStopWaiting);
  accessEl.addEventListener('change', () => attempt(current?.setAccess(accessEl.value)));
  admitAllEl.addEventListener('click', () => {
    for (const peer of current?.waiting ?? []) attempt(peer.admit());
  });
}

/**
 * Shows the access of this room from now on; null after the stay.
 * @param {Room | null} room
 */
export function watchAccess(room) {
  current = room;
  announced = new Set();
  showAccess();
  showWaitingPeers();
  if (!room) return;
  room.onaccess = (access) => {
    if (current !== room) return;
    showAccess();
    say(accessWords(access));
  };
  room.onhost = () => {
    if (current !== room) return;
    showAccess();
    showWaitingPeers();
  };
  room.onwaiting = showWaitingPeers;
}

function showAccess() {
  const { access = 'open', isHost = false } = current ?? {};
  accessEl.value = access;
  accessEl.disabled = !isHost;
  setText(hintEl, isHost ? accessWords(access) : t`Only the host of the room can change this.`);
}

/** Rows that stay keep their place: a press must not meet another name. */
function showWaitingPeers() {
  const waiting = current?.waiting ?? [];
  const known = new Map([...listEl.children].map((item) => [item.dataset.peerId, item]));
  for (const [id, item] of known) if (!waiting.some((peer) => peer.id === id)) remove(item);
  for (const { id, name } of waiting) {
    if (!known.has(id)) listEl.append(createItem(id, name));
    if (!announced.has(id)) say(t`${name} waits to be let in.`);
    announced.add(id);
  }
  waitingEl.hidden = waiting.length === 0;
  admitAllEl.hidden = waiting.length < 2;
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
