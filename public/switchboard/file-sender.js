// Sends files, one after the other, over one connection after the other. A file is offered; its
// receiver says from which byte on it wants it; so after a break a file continues where it was.
// Never more than MOST_WAITING bytes wait in the channel, nor more than a block in memory: the next is read when
// the channel has room again ("back-pressure").

import { ASKED_FROM, BLOCK, CHUNK, MOST_OFFERED, agree, digestBlock, digestFile, frameChunk } from './file-format.js';
import { SwitchboardError } from './errors.js';
import { randomHex } from './random.js';
import { Transfer } from './transfer.js';

/** How much waits in the channel at most, and when there is room for more. */
const MOST_WAITING = 1024 * 1024;
const LEAST_WAITING = 256 * 1024;

/**
 * @typedef {Transfer & {
 *   file: File, digests: Uint8Array[], isOffered: boolean, isWanted: boolean, isPaused: boolean, from: number}} Sending `isPaused`:
 *   its receiver has left, and may come back
 */

/**
 * @param {(message: object) => void} tell sends to the other side
 * @param {(transfer: Sending) => void} onNew
 * @param {(keys: string[]) => void} [onKept] the receiver waits for the rest of these, which this page does not know
 */
export function createFileSender(tell, onNew, onKept) {
  let count = 0;
  /** What is not finished, by its number. @type {Map<number, Sending>} */
  const transfers = new Map();
  /** What the other side waits for. @type {Sending[]} */
  let wanted = [];
  /** @type {RTCDataChannel | null} */
  let channel = null;
  let isPumping = false;
  let wake = () => {};

  function offerNext() {
    if (!channel) return;
    for (const transfer of [...transfers.values()].filter(({ isPaused }) => !isPaused).slice(0, MOST_OFFERED)) {
      if (transfer.isOffered) continue;
      const { number, name, size, key, folder } = transfer;
      transfer.isOffered = true;
      tell({ file: { number, name, size, key, folder } });
      if (size > ASKED_FROM && transfer.moved === 0) transfer.update({ stage: 'asked' });
    }
  }

  function finish(transfer, stage, ending) {
    transfers.delete(transfer.number);
    wanted = wanted.filter((other) => other !== transfer);
    transfer.update({ stage, ending });
    wake();
    offerNext();
  }

  function cancel(number) {
    const transfer = transfers.get(number);
    if (!transfer) return;
    tell({ withdrawn: { number } });
    finish(transfer, 'ended', 'cancelled');
  }

  /** One after the other, over whatever connection there is. */
  async function pump() {
    if (isPumping) return;
    isPumping = true;
    while (channel && wanted.length) {
      const transfer = wanted.shift();
      try {
        await send(transfer, channel);
      } catch (error) {
        console.warn(`${transfer.name} cannot be sent:`, error.message);
        if (transfers.has(transfer.number) && channel) {
          tell({ withdrawn: { number: transfer.number } });
          finish(transfer, 'ended', 'unreadable');
        }
      }
    }
    isPumping = false;
  }

  /** @param {Sending} transfer @param {RTCDataChannel} mine */
  async function send(transfer, mine) {
    const { file, number, size, from, digests } = transfer;
    const isOver = () => channel !== mine || !transfers.has(number);
    transfer.update({ stage: 'moving', moved: from });
    for (let start = 0; start < size; start += BLOCK) {
      const end = Math.min(start + BLOCK, size);
      // The receiver has it already, and the checksum is known.
      if (end <= from && digests[start / BLOCK]) continue;
      const block = new Uint8Array(await file.slice(start, end).arrayBuffer());
      digests[start / BLOCK] ??= await digestBlock(block);
      for (let offset = Math.max(start, Math.min(from, end)); offset < end; offset += CHUNK) {
        await room(mine, isOver);
        if (isOver()) return;
        mine.send(frameChunk(number, offset, block.subarray(offset - start, offset - start + CHUNK)));
        // The headers that wait in the channel are no bytes of the file.
        transfer.update({ moved: Math.max(transfer.moved, Math.min(offset + CHUNK, end) - mine.bufferedAmount) });
      }
    }
    const digest = await digestFile(digests);
    if (isOver()) return;
    transfer.update({ stage: 'checking', moved: size, digest });
    tell({ end: { number, digest } });
  }

  /** Waits until a chunk has room in the channel, or the transfer has ended. */
  async function room(mine, isOver) {
    while (mine.bufferedAmount + 2 * CHUNK > MOST_WAITING && !isOver()) {
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    /**
     * @param {File} file
     * @param {{key?: string, folder?: number}} [options] `key`: of the file that it continues
     * @returns {Transfer}
     */
    add(file, { key = randomHex(16), folder } = {}) {
      if (!(file instanceof Blob)) {
        throw new SwitchboardError('bad-options', 'sendFile takes a File, such as input.files[0], or a Blob.');
      }
      count += 1;
      const { name = 'file', size } = /** @type {File} */ (file); // A Blob has no name.
      const transfer = Object.assign(new Transfer({ number: count, isOwn: true, name, size, key, folder }, { cancel }), {
        file, digests: [], isOffered: false, isWanted: false, isPaused: false, from: 0,
      });
      transfers.set(count, transfer);
      onNew(transfer);
      offerNext();
      return transfer;
    },

    /** A connection is there: all that is not finished is offered, perhaps not for the first time. */
    resume(newChannel) {
      channel = newChannel;
      channel.bufferedAmountLowThreshold = LEAST_WAITING;
      channel.addEventListener('bufferedamountlow', () => wake());
      for (const transfer of transfers.values()) transfer.isOffered = false;
      offerNext();
    },

    /** The connection is lost. */
    pause() {
      channel = null;
      wanted = [];
      wake();
      for (const transfer of transfers.values()) transfer.update({ stage: 'waiting' });
    },

    /**
     * The other side has left. What it has kept goes on if it comes back: it alone knows the keys.
     * @param {boolean} isFinal this side has left
     */
    giveUp(isFinal) {
      channel = null;
      for (const transfer of [...transfers.values()]) {
        if (transfer.isKept && !isFinal) transfer.isPaused = true;
        else finish(transfer, 'ended', 'broken');
      }
    },

    // --- Messages of the receiver ---

    onWant({ number, from, kept }) {
      const transfer = transfers.get(number);
      if (!transfer || wanted.includes(transfer)) return;
      if (!Number.isSafeInteger(from) || from < 0 || from > transfer.size) return;
      transfer.isWanted = true;
      transfer.isKept = kept === true;
      wanted.push(transfer);
      transfer.update({ from, stage: 'waiting' });
      pump();
    },

    onKept({ keys }) {
      if (!Array.isArray(keys)) return;
      const unknown = new Set(keys.slice(0, MOST_OFFERED).filter((key) => typeof key === 'string'));
      for (const transfer of transfers.values()) {
        if (unknown.delete(transfer.key)) transfer.isPaused = false;
      }
      offerNext();
      if (unknown.size) onKept?.([...unknown]);
    },

    onRefused({ number }) {
      const transfer = transfers.get(number);
      if (transfer) finish(transfer, 'ended', transfer.isWanted ? 'stopped' : 'declined');
    },

    onReceived({ number, digest }) {
      const transfer = transfers.get(number);
      if (typeof digest !== 'string' || transfer?.digest === undefined) return;
      transfer.isCompared = digest !== '' && digest === transfer.digest;
      if (agree(digest, transfer.digest)) finish(transfer, 'done');
      else finish(transfer, 'ended', 'different');
    },
  };
}
