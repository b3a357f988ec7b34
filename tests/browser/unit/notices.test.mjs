// Notifications of the browser, for a user who looks elsewhere and has allowed them.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

/** All that were shown. */
let notifications = [];
let hasFocus = true;

globalThis.document = { hidden: false, hasFocus: () => hasFocus };
globalThis.window = globalThis;
globalThis.Notification = class {
  static permission = 'granted';
  isOpen = true;

  constructor(title, options) {
    Object.assign(this, { title, ...options });
    notifications.push(this);
  }

  close() {
    this.isOpen = false;
  }
};
const { createNotice } = await import('../../../public/js/notices.js');

const open = () => notifications.filter(({ isOpen }) => isOpen).map(({ title }) => title);
const notice = createNotice('test');

beforeEach(() => {
  notice.withdraw();
  notifications = [];
  hasFocus = true;
  document.hidden = false;
  Notification.permission = 'granted';
});

test('one notification is shown where the page is hidden or has no focus, and withdrawn', () => {
  document.hidden = true;
  notice.show('Carl is calling');
  assert.deepEqual(open(), ['Carl is calling']);
  assert.equal(notifications[0].tag, 'test');
  notice.withdraw();
  assert.deepEqual(open(), []);
  document.hidden = false;
  hasFocus = false; // Behind another window.
  notice.show('Carl is calling');
  notice.show('Dora is calling');
  assert.deepEqual(open(), ['Dora is calling']);
});

test('a user who looks at the page, or has not allowed it, gets none', () => {
  notice.show('Carl is calling');
  document.hidden = true;
  for (Notification.permission of ['default', 'denied']) notice.show('Carl is calling');
  assert.deepEqual(notifications, []);
});

test('a browser that has no notifications of pages, or only the name, does no harm', () => {
  document.hidden = true;
  const { Notification } = globalThis;
  globalThis.Notification = undefined;
  notice.show('Carl is calling');
  globalThis.Notification = class {
    static permission = 'granted';

    constructor() {
      throw new TypeError('Illegal constructor');
    }
  };
  notice.show('Carl is calling');
  notice.withdraw();
  globalThis.Notification = Notification;
  assert.deepEqual(notifications, []);
});
