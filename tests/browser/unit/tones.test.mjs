// Tones are heard once the browser lets the page be heard, at the latest at the next press.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** The frequencies of what was started. */
let started = [];
/** Whether the browser lets sound begin, as after a press. */
let isAllowed = false;
/** @type {FakeContext} */
let context;

class FakeContext extends EventTarget {
  state = 'suspended';
  currentTime = 0;

  constructor() {
    super();
    assert.ok(isAllowed, 'made before a press, which the browser logs');
    context = this;
  }

  async resume() {
    if (!isAllowed) throw new DOMException('', 'NotAllowedError');
    this.become('running');
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeNode {
  connect() {}
}

const ramp = { setValueAtTime() {}, linearRampToValueAtTime() {} };
const pressed = new EventTarget();
Object.assign(globalThis, {
  window: globalThis,
  addEventListener: pressed.addEventListener.bind(pressed),
  removeEventListener: pressed.removeEventListener.bind(pressed),
  AudioContext: FakeContext,
  GainNode: class extends FakeNode {
    gain = ramp;
  },
  OscillatorNode: class extends FakeNode {
    constructor(_, { frequency }) {
      super();
      this.start = () => started.push(frequency);
      this.stop = () => {};
    }
  },
});
Object.defineProperty(globalThis, 'navigator', { value: { userActivation: { get hasBeenActive() { return isAllowed; } } }, configurable: true });

const press = (type) => pressed.dispatchEvent(new Event(type));
const LOW = [{ at: 0, hz: 200 }];
const HIGH = [{ at: 0, hz: 900 }, { at: 0.2, hz: 901 }];

/** A page of its own for each test. */
let page;
let pages = 0;
beforeEach(async () => {
  isAllowed = false;
  started = [];
  context = undefined;
  page = await import(`../../../public/js/tones.js?${(pages += 1)}`);
  page.connectTones();
});

test('tones that come before any press are heard at the press, the last ones alone', () => {
  page.playTones(LOW);
  page.playTones(HIGH);
  press('keydown'); // Escape is no such press.
  assert.deepEqual([context, started], [undefined, []]);
  isAllowed = true;
  press('click');
  assert.deepEqual([context.state, started], ['running', [900, 901]]);
  press('click');
  assert.equal(started.length, 2);
});

for (const type of ['pointerup', 'touchend', 'click', 'keydown']) {
  test(`after ${type} tones are heard at once`, () => {
    isAllowed = true;
    press('pointerdown'); // Of a finger this is none.
    assert.equal(context, undefined);
    press(type);
    page.playTones(LOW);
    assert.deepEqual(started, [200]);
  });
}

test('tones that were withdrawn before a press are not heard', () => {
  page.playTones(LOW);
  page.withdrawTones();
  isAllowed = true;
  press('click');
  assert.deepEqual([context.state, started], ['running', []]);
});

test('tones do not overlap others', () => {
  isAllowed = true;
  press('click');
  page.playTones(HIGH);
  context.currentTime = 0.3;
  page.playTones(LOW);
  assert.deepEqual(started, [900, 901]);
  context.currentTime = 0.5;
  page.playTones(LOW);
  assert.deepEqual(started, [900, 901, 200]);
});

test('sound that the browser has interrupted goes on with the next tones, or with the next press', async () => {
  isAllowed = true;
  press('click');
  context.become('interrupted');
  page.playTones(LOW);
  assert.deepEqual([context.state, started], ['running', [200]]);

  context.become('suspended');
  context.currentTime = 9;
  const { resume } = context;
  context.resume = async () => {
    throw new DOMException('', 'InvalidStateError');
  };
  page.playTones(HIGH);
  await Promise.resolve();
  assert.deepEqual(started, [200]);
  context.resume = resume;
  press('touchend');
  assert.deepEqual(started, [200, 900, 901]);
});
