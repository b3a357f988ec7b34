// @ts-check
// What this tab was sending to a chat when it was reloaded: of each file the key, and how it is known again. The files
// themselves the browser gives only to the page to which the user gave them.

import { recall, remember } from './memory.js';

/** How many are noted. */
const MOST = 20;

/** @typedef {{key: string, name: string, size: number, lastModified: number, folder: number}} SentFile */

/** @param {string} room */
export function sentFilesOf(room) {
  const place = `sent ${room}`;
  /** @type {SentFile[]} */
  let files = [];
  try {
    files = JSON.parse(recall('sessionStorage', place) ?? '[]');
  } catch {
    // Not written by this page.
  }
  const save = () => remember('sessionStorage', place, JSON.stringify(files));

  return {
    /** @param {SentFile} file */
    add({ key, name, size, lastModified, folder }) {
      files = [...files.filter((other) => other.key !== key), { key, name, size, lastModified, folder }].slice(-MOST);
      save();
    },

    /** @param {string} key */
    remove(key) {
      files = files.filter((file) => file.key !== key);
      save();
    },

    /** @param {string[]} keys @returns {SentFile[]} */
    withKeys: (keys) => files.filter(({ key }) => keys.includes(key)),
  };
}

/**
 * Whether a file that was chosen is the one that was being sent. Its content is compared at the end.
 * @param {File} chosen
 * @param {SentFile} sent
 */
export function isSame({ name, size, lastModified }, sent) {
  return name === sent.name && size === sent.size && lastModified === sent.lastModified;
}
