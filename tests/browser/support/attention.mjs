// Where the user of a page looks, and by what the page calls them: tones and notifications, which are kept instead of shown.

/** As when another tab is in front: a page of these tests always is. */
export function show(page, visibility) {
  return page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value: value === 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visibility);
}

/** Runs in the page before its scripts: counts tones, in `tones`, and keeps notifications, which the user has allowed. */
export function watchCalling() {
  window.tones = 0;
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...when) {
    window.tones += 1;
    window.audioContext = this.context;
    return start.apply(this, when);
  };
  window.notifications = [];
  window.Notification = class {
    static permission = 'granted';

    constructor(title) {
      window.notifications.push(title);
      this.close = () => window.notifications.splice(window.notifications.indexOf(title), 1);
    }
  };
}

/** The notifications that stand there at present. */
export const notifications = (page) => page.evaluate(() => window.notifications);

/** How many tones the page has begun, if the browser lets them be heard. */
export const tonesOf = (page) => page.evaluate(() => (window.audioContext?.state === 'running' ? window.tones : 0));
