// @ts-check
// Keeps what has arrived of files in the browser's database (IndexedDB), so that they go on after a reload. Each entry belongs
// to one tab and one chat, and is forgotten once the file is whole, or after a day. The database works without https and in
// private windows, where the files of the origin (OPFS) do not. Where it does not work either, nothing is kept.

import { recall, remember } from './memory.js';

const NAME = 'switchboard files';

/** How long an entry waits for its sender, and how much is kept in all. */
const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_BYTES = 4 * 1024 ** 3;

/** @typedef {import('../switchboard/file-receiver.js').FileStore} FileStore */

/**
 * @param {string} room whose files they are
 * @returns {Promise<FileStore | undefined>}
 */
export async function openFileStore(room) {
  try {
    const database = await openDatabase();
    const all = await settled(database.transaction('files').objectStore('files').getAll());
    const isOld = ({ at }) => !(Date.now() - at < DAY_MS);
    for (const { key } of all.filter(isOld)) forget(database, key);
    const fresh = all.filter((file) => !isOld(file));
    return storeOf(database, fresh, { tab: tabId(), room });
  } catch {
    return undefined; // No database, or none for this page.
  }
}

/** @returns {FileStore} */
function storeOf(database, files, owner) {
  /** One thing after the other. @type {Promise<unknown>} */
  let turn = Promise.resolve();
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  const sizes = new Map(files.map(({ key, size }) => [key, size]));
  /** @template T @param {() => Promise<T>} task @returns {Promise<T>} */
  function inTurn(task) {
    const done = turn.then(task);
    turn = done.catch(() => {});
    return done;
  }

  return {
    kept: files.filter(({ tab, room }) => tab === owner.tab && room === owner.room).map(({ key, name, size, blocks }) => ({ key, name, size, blocks })),

    begin({ key, name, size }) {
      if (bytes + size > MOST_BYTES) return; // The first block is not kept then, either.
      bytes += size;
      sizes.set(key, size);
      inTurn(() => {
        const writing = database.transaction('files', 'readwrite');
        writing.objectStore('files').put({ ...owner, key, name, size, blocks: 0, at: Date.now() });
        return ended(writing);
      }).catch(() => sizes.delete(key));
    },

    put: (key, index, block) => inTurn(async () => {
      if (!sizes.has(key)) return false;
      const writing = database.transaction(['files', 'blocks'], 'readwrite');
      const file = await settled(writing.objectStore('files').get(key));
      if (!file) return false;
      writing.objectStore('blocks').put(block, [key, index]);
      writing.objectStore('files').put({ ...file, blocks: index + 1, at: Date.now() });
      await ended(writing);
      return true;
    }).catch(() => false), // The disk is full, say.

    read: (key, index) => settled(database.transaction('blocks').objectStore('blocks').get([key, index])).catch(() => undefined),

    forget(key) {
      bytes -= sizes.get(key) ?? 0;
      sizes.delete(key);
      inTurn(() => forget(database, key)).catch(() => {});
    },
  };
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('files', { keyPath: 'key' });
    opening.result.createObjectStore('blocks');
  };
  return settled(opening);
}

function forget(database, key) {
  const writing = database.transaction(['files', 'blocks'], 'readwrite');
  writing.objectStore('files').delete(key);
  writing.objectStore('blocks').delete(IDBKeyRange.bound([key], [key, []])); // An array sorts after all numbers.
  return ended(writing);
}

/** @returns {Promise<any>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('blocked'));
  });
}

function ended(writing) {
  return new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error ?? new Error('aborted'));
  });
}

/** A tab keeps it over reloads; another tab of the same chat may be the other side. */
function tabId() {
  const known = recall('sessionStorage', 'tab');
  if (known) return known;
  const made = crypto.getRandomValues(new Uint32Array(4)).join('-');
  remember('sessionStorage', 'tab', made);
  return made;
}
