// Which parts of a message become links.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linksIn } from '../../../public/js/link-text.js';

const links = (text) => linksIn(text).filter(({ href }) => href).map((part) => part.text);
const whole = (text) => assert.equal(linksIn(text).map((part) => part.text).join(''), text);

test('an address ends before the punctuation and the brackets of the sentence around it', () => {
  const cases = {
    'See https://example.org/a?b=1#c.': ['https://example.org/a?b=1#c'],
    '(https://example.org)': ['https://example.org'],
    'https://example.org/wiki/Cat_(animal), or http://a.example!': ['https://example.org/wiki/Cat_(animal)', 'http://a.example'],
    '“https://example.org/x”…': ['https://example.org/x'],
    'HTTPS://EXAMPLE.ORG': ['HTTPS://EXAMPLE.ORG'],
    'https://example.org/ü/日本': ['https://example.org/ü/日本'],
    'https://[::1]:8181/chat.html?room=tea': ['https://[::1]:8181/chat.html?room=tea'],
    'no address': [],
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.deepEqual(links(text), expected, text);
    whole(text);
  }
});

test('nothing but http and https becomes a link', () => {
  const hostile = ['javascript:alert(1)', 'JAVASCRIPT://example.org/%0aalert(1)', 'data:text/html,<b>', 'file:///etc/passwd', 'xhttps://a.example',
    'blob:https://a.example/1', 'view-source:https://a.example', 'https://', 'http://', 'https://:80', 'https:/a.example', 'ftp://a.example', 'vbscript:https'];
  for (const text of hostile) {
    assert.ok(links(text).every((link) => /^https?:\/\/a\.example/.test(link)), text);
    whole(text);
  }
  assert.deepEqual(links('javascript:alert(1)//http'), []);
});

test('an address that leads elsewhere than it seems is no link', () => {
  for (const text of ['https://bank.example@evil.example/', 'https://a:b@evil.example', 'https://bank.example\\@evil.example', 'https://bank.example\\.evil.example']) {
    assert.deepEqual(links(text), [], text);
    whole(text);
  }
  // The order of letters is not changed within a link.
  assert.deepEqual(links('https://a.example/\u202Egnp.exe'), []);
  assert.deepEqual(links('https://a.exa\u200Bmple'), []);
});

test('markup stays in the text, and a link keeps none of it', () => {
  const text = '<a href="https://a.example/"onclick=alert(1)>x</a>';
  assert.deepEqual(linksIn(text).filter(({ href }) => href), [{ text: 'https://a.example/', href: 'https://a.example/' }]);
  whole(text);
});

test('a long text of nothing but beginnings, or of brackets, is read', () => {
  for (const text of ['https://'.repeat(250), `https://a.example/${')'.repeat(2000)}`, `https://a.example/${'(['.repeat(500)}${')]'.repeat(500)}`]) whole(text);
});
