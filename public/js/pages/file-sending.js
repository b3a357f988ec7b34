// @ts-check
// Sends what the user gives to the chat page: files, and folders as one file each. What this tab was sending when it was reloaded
// the user is asked for again, once the other side has named what it waits for.

import { isSame, sentFilesOf } from '../sent-files.js';
import { byId, setText } from '../ui.js';
import { refusalWords, t } from '../words.js';
import { showProblem } from './frame.js';
import { askForFile, fileIsThere, packFolder } from './tray-notes.js';

/**
 * @typedef {import('../../switchboard.esm.js').Room} Room
 * @typedef {import('../../switchboard.esm.js').Transfer} Transfer
 */

/**
 * @param {string} place the name of the room
 * @param {() => Room | undefined} current the room, as long as the user is in it
 * @param {(transfer: Transfer, file: File) => void} onTransfer
 */
export function createFileSending(place, current, onTransfer) {
  /** What this tab sends, in case it is reloaded. */
  const sentFiles = sentFilesOf(place);
  /** Of whose rest the other side waits. @type {import('../sent-files.js').SentFile[]} */
  let waitedFor = [];

  /** @param {string} key */
  function settle(key) {
    waitedFor = waitedFor.filter((sent) => sent.key !== key);
    fileIsThere(key);
  }

  /**
   * @param {File} file
   * @param {number} [folder] how many files are in it, if it is a folder
   */
  async function sendFile(file, folder = 0) {
    const room = current();
    if (!room) return; // The user has left while a folder was read.
    const waited = waitedFor.find((sent) => isSame(file, sent));
    if (waited) settle(waited.key);
    else if (waitedFor.some(({ name }) => name === file.name)) showProblem(t`“${file.name}” is not as it was, and is sent from its beginning.`);
    try {
      const transfer = await room.sendFile(file, { key: waited?.key, folder });
      const { name, size, lastModified } = file;
      sentFiles.add({ key: transfer.key, name, size, lastModified, folder });
      if (current() === room) onTransfer(transfer, file);
    } catch (error) {
      showProblem(refusalWords(error));
    }
  }

  return {
    /** @param {import('./file-choice.js').Given} given */
    async send({ files, folders }) {
      const names = [...files.map((file) => file.name), ...folders.map(([{ path }]) => path.split('/')[0])];
      if (names.length) setText(byId('file-news'), t`To be sent: ${names.join(', ')}`);
      for (const file of files) sendFile(file);
      for (const folder of folders) {
        try {
          const archive = await packFolder(folder);
          if (archive) sendFile(archive, folder.length);
        } catch (error) {
          showProblem(error instanceof RangeError
            ? t`A folder may have up to 4 GB and 65,535 files: send larger ones in parts.`
            : t`A file in this folder cannot be read any more. Please choose it again.`);
        }
      }
    },

    /** Something of a file that this page sends has changed. @param {Transfer} transfer */
    note({ key, stage, ending }) {
      // What is broken off, as by a reload of this page, may go on.
      if (stage === 'done' || (stage === 'ended' && ending !== 'broken')) sentFiles.remove(key);
    },

    /** The other side has the beginnings of these. @param {string[]} keys */
    askFor(keys) {
      for (const sent of sentFiles.withKeys(keys)) {
        if (!waitedFor.includes(sent)) waitedFor.push(sent);
        askForFile(sent, {
          choose: () => byId(sent.folder ? 'choose-folder' : 'choose-files').click(),
          forget: () => {
            settle(sent.key);
            sentFiles.remove(sent.key);
          },
        });
      }
    },

    /** The user leaves. */
    stop() {
      for (const { key } of waitedFor) settle(key);
    },
  };
}
