// Receives files. Small ones come by themselves, about larger ones the user decides. What comes is
// collected block by block as parts of a Blob, which the browser may keep on disk; only the block
// that is being filled is in memory. What was received stays when the connection goes: after the
// next offer of the same file the receiver asks for the rest. With a store, which the page gives, that is so after a reload,
// too: each block is kept there under the key that its sender gave the file.

import { ASKED_FROM, BLOCK, MOST_OFFERED, agree, digestBlock, digestFile, readChunk } from './file-format.js';
import { Transfer } from './transfer.js';

const LONGEST_NAME = 255;

/** Made by the sender, and known to no third peer. */
const KEY = /^[0-9A-F]{32}$/;

/**
 * @typedef {Transfer & {
 *   parts: Blob[], digests: Promise<Uint8Array>[], block: Uint8Array | null, filled: number,
 *   theirs?: string, isKeeping?: boolean, isWanted: boolean, isRestoring: boolean}} Receiving `theirs`: the checksum that the sender gave; `isWanted`: it was asked for;
 *   `isRestoring`: what is in the store is read
 *
 * @typedef {object} FileStore keeps what has arrived of files over a reload of the page; what fails there only means that a file
 *   begins again
 * @property {KeptFile[]} kept from before
 * @property {(file: KeptFile) => void} begin
 * @property {(key: string, index: number, block: ArrayBuffer) => Promise<boolean>} put the next block; false where it is not kept
 * @property {(key: string, index: number) => Promise<ArrayBuffer | undefined>} read
 * @property {(key: string) => void} forget
 *
 * @typedef {{key: string, name: string, size: number, blocks: number}} KeptFile
 */

/**
 * @param {(message: object) => void} tell sends to the other side
 * @param {(transfer: Receiving) => void} onNew
 * @param {FileStore} [store]
 */
