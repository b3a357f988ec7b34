// Receives files. Small ones come by themselves, about larger ones the user decides. What comes is
// collected block by block as parts of a Blob, which the browser may keep on disk; only the block
// that is being filled is in memory. What was received stays when the connection goes: after the
// next offer of the same file the receiver asks for the rest.

import { ASKED_FROM, BLOCK, MOST_OFFERED, agree, digestBlock, digestFile, readChunk } from './file-format.js';
import { Transfer } from './transfer.js';

const LONGEST_NAME = 255;

/**
 * @typedef {Transfer & {
 *   parts: Blob[], digests: Promise<Uint8Array>[], block: Uint8Array | null, filled: number,
 *   theirs?: string, isWanted: boolean}} Receiving `theirs`: the checksum that the sender gave; `isWanted`: it was asked for
 */

/**
 * @param {(message: object) => void} tell sends to the other side
 * @param {(transfer: Receiving) => void} onNew
 */
export function createFileReceiver(tell, onNew) {
  /** By their sender's number. @type {Map<number, Receiving>} */
  const transfers = new Map();
  /** How those ended that are finished: they may be offered again. @type {Map<number, {stage: string, digest?: string}>} */
  const finished = new Map();

  function finish(transfer, stage, ending) {
    const blob = stage === 'done' ? new Blob(transfer.parts, { type: 'application/octet-stream' }) : undefined;
    Object.assign(transfer, { parts: [], digests: [], block: null });
    transfers.delete(transfer.number); // Only the page keeps the file.
    finished.set(transfer.number, { stage, digest: transfer.digest });
    transfer.update({ stage, ending, blob });
  }

  function want(transfer) {
    const { number, moved } = transfer;
    transfer.isWanted = true;
    transfer.update({ stage: 'waiting' });
    tell({ want: { number, from: moved } });
    if (moved === transfer.size) check(transfer);
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

    onFile({ number, name, size }) {
      const known = transfers.get(number);
      const past = finished.get(number);
      if (past?.stage === 'done') tell({ received: { number, digest: past.digest } });
      else if (past) tell({ refused: { number } });
      else if (known && known.stage !== 'asked') want(known);
      if (known || past) return;
      if (!Number.isSafeInteger(number) || !Number.isSafeInteger(size) || size < 0 || typeof name !== 'string') return;
      if (transfers.size >= MOST_OFFERED) {
        tell({ refused: { number } });
        return;
      }
      const transfer = Object.assign(new Transfer({ number, isOwn: false, name: name.slice(0, LONGEST_NAME), size }, act), {
        parts: [], digests: [], block: null, filled: 0, theirs: undefined, isWanted: false,
      });
      transfers.set(number, transfer);
      if (size <= ASKED_FROM) transfer.stage = 'waiting';
      onNew(transfer);
      if (transfer.stage === 'waiting') want(transfer); // Otherwise the page has declined it.
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
