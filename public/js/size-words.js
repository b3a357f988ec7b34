// A number of bytes in words. A plain function that needs no page.

import { language, t } from './words.js';

const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** In the largest unit that makes sense of it. @param {number} bytes */
export function sizeWords(bytes) {
  if (bytes < 1000) return t`${bytes} bytes`;
  let [size, unit] = [bytes / 1000, 0];
  while (size >= 999.5 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  const digits = size < 99.95 ? 1 : 0;
  return `${size.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${UNITS[unit]}`;
}
