// The format of a file transfer, for sender and receiver: chunks that carry their position, counted in
// blocks, each of which has a checksum.
//
// The checksum of a file: `crypto.subtle` hashes only what is in memory as a whole, which a large
// file must never be. So each block of 1 MiB is hashed by itself (SHA-256), and the checksum is the
// SHA-256 of all these hashes, 32 bytes each, one after the other. A file of one block or less has
// the SHA-256 of its hash, an empty file that of no bytes.

/** What is read, hashed and collected at once, in bytes. */
export const BLOCK = 1024 * 1024;

/** What goes over the channel at once. Every browser takes messages of this size. */
export const CHUNK = 16 * 1024;

/** Files up to this size are taken without a question. */
export const ASKED_FROM = 10 * 1024 * 1024;

/** How many unfinished files of one side the other keeps. */
export const MOST_OFFERED = 20;

/** Before each chunk: the file's number, and at which byte of it the chunk begins. */
const HEADER = 4 + 8;

/**
 * @param {number} number the file's
 * @param {number} offset
 * @param {Uint8Array} bytes
 */
export function frameChunk(number, offset, bytes) {
  const frame = new Uint8Array(HEADER + bytes.length);
  const header = new DataView(frame.buffer);
  header.setUint32(0, number);
  header.setFloat64(4, offset); // Exact up to 2^53, as files' sizes are.
  frame.set(bytes, HEADER);
  return frame;
}

/**
 * @param {unknown} data what came over the channel
 * @returns {{number: number, offset: number, bytes: Uint8Array} | undefined} undefined if it is no chunk
 */
export function readChunk(data) {
  if (!(data instanceof ArrayBuffer) || data.byteLength <= HEADER) return undefined;
  const header = new DataView(data);
  return { number: header.getUint32(0), offset: header.getFloat64(4), bytes: new Uint8Array(data, HEADER) };
}

/**
 * @param {Uint8Array} bytes a block
 * @returns {Promise<Uint8Array>}
 */
export async function digestBlock(bytes) {
  // Browsers hash only for pages with https: without it nothing is compared.
  if (!crypto.subtle) return new Uint8Array();
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Whether the two checksums do not contradict that the file arrived unchanged. One may be missing. */
export function agree(one, other) {
  return one === other || one === '' || other === '';
}

/**
 * The checksum of a file, from those of its blocks.
 * @param {Uint8Array[]} digests
 * @returns {Promise<string>} hexadecimal; empty without https
 */
export async function digestFile(digests) {
  const list = new Uint8Array(await new Blob(digests).arrayBuffer());
  return Array.from(await digestBlock(list), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
