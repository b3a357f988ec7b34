// What the chat page shows around the files and the states: its stage, the form of the lobby, the
// messages and their field. It decides nothing; chat.js says what to show.

import { byId, createElement, moveFocus, setText } from '../ui.js';
import { addWords } from './message-list.js';

export const identityEl = byId('identity');
/** @type {import('../identity.js').IdentityFields} */
export const identityFields = { userName: byId('name'), password: byId('password') };
export const hangupEl = byId('hangup');

const messagesEl = byId('messages');
const messageEl = byId('message');

const SIGNS = { waiting: 'waiting', delivered: 'delivered', lost: 'not delivered' };

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
  if (before === next) return;
  document.body.dataset.state = next;
  const isOut = next === 'lobby' || next === 'joining' || next === 'choosing';
  const wasOut = before === 'lobby' || before === 'joining' || before === 'choosing';
  byId('choose').hidden = next !== 'choosing';
  identityEl.hidden = next !== 'lobby' && next !== 'joining';
  byId('identity-fields').disabled = next === 'joining';
  byId('say-fields').disabled = isOut;
  hangupEl.disabled = isOut;
  byId('open-invite').disabled = isOut;
  // Messages stay readable after the user has left.
  byId('talk').hidden = isOut && messagesEl.childElementCount === 0;
  byId('states').hidden = isOut && !document.querySelector('.history > li');
  if (next === 'lobby') moveFocus(byId('join'));
  else if (wasOut && !isOut) messageEl.focus({ preventScroll: true });
}

/**
 * @param {(words: string) => void} onSay
 * @param {(isTyping: boolean) => void} onType
 */
export function connectMessages(onSay, onType) {
  messageEl.addEventListener('input', () => onType(messageEl.value !== ''));
  byId('say').addEventListener('submit', (event) => {
    event.preventDefault();
    const words = messageEl.value.trim();
    if (!words) return;
    messageEl.value = '';
    onSay(words);
  });
}

/** @param {import('../../switchboard.esm.js').Message} message our own */
export function addOwnMessage(message) {
  const sign = createElement('span', { className: 'sign' });
  const item = addWords(messagesEl, { userName: 'You', at: new Date(message.at), isOwn: true }, message.text);
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
  setText(byId('typing'), userName ? `${userName} is typing…` : '');
}

export function clearMessages() {
  messagesEl.replaceChildren();
}
