// What the browser remembers for our pages. Where its settings forbid that, nothing is remembered,
// and all else goes on.

/**
 * @param {'sessionStorage'|'localStorage'} where the tab's memory, or the browser's
 * @param {string} key
 * @returns {string|null}
 */
export function recall(where, key) {
  try {
    return window[where].getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {'sessionStorage'|'localStorage'} where
 * @param {string} key
 * @param {string} value
 */
export function remember(where, key, value) {
  try {
    window[where].setItem(key, value);
  } catch {
    // It will be asked for again.
  }
}
