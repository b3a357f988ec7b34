// Which key presses are shortcuts of a page, and which clicks on links leave it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isLeaving } from '../../../public/js/pages/leave-question.js';
import { keyOf } from '../../../public/js/shortcuts.js';

test('a letter alone is a shortcut, with a modifier, held or composed it is not', () => {
  const cases = [
    [{ key: 'm' }, 'm'],
    [{ key: 'M' }, 'm'], // Caps Lock
    [{ key: '?', shiftKey: true }, '?'],
    [{ key: '?' }, '?'],
    [{ key: 'M', shiftKey: true }, ''],
    [{ key: 'm', ctrlKey: true }, ''],
    [{ key: 'm', metaKey: true }, ''],
    [{ key: 'm', altKey: true }, ''],
    [{ key: 'm', repeat: true }, ''],
    [{ key: 'm', isComposing: true }, ''],
    [{ key: 'Enter' }, ''],
    [{ key: 'F5', code: 'F5' }, ''],
    [{ key: ' ' }, ''],
    [{ key: '5', code: 'Digit5' }, ''],
  ];
  for (const [event, key] of cases) assert.equal(keyOf(event), key, JSON.stringify(event));
});

test('on a keyboard of another alphabet the place of the key counts, on a Latin one the letter', () => {
  assert.equal(keyOf({ key: 'ь', code: 'KeyM' }), 'm');
  assert.equal(keyOf({ key: 'μ', code: 'KeyM' }), 'm');
  assert.equal(keyOf({ key: 'ö', code: 'Semicolon' }), '');
  assert.equal(keyOf({ key: 'm', code: 'Semicolon' }), 'm'); // French
});

test('one key means the same on all pages', () => {
  const pages = ['call-keys', 'room-bar', 'chat'].map((name) => {
    const source = readFileSync(new URL(`../../../public/js/pages/${name}.js`, import.meta.url), 'utf8');
    return new Map([...source.matchAll(/\{ key: '(\w)', words: t`([^`]+)`/g)].map(([, key, words]) => [key, words]));
  });
  for (const keys of pages) {
    assert.ok(keys.size > 2);
    for (const [key, words] of keys) {
      const all = pages.map((other) => other.get(key)).filter(Boolean);
      if (key === 't') assert.match(words, /chat|message/);
      else if (key === 'l') assert.match(words, /^(Hang up|Leave the (room|chat)), after a question$/);
      else assert.deepEqual([...new Set(all)], [words], key);
      if (key !== 'l') assert.doesNotMatch(words, /hang up|leave/i);
    }
    assert.ok(keys.has('l'));
  }
});

test('only a plain click on a link to another page leaves this one', () => {
  const here = 'https://host/base/?lobby=a#top';
  const click = { defaultPrevented: false, button: 0, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  const leaves = (href, { by = {}, target = '', download = '' } = {}) => isLeaving({ ...click, ...by }, { href, target, download }, here);
  for (const href of ['https://host/base/room.html', 'https://other/', 'https://host/base/?lobby=a', 'https://host/base/?lobby=b#top']) {
    assert.equal(leaves(href), true, href);
  }
  for (const href of ['https://host/base/?lobby=a#stage', 'mailto:a@b', 'javascript:0', 'blob:https://host/1']) {
    assert.equal(leaves(href), false, href);
  }
  for (const by of [{ defaultPrevented: true }, { button: 1 }, { ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { altKey: true }]) {
    assert.equal(leaves('https://other/', { by }), false, JSON.stringify(by));
  }
  assert.equal(leaves('https://other/', { target: '_blank' }), false);
  assert.equal(leaves('https://other/', { target: '_self' }), true);
  assert.equal(leaves('https://host/a', { download: 'a' }), false);
});
