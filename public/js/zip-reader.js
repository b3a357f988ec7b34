// @ts-check
// Reads a folder out of an archive as zip-writer.js makes it: files that are stored as they are. It comes from a stranger: what
// is not as it should be, and any name that leads out of the folder, makes all of it unreadable.

const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;

/** Longer paths are refused by file systems. */
const LONGEST_PATH = 1024;

/** Names that mean a device to Windows, whatever follows the dot. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The folders and the name of a file; undefined where one of them is not safe.
 * @param {string} path
 */
export function safePath(path) {
  if (path.length > LONGEST_PATH) return undefined;
  const names = path.split('/');
  const isSafe = (name) => name !== '' && !/[\\:*?"<>|\p{Cc}]/u.test(name) && !/^\s|[. ]$/.test(name) && !DEVICES.test(name);
  return names.every(isSafe) ? names : undefined;
}

/**
 * @param {Blob} archive
 * @returns {Promise<{path: string[], blob: Blob}[]>} rejects where it is not such an archive, or not a safe one
 */
export async function entriesOf(archive) {
  const end = await view(archive, archive.size - END_SIZE, END_SIZE);
  must(end.getUint32(0, true) === 0x06054b50);
  const [count, size, start] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  must(start + size + END_SIZE === archive.size);
  const directory = await view(archive, start, size);
  const entries = [];
  const seen = new Set();
  let at = 0;
  for (let n = 0; n < count; n += 1) {
    must(at + CENTRAL_SIZE <= size && directory.getUint32(at, true) === 0x02014b50);
    const [method, length, nameSize] = [directory.getUint16(at + 10, true), directory.getUint32(at + 24, true), directory.getUint16(at + 28, true)];
    const [more, local] = [directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true), directory.getUint32(at + 42, true)];
    must(method === 0 && directory.getUint32(at + 20, true) === length && at + CENTRAL_SIZE + nameSize + more <= size);
    const name = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(directory.buffer, at + CENTRAL_SIZE, nameSize));
    const path = safePath(name);
    must(path && !seen.has(name.toLowerCase()));
    seen.add(name.toLowerCase());
    // Our own archives have the same name, and nothing more, before the file itself.
    const from = local + LOCAL_SIZE + nameSize;
    must(from + length <= start);
    entries.push({ path, blob: archive.slice(from, from + length) });
    at += CENTRAL_SIZE + nameSize + more;
  }
  must(at === size);
  return entries;
}

/** @param {Blob} archive */
async function view(archive, from, size) {
  must(from >= 0);
  return new DataView(await archive.slice(from, from + size).arrayBuffer());
}

/** @param {unknown} holds */
function must(holds) {
  if (!holds) throw new TypeError('This is no archive that a page has made.');
}
