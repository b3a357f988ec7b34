// The files on the chat page: each is a card among the messages, with a bar, what can be done, and
// what became of it. A received file is offered as a download for as long as the page shows it.

import { sizeWords } from '../size-words.js';
import { byId, createElement, setText } from '../ui.js';
import { percent, transferWords } from './chat-words.js';
import { addItem, keepAtEnd } from './message-list.js';

const messagesEl = byId('messages');
const talkEl = byId('talk');
const chooseEl = byId('choose-files');
const filesEl = byId('files');

/**
 * @typedef {object} Card
 * @property {HTMLElement} element
 * @property {string} otherUserName
 * @property {string} stage the stage that is shown
 * @property {string} [url] of the received file
 */

/** @type {Map<import('../../switchboard.esm.js').Transfer, Card>} */
const cards = new Map();

/** @param {(files: File[]) => void} onSend the user chose files, or dropped some */
export function connectFiles(onSend) {
  chooseEl.addEventListener('click', () => filesEl.click());
  filesEl.addEventListener('change', () => {
    onSend([...filesEl.files]);
    filesEl.value = ''; // The same file may be chosen again.
  });

  // Anywhere on the page: a file that misses would make the browser leave it.
  const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files');
  let depth = 0; // The pointer enters a child before it leaves its parent.
  const showDrop = (change) => {
    depth = Math.max(0, depth + change);
    talkEl.classList.toggle('is-drop', depth > 0);
  };
  window.addEventListener('dragenter', (event) => hasFiles(event) && showDrop(1));
  window.addEventListener('dragleave', (event) => hasFiles(event) && showDrop(-1));
  window.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault());
  window.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showDrop(-depth);
    if (!talkEl.hidden && !chooseEl.disabled) onSend([...event.dataTransfer.files]);
  });
}

/**
 * Shows the state of a file.
 * @param {import('../../switchboard.esm.js').Transfer} transfer
 * @param {string} otherUserName
 */
export function showTransfer(transfer, otherUserName) {
  const card = cards.get(transfer) ?? addCard(transfer, otherUserName);
  card.otherUserName ||= otherUserName;
  const { element } = card;
  const bar = element.querySelector('progress');
  bar.value = percent(transfer);
  const words = transferWords(transfer, card.otherUserName);
  setText(element.querySelector('.file-state'), words);
  if (card.stage === transfer.stage) return;
  card.stage = transfer.stage;
  element.dataset.stage = transfer.stage;
  const isFinished = transfer.stage === 'done' || transfer.stage === 'ended';
  bar.hidden = isFinished || transfer.stage === 'asked';
  keepAtEnd(messagesEl, () => showActions(transfer, card, isFinished));
  if (isFinished || (transfer.stage === 'asked' && !transfer.isOwn)) setText(byId('file-news'), `${transfer.name}: ${words}`);
}

function addCard(transfer, otherUserName) {
  const { name, size, isOwn } = transfer;
  const element = createElement('div', { className: 'file' },
    createElement('p', { className: 'file-name' }, name),
    createElement('p', { className: 'file-size' }, sizeWords(size)),
    createElement('progress', { max: 100, ariaLabel: `How much of ${name} is there` }),
    createElement('p', { className: 'file-state', ariaLive: 'off' }),
    createElement('p', { className: 'file-actions' }));
  addItem(messagesEl, { userName: isOwn ? 'You' : otherUserName, isOwn }, element);
  const card = { element, otherUserName, stage: '' };
  cards.set(transfer, card);
  return card;
}

function showActions(transfer, card, isFinished) {
  const { name, stage, isOwn, blob } = transfer;
  const actions = [];
  const button = (label, className, onClick) => {
    const element = createElement('button', { type: 'button', className, ariaLabel: `${label} ${name}` }, label);
    element.addEventListener('click', onClick);
    actions.push(element);
  };
  if (stage === 'asked' && !isOwn) {
    button('Accept', 'primary', () => transfer.accept());
    button('Decline', '', () => transfer.decline());
  } else if (!isFinished) {
    button('Cancel', '', () => transfer.cancel());
  } else if (blob) {
    card.url = URL.createObjectURL(blob);
    actions.push(createElement('a', { href: card.url, download: name, className: 'button', ariaLabel: `Save ${name}` }, 'Save'));
  }
  card.element.querySelector('.file-actions').replaceChildren(...actions);
}

/** Forgets all files: the browser may throw away what was received. */
export function clearFiles() {
  for (const { url } of cards.values()) if (url) URL.revokeObjectURL(url);
  cards.clear();
  setText(byId('file-news'), '');
}
