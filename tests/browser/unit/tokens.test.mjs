// The tokens of the pages: what is read on which ground has the contrast that WCAG 2.2 asks for, in each scheme; and every
// style sheet uses tokens that there are, and nothing of its own in their place.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PUBLIC = fileURLToPath(new URL('../../../public/', import.meta.url));
const SHEETS = [...readdirSync(`${PUBLIC}css`).map((name) => `css/${name}`), 'check/check.css'];
const read = (path) => readFileSync(PUBLIC + path, 'utf8').replace(/\/\*.*?\*\//gs, '');

/** Words and the ground that they stand on: 4.5 to 1. */
const TEXTS = {
  ground: ['ink', 'ink-soft', 'accent', 'danger'],
  surface: ['ink', 'ink-soft', 'accent', 'accent-strong', 'danger'],
  accent: ['on-accent'],
  'accent-strong': ['on-accent'],
  danger: ['on-danger'],
  'danger-strong': ['on-danger'],
  'warning-ground': ['warning-ink'],
  board: ['board-ink', 'board-warning', 'board-accent'],
  'board-light': ['board-ink'],
  'board-accent': ['on-board-accent'],
  'board-accent-strong': ['on-board-accent'],
  lamp: ['on-lamp'],
};

/** What is pressed or filled in, what has the focus, and the lights: 3 to 1. */
const PARTS = {
  ground: ['edge', 'focus', 'lamp-off', 'lamp-waiting', 'lamp-live'],
  surface: ['edge', 'focus', 'lamp-off', 'lamp-waiting', 'lamp-live'],
  'warning-ground': ['lamp-waiting'],
  board: ['board-focus', 'lamp'],
};

/** The tokens of the `:root` in each block of the sheet, by the block's condition. */
function blocks() {
  const found = {};
  for (const [, condition = '', body] of read('css/tokens.css').matchAll(/(?:@media ([^{]+?) \{\s*)?:root \{([^}]*)\}/g)) {
    found[condition] = Object.fromEntries([...body.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name, value]));
  }
  return found;
}

const found = blocks();
const [dark, more] = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'];
const light = found[''];
const SCHEMES = {
  light,
  dark: { ...light, ...found[dark] },
  'light with more contrast': { ...light, ...found[more] },
  'dark with more contrast': { ...light, ...found[dark], ...found[more], ...found[`${more} and ${dark}`] },
};

for (const [scheme, tokens] of Object.entries(SCHEMES)) {
  test(`tokens of the scheme ${scheme} can be distinguished from their ground`, () => {
    const weak = [];
    for (const [pairs, least] of [[TEXTS, 4.5], [PARTS, 3]]) {
      for (const [ground, names] of Object.entries(pairs)) {
        for (const name of names) {
          const ratio = contrast(tokens[name], tokens[ground]);
          if (!(ratio >= least)) weak.push(`${name} on ${ground}: ${ratio.toFixed(2)}`);
        }
      }
    }
    assert.deepEqual(weak, []);
  });
}

test('more contrast is more', () => {
  for (const scheme of ['light', 'dark']) {
    for (const name of ['ink', 'ink-soft', 'edge', 'accent', 'danger']) {
      const [usual, strong] = [SCHEMES[scheme], SCHEMES[`${scheme} with more contrast`]];
      assert.ok(contrast(strong[name], strong.ground) > contrast(usual[name], usual.ground), `${scheme}: ${name}`);
    }
  }
});

test('style sheets use only tokens that there are', () => {
  const texts = SHEETS.map(read);
  const defined = new Set(texts.flatMap((text) => [...text.matchAll(/(--[\w-]+):/g)].map(([, name]) => name)));
  // Properties that scripts set have a fall-back, or are set before they are used.
  const set = readdirSync(`${PUBLIC}js`, { recursive: true }).filter((name) => name.endsWith('.js'))
    .flatMap((name) => [...read(`js/${name}`).matchAll(/setProperty\('(--[\w-]+)'/g)].map(([, property]) => property));
  const used = new Set(texts.flatMap((text) => [...text.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name)));
  assert.deepEqual([...used].filter((name) => !defined.has(name) && !set.includes(name)), []);
});

/** What stands in a token, by the properties that it belongs to. */
const RAW = [
  { kind: 'colour', properties: /./, value: /#[\da-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(|\b(?:black|white)\b/i },
  { kind: 'size of type', properties: /^font(?:-size)?$/, value: /(?<![\w.-])\d*\.?\d+(?:%|[a-z]+)/ },
  { kind: 'radius', properties: /^border(?:-\w+)*-radius$/, value: /(?<![\w.-])\d*\.?\d+(?:%|[a-z]+)/ },
  { kind: 'time', properties: /^(?:animation|transition)/, value: /(?<![\w.-])\d*\.?\d+m?s\b/ },
];

/** The declarations of a style sheet, those of custom properties among them. */
function declarations(path) {
  return [...read(path).matchAll(/(?:^|[{;])\s*(--[\w-]+|[a-z-]+):\s*([^;{}]+)(?=[;}])/g)].map(([, property, value]) => ({ path, property, value: value.trim() }));
}

const others = SHEETS.filter((path) => path !== 'css/tokens.css').flatMap(declarations);

test('colours, sizes of type, radii and times stand in the tokens', () => {
  const raw = others.flatMap(({ path, property, value }) => RAW
    .filter((rule) => rule.properties.test(property) && rule.value.test(value))
    .map(({ kind }) => `${path}: ${property}: ${value} (${kind})`));
  assert.deepEqual(raw, []);
});

test('a space that is a step is written as the step', () => {
  const steps = new Map(Object.entries(light).filter(([name]) => /^space-[\w-]+$/.test(name)).map(([name, value]) => [value, name]));
  const raw = others.filter(({ property }) => /^(?:(?:scroll-)?(?:margin|padding)|(?:row-|column-)?gap|inset)(?:-|$)/.test(property))
    .flatMap(({ path, property, value }) => (value.match(/(?<![\w.])\d*\.?\d+rem\b/g) ?? [])
      .filter((length) => steps.has(length)).map((length) => `${path}: ${property}: ${length} is --${steps.get(length)}`));
  assert.deepEqual(raw, []);
});

/** What a browser animates without painting anything again, and `animation-*`, which is no part of the picture. */
const COMPOSITED = /^(?:opacity|transform|translate|scale|rotate|animation-.*)$/;

test('what moves without end is not painted again in each frame', () => {
  const endless = new Set(others.filter(({ property, value }) => property === 'animation' && /\binfinite\b/.test(value)).map(({ value }) => value.split(/\s/)[0]));
  assert.ok(endless.has('glow'));
  const painted = SHEETS.flatMap((path) => [...read(path).matchAll(/@keyframes ([\w-]+) \{((?:[^{}]*\{[^}]*\})*)/g)])
    .filter(([, name]) => endless.delete(name))
    .flatMap(([, name, body]) => [...body.matchAll(/[{;]\s*([a-z-]+):/g)].map(([, property]) => ({ name, property })))
    .filter(({ property }) => !COMPOSITED.test(property));
  assert.deepEqual(painted, []);
  assert.deepEqual([...endless], [], 'animations without keyframes');
});

/** The ratio of two colours `#rrggbb` (WCAG 2.2, contrast ratio). */
function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('each page has the tokens before the style sheets that use them', () => {
  const pages = ['index.html', 'room.html', 'chat.html', 'check/index.html', 'inspector/index.html'];
  for (const page of pages) {
    const html = readFileSync(new URL(`../../../public/${page}`, import.meta.url), 'utf8');
    assert.match(/<link rel="stylesheet" href="([^"]+)"/.exec(html)[1], /css\/tokens\.css$/, page);
  }
});
