// The chat of the room page. Words come from strangers and go in as text; how long and how many they
// are is bounded here, whatever the other page allows.

import { byId, createElement } from '../ui.js';

const LONGEST = 2000;
const MOST = 200;

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
 * @param {string} userName who wrote it
 * @param {string} words
 * @param {boolean} [isOwn]
 */
export function addMessage(userName, words, isOwn = false) {
  const shortened = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
  const now = new Date();
  const time = createElement('time', { dateTime: now.toISOString() },
    now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  const about = createElement('p', { className: 'about' }, createElement('strong', {}, userName), time);
  const item = createElement('li', { className: isOwn ? 'own' : '' }, about,
    createElement('p', { className: 'words' }, shortened));
  messagesEl.append(item);
  while (messagesEl.childElementCount > MOST) messagesEl.firstElementChild.remove();
  messagesEl.scrollTop = messagesEl.scrollHeight;
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
