// The chat of the room page: a panel that opens and closes. While it is closed, what comes is shown for a moment, and
// counted.

import { countMessage } from '../page-title.js';
import { byId, createElement } from '../ui.js';
import { t } from '../words.js';
import { addWords } from './message-list.js';
import { say } from './room-view.js';

/** How long a message is shown while the chat is closed, and how much of it. */
const TOAST_MS = 6_000;
const TOAST_LENGTH = 160;

const chatEl = byId('chat');
const openEl = byId('open-chat');
const messagesEl = byId('messages');
const messageEl = byId('message');
const unreadEl = byId('unread');
const toastEl = byId('toast');

let unread = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

/** @param {(words: string) => void} onSay the user wrote something */
export function connectChat(onSay) {
  openEl.addEventListener('click', toggleChat);
  toastEl.addEventListener('click', () => openChat(true));
  byId('close-chat').addEventListener('click', () => {
    openChat(false);
    openEl.focus();
  });
  chatEl.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') byId('close-chat').click();
  });
  byId('say').addEventListener('submit', (event) => {
    event.preventDefault();
    const words = messageEl.value.trim();
    if (!words) return;
    messageEl.value = '';
    onSay(words);
  });
}

export function toggleChat() {
  openChat(chatEl.hidden);
}

/** @param {boolean} isOpen */
export function openChat(isOpen) {
  chatEl.hidden = !isOpen;
  openEl.setAttribute('aria-expanded', String(isOpen));
  if (!isOpen) return;
  showUnread(0);
  toastEl.hidden = true;
  messagesEl.scrollTop = messagesEl.scrollHeight;
  messageEl.focus({ preventScroll: true });
}

/**
 * @param {string} userName of the author
 * @param {string} words
 * @param {boolean} [isOwn]
 */
export function addMessage(userName, words, isOwn = false) {
  addWords(messagesEl, { userName, isOwn }, words);
  if (!isOwn) countMessage();
  if (!chatEl.hidden) return;
  showUnread(unread + 1);
  showToast(userName, words);
}

export function clearChat() {
  messagesEl.replaceChildren();
  toastEl.hidden = true;
  showUnread(0);
}

function showToast(userName, words) {
  const line = words.slice(0, TOAST_LENGTH).replace(/\s+/g, ' ');
  toastEl.replaceChildren(createElement('strong', {}, userName), ' ', line);
  say(t`${userName} writes: ${line}`);
  toastEl.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toastEl.hidden = true), TOAST_MS);
}

function showUnread(count) {
  unread = count;
  unreadEl.hidden = count === 0;
  const unseen = createElement('span', { className: 'unseen' }, ` ${t`unread`}`);
  unreadEl.replaceChildren(String(Math.min(count, 99)), unseen);
}
