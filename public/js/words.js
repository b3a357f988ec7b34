// The words of the pages in the language of the browser. English stands in the pages and scripts themselves and is the key
// of the tables in words/. js/load.js has chosen the language; a page names its tables: <html data-words="shared call">.

const root = globalThis.document?.documentElement;

/** `en`, `de` or `es`. */
export const language = root?.lang || 'en';

/** For times, which have many forms in English: that of the browser. */
export const timeLanguage = language === 'en' ? undefined : language;

/** @type {Record<string, Record<string, string>>} */
const table = {};
/** What the server rejects, by code or by its sentence. @type {Record<string, Record<string, string>>} */
const refusals = {};

/** The sentences of the library, which the pages get with their values in place. @type {Record<string, Record<string, string>>} */
const library = {};

/** Those with a placeholder, as patterns; the longest first. @type {{pattern: RegExp, words: string}[] | undefined} */
let patterns;

/** What of an element is read by people, besides its text. */
const ATTRIBUTES = ['aria-label', 'title', 'placeholder', 'alt'];

if (language !== 'en') {
  await fetchTables().catch(() => (root.lang = 'en')); // The page goes on in English.
  translateElement(root);
  root.classList.remove('is-untranslated');
}

async function fetchTables() {
  const names = root.dataset.words.split(' ');
  const parts = await Promise.all([import('../words/refusals.js'), ...names.map((name) => import(`../words/${name}.js`))]);
  Object.assign(refusals, parts.shift().default);
  for (const [n, part] of parts.entries()) {
    Object.assign(table, part.default);
    if (names[n] === 'library') Object.assign(library, part.default);
  }
}

/**
 * A sentence in the user's language: t`Call ${name} again` looks for “Call {1} again”.
 * @param {TemplateStringsArray} strings
 * @param {...(string|number)} values
 * @returns {string}
 */
export function t(strings, ...values) {
  const key = strings.reduce((text, part, n) => `${text}{${n}}${part}`);
  const words = table[key]?.[language] ?? key;
  return values.length ? words.replace(/\{(\d+)\}/g, (_, n) => String(values[n - 1])) : words;
}

/**
 * A sentence that comes from the library or the server, in the user's language if the tables have it.
 * @param {string} sentence
 * @returns {string}
 */
export function translate(sentence) {
  if (language === 'en' || !sentence) return sentence;
  return (table[sentence] ?? refusals[sentence])?.[language] ?? matching(sentence) ?? sentence;
}

/**
 * What the server or the library has rejected, in the user's language.
 * @param {{code?: string, message: string}} refusal
 * @returns {string}
 */
export function refusalWords({ code = '', message }) {
  if (language === 'en') return message;
  // Before the patterns, which could match a sentence of the server by accident.
  const words = table[message] ?? refusals[message] ?? refusals[code];
  return words?.[language] ?? translate(message);
}

/** @param {string} sentence */
function matching(sentence) {
  patterns ??= Object.entries(library)
    .filter(([key]) => key.includes('{1}'))
    .sort(([one], [other]) => other.length - one.length)
    .map(([key, words]) => ({ pattern: patternOf(key), words: words[language] }));
  for (const { pattern, words } of patterns) {
    const values = pattern.exec(sentence)?.groups;
    if (values) return words.replace(/\{(\d+)\}/g, (_, n) => translate(values[`v${n}`]));
  }
  return undefined;
}

/** @param {string} key */
function patternOf(key) {
  const literal = key.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  const value = /[.:?]/.test(key) ? '.+?' : '[^.:]+?'; // Without these it is a list, and no sentence.
  return new RegExp(`^${literal.replace(/\{(\d+)\}/g, `(?<v$1>${value})`)}$`, 's');
}

/**
 * Translates what stands in the page's own HTML.
 * @param {Element | DocumentFragment} element
 */
function translateElement(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) translateText(/** @type {Text} */ (node));
    else if (node instanceof Element) translateAttributes(node);
    if (node instanceof HTMLTemplateElement) translateElement(node.content);
  }
}

/** @param {Text} node */
function translateText(node) {
  const key = node.data.replace(/\s+/g, ' ').trim();
  const words = table[key]?.[language];
  if (words) node.data = node.data.replace(/\S(?:.*\S)?/s, () => words);
}

/** @param {Element} element */
function translateAttributes(element) {
  for (const name of ATTRIBUTES) {
    const words = table[element.getAttribute(name) ?? '']?.[language];
    if (words) element.setAttribute(name, words);
  }
}