export function createFileReceiver(tell, onNew, store) {
  /** By their sender's number. @type {Map<number, Receiving>} */
  const transfers = new Map();
  /** How those ended that are finished: they may be offered again. @type {Map<number, {stage: string, digest?: string}>} */
  const finished = new Map();

  /** Of these the store has something, or will have. @type {Map<string, KeptFile>} */
  const kept = new Map(store?.kept.map((file) => [file.key, file]));

  function forget(key) {
    if (kept.delete(key)) store.forget(key);
  }

  function finish(transfer, stage, ending) {
    const blob = stage === 'done' ? new Blob(transfer.parts, { type: 'application/octet-stream' }) : undefined;
    Object.assign(transfer, { parts: [], digests: [], block: null });
    if (ending === 'broken') transfer.isKept = kept.has(transfer.key);
    else forget(transfer.key);
    transfers.delete(transfer.number); // Only the page keeps the file.
    finished.set(transfer.number, { stage, digest: transfer.digest });
    transfer.update({ stage, ending, blob });
  }

  function want(transfer) {
    const { number, moved, key, name, size } = transfer;
    if (store && key && !transfer.isWanted && !kept.has(key)) {
      const file = { key, name, size, blocks: 0 };
      kept.set(key, file);
      store.begin(file);
    }
    transfer.isWanted = true;
    transfer.update({ stage: 'waiting' });
    tell({ want: { number, from: moved, ...(kept.has(key) && { kept: true }) } });
    if (moved === transfer.size) check(transfer);
  }

  /** Reads what was kept before a reload, then asks for the rest. */
  async function restore(transfer, file) {
    const { key, blocks } = file;
    transfer.isRestoring = true;
    for (let index = 0; index < blocks; index += 1) {
      const block = await store.read(key, index);
      const isWhole = block?.byteLength === Math.min(BLOCK, transfer.size - transfer.moved);
      if (!isWhole || transfer.isFinished) break;
      transfer.parts.push(new Blob([block]));
      transfer.digests.push(digestBlock(new Uint8Array(block)));
      transfer.moved += block.byteLength;
    }
    transfer.isRestoring = false;
    if (transfer.isFinished) return;
    file.blocks = transfer.parts.length; // The next ones are put there again.
    want(transfer);
  }

  /** Puts what is here into the store, a block at a time: it may be slower than the network. */
  async function keep(transfer) {
    const file = kept.get(transfer.key);
    if (!file || transfer.isKeeping) return;
    transfer.isKeeping = true;
    while (file.blocks < transfer.parts.length && kept.has(file.key)) {
      const block = await transfer.parts[file.blocks].arrayBuffer();
      if (!(await store.put(file.key, file.blocks, block))) forget(file.key);
      file.blocks += 1;
    }
    transfer.isKeeping = false;
  }

  /** It is all here: what is its checksum? */
  async function check(transfer) {
    transfer.update({ stage: 'checking' });
    transfer.digest ??= await digestFile(await Promise.all(transfer.digests));
    conclude(transfer);
  }

  /** Once it is all here, and the sender has sent its checksum, too. */
  function conclude(transfer) {
    const { number, digest, theirs, stage } = transfer;
    if (stage !== 'checking' || digest === undefined || theirs === undefined) return;
    tell({ received: { number, digest } });
    transfer.isCompared = digest !== '' && digest === theirs;
    if (agree(digest, theirs)) finish(transfer, 'done');
    else finish(transfer, 'ended', 'different');
  }

  function collect(transfer, bytes) {
    for (let at = 0; at < bytes.length;) {
      transfer.block ??= new Uint8Array(Math.min(BLOCK, transfer.size - transfer.moved));
      const { block, filled } = transfer;
      const piece = bytes.subarray(at, at + block.length - filled);
      block.set(piece, filled);
      at += piece.length;
      transfer.moved += piece.length;
      transfer.filled += piece.length;
      if (transfer.filled < block.length) continue;
      transfer.parts.push(new Blob([block]));
      transfer.digests.push(digestBlock(block));
      Object.assign(transfer, { block: null, filled: 0 });
      keep(transfer);
    }
  }

  const act = {
    accept(number) {
      const transfer = transfers.get(number);
      if (transfer?.stage === 'asked') want(transfer);
    },

    /** Declines it, or does not want the rest. */
    cancel(number) {
      const transfer = transfers.get(number);
      if (!transfer) return;
      tell({ refused: { number } });
      finish(transfer, 'ended', transfer.isWanted ? 'cancelled' : 'declined');
    },
  };

  return {

    /** A connection is there: the other side may know what is missing here. */
    resume() {
      if (kept.size) tell({ kept: { keys: [...kept.keys()].slice(-MOST_OFFERED) } });
    },

    /** The connection is lost. */
    pause() {
      for (const transfer of transfers.values()) {
        if (transfer.stage === 'moving') transfer.update({ stage: 'waiting' });
      }
    },

    /** The other side does not return: the next peer counts its files from 1. */
    giveUp() {
      for (const transfer of [...transfers.values()]) finish(transfer, 'ended', 'broken');
      finished.clear();
    },

    // --- Messages of the sender: from a stranger's browser, not to be trusted ---

    onFile({ number, name, size, key, folder }) {
      const known = transfers.get(number);
      const past = finished.get(number);
      if (past?.stage === 'done') tell({ received: { number, digest: past.digest } });
      else if (past) tell({ refused: { number } });
      else if (known && known.stage !== 'asked' && !known.isRestoring) want(known);
      if (known || past) return;
      if (!Number.isSafeInteger(number) || !Number.isSafeInteger(size) || size < 0 || typeof name !== 'string') return;
      if (transfers.size >= MOST_OFFERED) {
        tell({ refused: { number } });
        return;
      }
      const isOwnKey = KEY.test(key) && ![...transfers.values()].some((other) => other.key === key);
      const about = {
        number, isOwn: false, name: name.slice(0, LONGEST_NAME), size, key: isOwnKey ? key : undefined, folder: Number.isSafeInteger(folder) ? folder : 0,
      };
      const transfer = Object.assign(new Transfer(about, act), {
        parts: [], digests: [], block: null, filled: 0, theirs: undefined, isWanted: false, isRestoring: false,
      });
      transfers.set(number, transfer);
      const file = kept.get(transfer.key);
      const isContinued = file?.name === transfer.name && file.size === size;
      if (file && !isContinued) forget(file.key);
      if (size <= ASKED_FROM || isContinued) transfer.stage = 'waiting';
      onNew(transfer);
      if (transfer.stage !== 'waiting') return; // The page has declined it, or the user decides.
      if (isContinued) restore(transfer, file);
      else want(transfer);
    },

    onChunk(data) {
      const chunk = readChunk(data);
      const transfer = chunk && transfers.get(chunk.number);
      // What was on its way when it was cancelled, or does not belong here.
      if (!transfer || !['waiting', 'moving'].includes(transfer.stage) || chunk.offset !== transfer.moved) return;
      if (transfer.moved + chunk.bytes.length > transfer.size) return;
      collect(transfer, chunk.bytes);
      if (transfer.moved < transfer.size) transfer.update({ stage: 'moving' });
      else check(transfer);
    },

    onEnd({ number, digest }) {
      const transfer = transfers.get(number);
      if (!transfer || typeof digest !== 'string') return;
      transfer.theirs = digest;
      conclude(transfer);
    },

    onWithdrawn({ number }) {
      const transfer = transfers.get(number);
      if (transfer) finish(transfer, 'ended', 'stopped');
    },
  };
}
