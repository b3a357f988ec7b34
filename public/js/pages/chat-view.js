// What the chat page shows around the files and the states: its stage, the form of the lobby, the
// messages and their field. It decides nothing; chat.js says what to show.

import { byId, createElement, moveFocus, setText } from '../ui.js';
import { t } from '../words.js';
import { addWords } from './message-list.js';

export const identityEl = byId('identity');
/** @type {import('../identity.js').IdentityFields} */
export const identityFields = { userName: byId('name'), password: byId('password') };
export const leaveEl = byId('leave');

const messagesEl = byId('messages');
const sayEl = /** @type {HTMLFormElement} */ (byId('say'));
const messageEl = /** @type {HTMLTextAreaElement} */ (byId('message'));

const SIGNS = { waiting: t`waiting`, delivered: t`delivered`, lost: t`not delivered` };

/** The sign under each message of our own. */
const signs = new WeakMap();

/** @returns {'choosing'|'lobby'|'joining'|'waiting'|'connecting'|'connected'|'ended'} */
export function state() {
  return document.body.dataset.state;
}

/**
 * Shows the stage that has been reached.
 * @param {ReturnType<typeof state>} next
 */
export function showState(next) {
  const before = state();
  document.body.dataset.state = next;
  const isOut = next === 'lobby' || next === 'joining' || next === 'choosing';
  const wasOut = before === 'lobby' || before === 'joining' || before === 'choosing';
  byId('choose').hidden = next !== 'choosing';
  identityEl.hidden = next !== 'lobby' && next !== 'joining';
  byId('identity-fields').disabled = next === 'joining';
  byId('say-fields').disabled = isOut;
  leaveEl.disabled = isOut;
  byId('open-invite').disabled = isOut;
  // Messages stay readable after the user has left.
  byId('talk').hidden = isOut && messagesEl.childElementCount === 0;
  byId('states').hidden = isOut && !document.querySelector('.history > li');
  if (next === before) return;
  if (next === 'lobby') moveFocus(byId('join'));
  else if (wasOut && !isOut) messageEl.focus({ preventScroll: true });
}

/**
 * @param {(words: string) => void} onSay
 * @param {(isTyping: boolean) => void} onType
 */
export function connectMessages(onSay, onType) {
  messageEl.addEventListener('input', () => {
    fitField();
    onType(messageEl.value !== '');
  });
  // Enter sends, Shift+Enter begins a line; Enter that ends a word of an input method does neither.
  messageEl.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sayEl.requestSubmit();
  });
  sayEl.addEventListener('submit', (event) => {
    event.preventDefault();
    const words = messageEl.value.trim();
    if (!words) return;
    messageEl.value = '';
    fitField();
    onSay(words);
  });

  // Where the end of the messages is in view, it stays in view when the list becomes smaller. A browser may report that it
  // scrolled because of the new size before it reports the size.
  let isAtEnd = true;
  let size = '';
  const sizeNow = () => `${messagesEl.clientWidth} ${messagesEl.clientHeight}`;
  messagesEl.addEventListener('scroll', () => {
    if (sizeNow() === size) isAtEnd = messagesEl.scrollHeight - messagesEl.scrollTop - messagesEl.clientHeight < 8;
  });
  new ResizeObserver(() => {
    size = sizeNow();
    if (isAtEnd) messagesEl.scrollTop = messagesEl.scrollHeight;
  }).observe(messagesEl);
}

/** The field is as high as its text, within what the style sheet allows. */
function fitField() {
  messageEl.style.height = 'auto';
  messageEl.style.height = `${messageEl.scrollHeight + messageEl.offsetHeight - messageEl.clientHeight}px`;
}

/** @param {import('../../switchboard.esm.js').Message} message our own */
export function addOwnMessage(message) {
  const sign = createElement('span', { className: 'sign' });
  const item = addWords(messagesEl, { userName: t`You`, at: new Date(message.at), isOwn: true }, message.text);
  item.querySelector('.about').append(sign);
  signs.set(message, sign);
  showDelivery(message);
}

/** @param {import('../../switchboard.esm.js').Message} message our own */
export function showDelivery(message) {
  const sign = signs.get(message);
  sign.dataset.state = message.state;
  setText(sign, SIGNS[message.state]);
}

export function addTheirMessage(userName, { words, at }) {
  addWords(messagesEl, { userName, at: new Date(at) }, words);
}

/** @param {string} userName of the peer that is typing, or empty */
export function showTyping(userName) {
  setText(byId('typing'), userName ? t`${userName} is typing…` : '');
}

export function clearMessages() {
  messagesEl.replaceChildren();
}
