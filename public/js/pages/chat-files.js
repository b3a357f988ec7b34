// The files on the chat page: each is a card, with a bar, what can be done, and what became of it. What is not finished stands in
// the tray, what is finished among the messages. A received file is offered as a download, and a picture is shown, for as long as
// the page shows the card.

import { sizeWords } from '../size-words.js';
import { byId, createElement, setText } from '../ui.js';
import { t } from '../words.js';
import { aboutWords, isFolder, percent, safeName, transferWords } from './chat-words.js';
import { clearTray, connectTray, putIntoTray, showAcceptAll, takeFromTray } from './file-tray.js';
import { canSaveFolders, saveFolder } from './folder-saving.js';
import { addItem, keepAtEnd } from './message-list.js';
import { previewOf } from './picture-preview.js';
import { createRate, timeLeftWords } from './transfer-rate.js';

const messagesEl = byId('messages');

/** @typedef {import('../../switchboard.esm.js').Transfer} Transfer */

/**
 * @typedef {object} Card
 * @property {HTMLElement} element
 * @property {HTMLElement} [itemEl] its item among the messages
 * @property {string} otherUserName
 * @property {string} stage the stage that is shown
 * @property {ReturnType<typeof createRate>} rate
 * @property {File} [file] that is sent
 * @property {string[]} urls to be revoked
 * @property {boolean} [isSaved] the user has saved what arrived
 */

/** @type {Map<Transfer, Card>} */
const cards = new Map();

export function connectFiles() {
  // A computer's browser asks; a telephone's does not.
  addEventListener('beforeunload', (event) => {
    if (hasUnsaved()) event.preventDefault();
  });
  connectTray(() => waitingForDecision().forEach((transfer) => transfer.accept()));
}

/** Whether files have arrived that only this page still has. */
const hasUnsaved = () => [...cards].some(([{ isOwn, stage }, { isSaved }]) => !isOwn && stage === 'done' && !isSaved);

const waitingForDecision = () => [...cards.keys()].filter(({ stage, isOwn }) => stage === 'asked' && !isOwn);

/**
 * Shows the state of a file.
 * @param {Transfer} transfer
 * @param {string} otherUserName
 * @param {File} [file] that is sent
 * @param {boolean} [hasLeft] the user has left
 */
export function showTransfer(transfer, otherUserName, file, hasLeft) {
  const card = cards.get(transfer) ?? addCard(transfer, otherUserName, file);
  card.otherUserName ||= otherUserName;
  const { element, rate } = card;
  element.querySelector('progress').value = percent(transfer);
  const words = transferWords(transfer, card.otherUserName, hasLeft);
  setText(element.querySelector('.file-state'), words);
  if (transfer.stage === 'moving') rate.add(transfer.moved, performance.now());
  else rate.stop();
  showRate(transfer, card);
  if (card.stage !== transfer.stage) showStage(transfer, card, words);
}

/** At most twice a second: numbers that change with each chunk cannot be read. */
function showRate({ size, moved }, { element, rate }) {
  const { bytesPerSecond } = rate;
  const now = performance.now();
  const rateEl = element.querySelector('.file-rate');
  if (bytesPerSecond && now - Number(rateEl.dataset.at ?? 0) < 500) return;
  rateEl.dataset.at = now;
  setText(rateEl, bytesPerSecond ? t`${sizeWords(Math.round(bytesPerSecond))} a second` : '');
  setText(element.querySelector('.file-left'), bytesPerSecond ? timeLeftWords(size - moved, bytesPerSecond) : '');
}

function showStage(transfer, card, words) {
  const { stage, isOwn, isFinished } = transfer;
  const isAsked = stage === 'asked' && !isOwn;
  card.stage = stage;
  card.element.dataset.stage = stage;
  card.element.querySelector('progress').hidden = isFinished || stage === 'asked';
  showActions(transfer, card);
  if (isFinished) putAmongMessages(transfer, card);
  else putIntoTray(card.element, isAsked);
  // A card among the messages is read aloud there.
  if (isAsked) setText(byId('file-news'), `${shownName(transfer)}: ${words}`);
  showAcceptAll(waitingForDecision().length);
}

