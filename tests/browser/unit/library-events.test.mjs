// The library's events: both ways to listen, faults of a page, and objects that a framework has wrapped.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reactive } from '@vue/reactivity';
import { Events } from '../../../public/switchboard/events.js';

class Thing extends Events {
  count = 0;

  act() {
    this.count += 1;
    this.emit('act', this.count);
  }
}

test('an event reaches the property and the listeners, with its detail', () => {
  const thing = new Thing();
  const seen = [];
  const listen = ({ detail }) => seen.push(['listener', detail]);
  thing.onact = (detail) => seen.push(['property', detail]);
  thing.addEventListener('act', listen);
  thing.act();
  thing.removeEventListener('act', listen);
  thing.act();
  assert.deepEqual(seen, [['property', 1], ['listener', 1], ['property', 2]]);
});

test('a fault in a handler is reported, and the other listeners get the event', (t) => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  t.after(() => delete globalThis.reportError);
  const thing = new Thing();
  let heard = 0;
  thing.onact = () => {
    throw new Error('a fault of the page');
  };
  thing.addEventListener('act', () => (heard += 1));
  thing.act();
  assert.deepEqual([heard, reported], [1, ['a fault of the page']]);
});

test('events work in an object that Vue has wrapped', () => {
  const thing = reactive(new Thing());
  const seen = [];
  thing.addEventListener('act', ({ detail }) => seen.push(detail));
  thing.onact = (detail) => seen.push(detail);
  thing.act();
  assert.deepEqual(seen, [1, 1]);
});
