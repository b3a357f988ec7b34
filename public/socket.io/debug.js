// What the client does, on the browser's console, if the page asks for it as with the official
// client's debug build: localStorage.debug = 'socket.io-client:*', and a reload. Names are parted by
// commas or spaces, `*` stands for any characters, a `-` before a name leaves it out. The names and
// lines are the official ones: socket.io-client:…, engine.io-client:…, socket.io-parser. They are at
// the level "verbose", which Chromium's console hides at first.

const COLORS = ['#06c', '#090', '#c60', '#93c', '#099', '#c33', '#669', '#960'];

/** The function that shows a line of this name: a format with %s, %d and %j (JSON), and its values. */
export function debugFor(name, wanted = readSwitch()) {
  if (!isWanted(name, wanted)) return () => {};
  const color = `color: ${COLORS[[...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLORS.length]}`;
  let last;
  return (format, ...values) => {
    const now = Date.now();
    const since = now - (last ?? now);
    last = now;
    const kinds = format.match(/%[sdj]/g) ?? [];
    const shown = values.map((value, n) => (kinds[n] === '%j' ? inJson(value) : value));
    const line = `%c${name} %c${format.replaceAll('%j', '%s')}%c +${since}ms`;
    console.debug(line, color, 'color: inherit', ...shown, color);
  };
}

function isWanted(name, wanted) {
  const patterns = wanted.split(/[\s,]+/).filter(Boolean);
  const matches = (pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  };
  const excluded = patterns.filter((pattern) => pattern.startsWith('-')).map((pattern) => pattern.slice(1));
  return !excluded.some(matches) && patterns.some(matches);
}

/** A browser that keeps no data for this page throws at the mere mention. */
function readSwitch() {
  try {
    return globalThis.localStorage?.getItem('debug') ?? '';
  } catch {
    return '';
  }
}

function inJson(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    return `[${error.message}]`;
  }
}