/** The archive of a folder has the folder's name. */
const shownName = (transfer) => safeName(isFolder(transfer) ? transfer.name.slice(0, -'.zip'.length) : transfer.name);

function addCard(transfer, otherUserName, file) {
  const { isOwn, key } = transfer;
  const name = shownName(transfer);
  // The rest of a file that was broken off takes the place of its card.
  for (const [other, { itemEl }] of cards) if (key && other.key === key && other.ending === 'broken') itemEl?.remove();
  const element = createElement('div', { className: 'file' },
    createElement('p', { className: 'file-name' }, name),
    createElement('p', { className: 'file-progress' },
      createElement('span', { className: 'file-size' }, aboutWords(transfer)),
      ...['state', 'rate', 'left'].map((part) => createElement('span', { className: `file-${part}` }))),
    createElement('progress', { max: 100, ariaLabel: t`How much of ${name} is there` }),
    createElement('p', { className: 'file-actions' }));
  element.dataset.own = isOwn;
  const card = { element, otherUserName, stage: '', rate: createRate(), file, urls: [] };
  cards.set(transfer, card);
  return card;
}

function putAmongMessages({ isOwn, name, blob }, card) {
  takeFromTray(card.element);
  card.itemEl = addItem(messagesEl, { userName: isOwn ? t`You` : card.otherUserName, isOwn }, card.element);
  const picture = blob ?? (card.stage === 'done' ? card.file : undefined);
  if (picture) showPicture(picture, name, card);
}

async function showPicture(blob, name, card) {
  const preview = await previewOf(blob, name).catch(() => null); // The file may be gone.
  if (!preview) return;
  card.urls.push(preview.url);
  keepAtEnd(messagesEl, () => card.element.prepend(preview.element));
}

function showActions(transfer, card) {
  const { stage, isOwn, isFinished, blob } = transfer;
  const name = shownName(transfer);
  const actions = [];
  const button = (label, spokenLabel, className, onClick) => {
    const element = createElement('button', { type: 'button', className, ariaLabel: spokenLabel }, label);
    element.addEventListener('click', onClick);
    actions.push(element);
  };
  if (stage === 'asked' && !isOwn) {
    button(t`Accept`, t`Accept ${name}`, 'primary', () => transfer.accept());
    button(t`Decline`, t`Decline ${name}`, '', () => transfer.decline());
  } else if (!isFinished) {
    button(t`Cancel`, t`Cancel ${name}`, '', () => transfer.cancel());
  } else if (blob) {
    const url = URL.createObjectURL(blob);
    card.urls.push(url);
    if (isFolder(transfer) && canSaveFolders()) button(t`Save as a folder`, t`Save as a folder: ${name}`, 'primary', () => save(transfer, card));
    const saveEl = createElement('a', {
      href: url, download: safeName(transfer.name), className: 'button', ariaLabel: isFolder(transfer) ? t`Save as a ZIP file: ${name}` : t`Save ${name}`,
    }, isFolder(transfer) ? t`Save as a ZIP file` : t`Save`);
    saveEl.addEventListener('click', () => (card.isSaved = true));
    actions.push(saveEl);
  }
  const actionsEl = card.element.querySelector('.file-actions');
  const hadFocus = actionsEl.contains(document.activeElement);
  keepAtEnd(messagesEl, () => actionsEl.replaceChildren(...actions));
  if (hadFocus) actions[0]?.focus({ preventScroll: true });
}

async function save(transfer, card) {
  const stateEl = card.element.querySelector('.file-state');
  try {
    const saved = await saveFolder(transfer.blob, shownName(transfer));
    card.isSaved ||= Boolean(saved);
    if (saved) setText(stateEl, t`Saved in the folder “${saved.name}”, files: ${saved.count}.`);
  } catch (error) {
    setText(stateEl, error instanceof TypeError
      ? t`It has names that are not safe on every device, and was not saved as a folder.`
      : t`It could not be saved there: ${error.message}`);
  }
}

/** Forgets all files: the browser may throw away what was received. */
export function clearFiles() {
  for (const { urls } of cards.values()) urls.forEach((url) => URL.revokeObjectURL(url));
  cards.clear();
  clearTray();
  setText(byId('file-news'), '');
}
