// Shows the tokens as the browser's scheme has them, computes their contrast, and lists the icons of the sprite.

import { ask } from '../js/question.js';
import { byId, createElement, icon, setText } from '../js/ui.js';

/** What stands on which ground, and the contrast that it needs; the unit test of the tokens computes the same. */
const PAIRS = [
  ...['ink', 'ink-soft', 'accent', 'danger'].map((name) => [name, 'ground', 4.5]),
  ...['ink', 'ink-soft', 'accent', 'danger'].map((name) => [name, 'surface', 4.5]),
  ['on-accent', 'accent', 4.5], ['on-danger', 'danger', 4.5], ['warning-ink', 'warning-ground', 4.5],
  ['board-ink', 'board', 4.5], ['board-warning', 'board', 4.5],
  ['on-board-accent', 'board-accent', 4.5], ['on-board-accent', 'board-accent-strong', 4.5], ['on-lamp', 'lamp', 4.5],
  ...['edge', 'focus', 'lamp-off', 'lamp-waiting', 'lamp-live'].map((name) => [name, 'ground', 3]),
  ['board-focus', 'board', 3], ['lamp', 'board', 3],
];

/** @param {string} name */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function showPairs() {
  byId('pairs').replaceChildren(...PAIRS.map(([name, ground, least]) => {
    const ratio = contrast(colourOf(name), colourOf(ground));
    // What is drawn then is not the token.
    const isForced = matchMedia('(forced-colors: active)').matches;
    const item = createElement('li', { className: ratio < least && !isForced ? 'is-weak' : '' },
      createElement('strong', {}, name), `on ${ground}: ${isForced ? 'in the colours of the system' : `${ratio.toFixed(2)} of ${least}`}`);
    item.style.background = `var(--${ground})`;
    // Lights and edges are no words: theirs are in the ink of the ground.
    if (least > 3) item.style.color = `var(--${name})`;
    else {
      item.style.color = `var(--${ground === 'board' ? 'board-ink' : 'ink'})`;
      item.style.setProperty('--shown', `var(--${name})`);
    }
    return item;
  }));
}

/** Red, green and blue, as the browser draws the token: forced colours have names. @param {string} name */
function colourOf(name) {
  const context = createElement('canvas', { width: 1, height: 1 }).getContext('2d');
  context.fillStyle = token(name);
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => part / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function showSizes() {
  byId('spaces').append(...['half', '1', '1-half', '2', '2-half', '3', '3-half', '4', '5', '6', '8', '12'].map((step) => {
    const bar = createElement('span', { className: 'bar' });
    bar.style.inlineSize = `var(--space-${step})`;
    return createElement('li', {}, `space-${step} ${token(`space-${step}`)}`, bar);
  }));
  byId('texts').append(...['tiny', 'label', 'small', 'hint', 'body', 'title', 'lead', 'brand', 'call', 'letter-small', 'letter'].map((name) => {
    const item = createElement('li', {}, `text-${name} ${token(`text-${name}`)}`);
    item.style.fontSize = `var(--text-${name})`;
    return item;
  }));
  byId('radii').append(...['line', 'tiny', 'small', '', 'large', 'round', 'circle'].map((name) => {
    const item = createElement('li', {}, ['radius', name].filter(Boolean).join('-'));
    item.style.borderRadius = `var(--${['radius', name].filter(Boolean).join('-')})`;
    return item;
  }));
}

async function showIcons() {
  const sprite = new DOMParser().parseFromString(await (await fetch('icons.svg')).text(), 'image/svg+xml');
  byId('icon-list').append(...[...sprite.querySelectorAll('symbol')].map(({ id }) => createElement('li', {}, icon(id), id)));
}

for (const button of document.querySelectorAll('[aria-pressed]')) {
  button.addEventListener('click', () => button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true')));
}
byId('fields-form').addEventListener('submit', (event) => event.preventDefault());
byId('open-dialog').addEventListener('click', async () => {
  const isYes = await ask({ title: 'Leave this page?', words: 'The call ends.', yes: 'Leave', no: 'Stay' });
  setText(byId('answer'), isYes ? 'Answered: leave.' : 'Answered: stay.');
});
for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) {
  matchMedia(query).addEventListener('change', showPairs);
}
showPairs();
showSizes();
showIcons();
