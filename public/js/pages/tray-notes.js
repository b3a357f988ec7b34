// @ts-check
// What else stands in the tray beside files under way: a folder that is being read, and a file of which the other side has the
// beginning, and that the user has to choose again after a reload.

import { sizeWords } from '../size-words.js';
import { createElement, setText } from '../ui.js';
import { t } from '../words.js';
import { zipOf } from '../zip-writer.js';
import { putIntoTray, takeFromTray } from './file-tray.js';

/** @param {string} name @param {string} words @param {...HTMLButtonElement} buttons */
function noteOf(name, words, ...buttons) {
  return createElement('div', { className: 'file' },
    createElement('p', { className: 'file-name' }, name),
    createElement('p', { className: 'file-progress' }, createElement('span', { className: 'file-state' }, words)),
    createElement('p', { className: 'file-actions' }, ...buttons));
}

function button(label, spokenLabel, onClick, className = '') {
  const element = /** @type {HTMLButtonElement} */ (createElement('button', { type: 'button', className, ariaLabel: spokenLabel }, label));
  element.addEventListener('click', onClick);
  return element;
}

/**
 * Makes one file of a folder, and shows how far that is.
 * @param {import('./file-choice.js').Folder} folder
 * @returns {Promise<File | null>} null if the user cancelled it
 */
export async function packFolder(folder) {
  const [name] = folder[0].path.split('/');
  const size = folder.reduce((sum, { file }) => sum + file.size, 0);
  let isWanted = true;
  const note = noteOf(name, t`Reading the folder`, button(t`Cancel`, t`Cancel ${name}`, () => {
    isWanted = false;
    takeFromTray(note);
  }));
  putIntoTray(note, false);
  const stateEl = /** @type {HTMLElement} */ (note.querySelector('.file-state'));
  try {
    return await zipOf(folder, `${name}.zip`, (read) => {
      setText(stateEl, t`Reading the folder, ${Math.floor((100 * read) / size)} %`);
      return isWanted;
    });
  } finally {
    takeFromTray(note);
  }
}

/** By their keys. @type {Map<string, HTMLElement>} */
const kept = new Map();

/**
 * The other side waits for the rest of this file.
 * @param {import('../sent-files.js').SentFile} sent
 * @param {object} act
 * @param {() => void} act.choose
 * @param {() => void} act.forget
 */
export function askForFile(sent, { choose, forget }) {
  const { key, name, size, folder } = sent;
  if (kept.has(key)) return;
  const shownName = folder ? name.replace(/\.zip$/, '') : name;
  const words = folder
    ? t`The other side has a part of this folder (${sizeWords(size)}). Choose it again to go on.`
    : t`The other side has a part of this file (${sizeWords(size)}). Choose it again to go on.`;
  const note = noteOf(shownName, words,
    button(t`Choose again`, t`Choose again: ${shownName}`, choose, 'primary'),
    button(t`Forget`, t`Forget ${shownName}`, () => {
      fileIsThere(key);
      forget();
    }));
  kept.set(key, note);
  putIntoTray(note, true);
}

/** It need not be asked for any more. @param {string} key */
export function fileIsThere(key) {
  const note = kept.get(key);
  kept.delete(key);
  if (note) takeFromTray(note);
}
