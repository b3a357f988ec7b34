// @ts-check
// A picture that was sent or received, shown small in its card. Of which kind a file is, its first bytes say, not its name:
// only raster pictures are shown, which browsers decode apart from the page; an SVG could bring scripts and links.

import { createElement } from '../ui.js';

/** What is larger is not shown: in bytes, and in pixels once it is decoded. */
const LARGEST = 30 * 1000 * 1000;
const MOST_PIXELS = 64 * 1000 * 1000;

/** How many bytes tell the kind. */
const BEGINNING = 16;

/**
 * @param {Uint8Array} bytes the first ones of a file
 * @returns {string} the type of the picture; empty where it is none that is shown
 */
export function pictureType(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, BEGINNING));
  if (text.startsWith('\x89PNG\r\n\x1A\n')) return 'image/png';
  if (text.startsWith('\xFF\xD8\xFF')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(text)) return 'image/gif';
  if (/^RIFF[^]{4}WEBP/.test(text)) return 'image/webp';
  if (/^[^]{4}ftypavi[fs]/.test(text)) return 'image/avif';
  return '';
}

/**
 * @param {Blob} blob
 * @param {string} name
 * @returns {Promise<{element: HTMLImageElement, url: string} | null>} null where it is no picture, or too large a one; the
 *   URL is to be revoked by the caller
 */
export async function previewOf(blob, name) {
  if (blob.size > LARGEST) return null;
  const type = pictureType(new Uint8Array(await blob.slice(0, BEGINNING).arrayBuffer()));
  if (!type) return null;
  const url = URL.createObjectURL(blob.slice(0, blob.size, type));
  const element = /** @type {HTMLImageElement} */ (createElement('img', { className: 'file-picture', alt: name, decoding: 'async', draggable: false }));
  try {
    await new Promise((resolve, reject) => {
      element.onload = resolve;
      element.onerror = reject;
      element.src = url;
    });
    const { naturalWidth, naturalHeight } = element;
    if (naturalWidth * naturalHeight > MOST_PIXELS || naturalWidth === 0) throw new Error('too large');
    // Its place is known before it is painted: nothing moves afterwards.
    Object.assign(element, { width: naturalWidth, height: naturalHeight });
    return { element, url };
  } catch {
    URL.revokeObjectURL(url);
    return null;
  }
}
