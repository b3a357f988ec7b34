// @ts-check
// Saves a received folder where the user wants it, as a folder: in browsers that can write to one (Chromium's). Elsewhere it is
// saved as an archive.

import { t } from '../words.js';
import { entriesOf } from '../zip-reader.js';

export const canSaveFolders = () => 'showDirectoryPicker' in window;

/** How many names are tried where there is such a folder already. */
const MOST_NAMES = 100;

/**
 * @param {Blob} archive
 * @param {string} name of the folder
 * @returns {Promise<{name: string, count: number} | null>} under which name how many files are saved; null if the user chose no
 *   place; rejects with a TypeError where the archive is not a safe one, otherwise with words for the user
 */
export async function saveFolder(archive, name) {
  const entries = await entriesOf(archive);
  const place = await choosePlace();
  if (!place) return null;
  const [root, rootName] = await newFolder(place, name);
  for (const { path, blob } of entries) {
    // The first name is that of the folder itself.
    const [fileName, ...folders] = (path.length > 1 ? path.slice(1) : path).reverse();
    let folder = root;
    for (const part of folders.reverse()) folder = await folder.getDirectoryHandle(part, { create: true });
    const writable = await (await folder.getFileHandle(fileName, { create: true })).createWritable();
    await writable.write(blob);
    await writable.close();
  }
  return { name: rootName, count: entries.length };
}

async function choosePlace() {
  try {
    return await /** @type {any} */ (window).showDirectoryPicker({ id: 'switchboard', mode: 'readwrite' });
  } catch (error) {
    if (error.name === 'AbortError') return null;
    throw error;
  }
}

/** What is there already is never overwritten. */
async function newFolder(place, name) {
  for (let n = 1; n <= MOST_NAMES; n += 1) {
    const tried = n === 1 ? name : `${name} (${n})`;
    try {
      await place.getDirectoryHandle(tried);
    } catch (error) {
      if (error.name === 'NotFoundError') return [await place.getDirectoryHandle(tried, { create: true }), tried];
      if (error.name !== 'TypeMismatchError') throw error; // A file of that name.
    }
  }
  throw new Error(t`There are too many folders of this name.`);
}
