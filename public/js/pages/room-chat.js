// The chat of the room page: a panel that opens and closes, and shows how much was not seen yet.

import { byId, createElement } from '../ui.js';
import { addWords } from './message-list.js';

const chatEl = byId('chat');
const openEl = byId('open-chat');
const messagesEl = byId('messages');
const messageEl = byId('message');
const unreadEl = byId('unread');

let unread = 0;

/** @param {(words: string) => void} onSay the user wrote something */
export function connectChat(onSay) {
  openEl.addEventListener('click', () => openChat(chatEl.hidden));
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

/** @param {boolean} isOpen */
export function openChat(isOpen) {
  chatEl.hidden = !isOpen;
  openEl.setAttribute('aria-expanded', String(isOpen));
  if (!isOpen) return;
  showUnread(0);
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
  if (chatEl.hidden) showUnread(unread + 1);
}

export function clearChat() {
  messagesEl.replaceChildren();
  showUnread(0);
}

function showUnread(count) {
  unread = count;
  unreadEl.hidden = count === 0;
  unreadEl.replaceChildren(String(Math.min(count, 99)), createElement('span', { className: 'unseen' }, ' unread'));
}
