// @ts-check
// Finds the web addresses in a text. A plain function that needs no page. The text comes from a stranger: only what is http or
// https by the browser's own reading becomes a link, and only if it leads where it seems to lead.

/** @typedef {{text: string, href?: string}} Part a link has an `href` */

/** Spaces, quotes, controls, and what changes the order of the letters on the screen or is not seen at all. */
const END = '\\s<>"“”«»`\\p{Cc}\\p{Cf}';
const ADDRESS = new RegExp(`(?<![\\p{L}\\p{N}])https?://[^${END}]+(?![^${END}]|\\p{Cf})`, 'giu');

/** What ends a sentence, and not an address. */
const TRAILING = /[.,;:!?'’…*_~|]+$/u;
const BRACKETS = { ')': '(', ']': '[', '}': '{' };

/**
 * @param {string} text
 * @returns {Part[]} together they are the text
 */
export function linksIn(text) {
  /** @type {Part[]} */
  const parts = [];
  let done = 0;
  const add = (part) => part.text && parts.push(part);
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutEnd(found);
    const href = hrefOf(address);
    if (!href) continue;
    add({ text: text.slice(done, index) });
    add({ text: address, href });
    done = index + address.length;
  }
  add({ text: text.slice(done) });
  return parts;
}

/** Without the punctuation and the brackets that belong to the words around it. @param {string} address */
function withoutEnd(address) {
  let rest = address;
  for (;;) {
    const shorter = rest.replace(TRAILING, '');
    const last = shorter.at(-1) ?? '';
    const opening = BRACKETS[last];
    const isOpened = opening && shorter.split(opening).length >= shorter.split(last).length;
    const next = opening && !isOpened ? shorter.slice(0, -1) : shorter;
    if (next === rest) return rest;
    rest = next;
  }
}

/** @param {string} address @returns {string} empty where it is no address that can be trusted */
function hrefOf(address) {
  try {
    const { protocol, hostname, username, password, href } = new URL(address);
    // `https://bank.example@evil.example` shows one host and leads to another.
    const isPlain = /^https?:$/.test(protocol) && hostname && !username && !password && !address.includes('\\');
    return isPlain ? href : '';
  } catch {
    return '';
  }
}
