// @ts-check
// Makes one file of a folder: a ZIP archive whose files are stored as they are ("store"), so that it is made of the files
// themselves, and none of them is in memory as a whole. Only their checksums have to be known first, for which each is read.

/** What an archive without the ZIP64 extension holds at most. */
export const MOST_FILES = 65_535;
export const MOST_BYTES = 2 ** 32 - 1;

/** CRC-32 of one byte each. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** @param {Uint8Array} bytes @param {number} crc of what comes before them */
function crcOf(bytes, crc) {
  let value = ~crc;
  for (let at = 0; at < bytes.length; at += 1) value = CRC_TABLE[(value ^ bytes[at]) & 0xff] ^ (value >>> 8);
  return ~value >>> 0;
}

/** Little-endian numbers in a row: each with how many bytes it takes. @param {...[number, 2 | 4]} fields */
function record(...fields) {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [, size]) => sum + size, 0)));
  let at = 0;
  for (const [value, size] of fields) {
    if (size === 2) bytes.setUint16(at, value, true);
    else bytes.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

/** Date and time as DOS has them: from 1980 on, in steps of two seconds. @param {number} ms */
function dosTime(ms) {
  const date = new Date(ms);
  const year = Math.min(Math.max(date.getFullYear(), 1980), 2107);
  return [
    (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
    ((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  ];
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const STORED = 0;

/**
 * @param {{path: string, file: File}[]} files
 * @param {string} name of the archive
 * @param {(read: number) => boolean} [goOn] gets how many bytes have been read; false stops
 * @returns {Promise<File | null>} null if it was stopped; rejects with a RangeError where they are too many or too large
 */
export async function zipOf(files, name, goOn = () => true) {
  const all = files.reduce((sum, { path, file }) => sum + file.size + 2 * (path.length * 3 + 80), 0);
  if (files.length > MOST_FILES || all > MOST_BYTES) throw new RangeError('too large for an archive');
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let [offset, directorySize, read, newest] = [0, 0, 0, 0];
  for (const { path, file } of files) {
    let crc = 0;
    const reader = file.stream().getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      crc = crcOf(chunk.value, crc);
      read += chunk.value.length;
      if (goOn(read)) continue;
      await reader.cancel();
      return null;
    }
    const bytes = new TextEncoder().encode(path);
    const [time, date] = dosTime(file.lastModified);
    /** @type {[number, 2 | 4][]} */
    const about = [[VERSION, 2], [UTF8_NAMES, 2], [STORED, 2], [time, 2], [date, 2], [crc, 4], [file.size, 4], [file.size, 4], [bytes.length, 2], [0, 2]];
    parts.push(record([LOCAL, 4], ...about), bytes, file);
    directory.push(record([CENTRAL, 4], [VERSION, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), bytes);
    offset += 30 + bytes.length + file.size;
    directorySize += 46 + bytes.length;
    newest = Math.max(newest, file.lastModified);
  }
  const end = record([END, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [directorySize, 4], [offset, 4], [0, 2]);
  return new File([...parts, ...directory, end], name, { type: 'application/zip', lastModified: newest });
}
