// @ts-check
// How a user gives files and folders to the chat page: by the buttons, by dropping them anywhere on the page, or by pasting them.

import { byId } from '../ui.js';

const talkEl = byId('talk');
const chooseEl = /** @type {HTMLButtonElement} */ (byId('choose-files'));
const chooseFolderEl = byId('choose-folder');

/**
 * @typedef {{path: string, file: File}[]} Folder its files, each with its path, which begins with the name of the folder
 * @typedef {{files: File[], folders: Folder[]}} Given
 */

/** @param {(given: Given) => void} onGiven */
export function connectFileChoice(onGiven) {
  const filesEl = /** @type {HTMLInputElement} */ (byId('files'));
  const folderEl = /** @type {HTMLInputElement} */ (byId('folder'));
  const give = (inputEl, given) => {
    inputEl.value = ''; // The same may be chosen again.
    onGiven(given);
  };
  chooseEl.addEventListener('click', () => filesEl.click());
  filesEl.addEventListener('change', () => give(filesEl, { files: [...filesEl.files], folders: [] }));
  chooseFolderEl.hidden = !('webkitdirectory' in folderEl);
  chooseFolderEl.addEventListener('click', () => folderEl.click());
  folderEl.addEventListener('change', () => give(folderEl, { files: [], folders: [folderOf([...folderEl.files])].filter(({ length }) => length) }));

  const mayGive = () => !talkEl.hidden && !chooseEl.matches(':disabled');
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !mayGive()) return;
    event.preventDefault(); // A copied file brings its name as text, too.
    onGiven({ files, folders: [] });
  });

  // Anywhere on the page: a file that misses would make the browser leave it.
  const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files');
  let depth = 0; // The pointer enters a child before it leaves its parent.
  const showDrop = (change) => {
    depth = Math.max(0, depth + change);
    talkEl.classList.toggle('is-drop', depth > 0 && mayGive());
  };
  window.addEventListener('dragenter', (event) => hasFiles(event) && showDrop(1));
  window.addEventListener('dragleave', (event) => hasFiles(event) && showDrop(-1));
  window.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault());
  window.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showDrop(-depth);
    if (mayGive()) readDrop(event.dataTransfer).then(onGiven);
  });
}

/** The files that the browser gives with a folder, sorted: it gives them in any order. @param {File[]} files @returns {Folder} */
function folderOf(files) {
  return sorted(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

const sorted = (folder) => folder.sort((one, other) => (one.path < other.path ? -1 : 1));

/**
 * @param {DataTransfer} dataTransfer is empty once its event is over: what is in it is asked for before anything is waited for
 * @returns {Promise<Given>}
 */
async function readDrop(dataTransfer) {
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const all = [...dataTransfer.files];
  const directories = entries.filter((entry) => entry?.isDirectory);
  // A folder stands among the files, too, as something that cannot be read.
  const files = directories.length ? await Promise.all(entries.filter((entry) => entry?.isFile).map(fileOf)) : all;
  const folders = await Promise.all(directories.map((directory) => filesIn(/** @type {FileSystemDirectoryEntry} */ (directory))));
  return { files, folders: folders.map(sorted).filter(({ length }) => length) };
}

/** @returns {Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** @param {FileSystemDirectoryEntry} directory @returns {Promise<Folder>} */
async function filesIn(directory) {
  const reader = directory.createReader();
  /** @type {Folder} */
  const found = [];
  for (;;) {
    // A reader gives a part at a time: Chromium a hundred.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...(await filesIn(entry)));
      else found.push({ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) });
    }
  }
}
