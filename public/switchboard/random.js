// @ts-check
// Random text for ids that must not be guessed.

/**
 * @param {number} bytes
 * @returns {string} two hexadecimal digits for each
 */
export function randomHex(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
}
