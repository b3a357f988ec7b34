// The title of a page, with the messages that came while it was hidden.

import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.document = Object.assign(new EventTarget(), { title: 'Room', hidden: false });
const { countMessage, setTitle } = await import('../../../public/js/page-title.js');

function show(isShown) {
  document.hidden = !isShown;
  document.dispatchEvent(new Event('visibilitychange'));
}

test('messages are counted while the page is hidden, whatever else the title says, until it is seen', () => {
  setTitle('tea');
  countMessage();
  assert.equal(document.title, 'tea', 'the user sees it');
  show(false);
  countMessage();
  countMessage();
  assert.equal(document.title, '(2) tea');
  setTitle('1 waits – tea');
  assert.equal(document.title, '(2) 1 waits – tea');
  show(false);
  assert.equal(document.title, '(2) 1 waits – tea');
  show(true);
  assert.equal(document.title, '1 waits – tea');
  show(false);
  assert.equal(document.title, '1 waits – tea');
  countMessage();
  assert.equal(document.title, '(1) 1 waits – tea');
});
