// Where the user of a page looks, and by what the page calls them: tones and notifications, which are kept instead of shown;
// and what the page asks of the screen: that it stays on, and windows for pictures.

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

/** Runs in the page before its scripts: gives locks that keep the screen on, and keeps them in `locks`. */
export function watchLocks() {
  window.locks = [];
  const request = async (type) => {
    const lock = { type, released: false, release: async () => (lock.released = true) };
    window.locks.push(lock);
    return lock;
  };
  Object.defineProperty(navigator, 'wakeLock', { value: { request } });
}

/** How many locks the page has been given, and how many of them it holds. */
export const locksOf = (page) => page.evaluate(() => [window.locks.length, window.locks.filter(({ released }) => !released).length]);

/** Runs in the page: a browser that shows one video at a time in a window of its own. */
export function giveWindows() {
  let shown = null;
  const move = (video) => {
    const left = shown;
    shown = video;
    left?.dispatchEvent(new Event('leavepictureinpicture', { bubbles: true }));
    shown?.dispatchEvent(new Event('enterpictureinpicture', { bubbles: true }));
  };
  Object.defineProperties(document, {
    pictureInPictureEnabled: { value: true },
    pictureInPictureElement: { get: () => shown },
    exitPictureInPicture: { value: async () => move(null) },
  });
  HTMLVideoElement.prototype.requestPictureInPicture = async function () {
    move(this);
  };
}

/** The notifications that stand there at present. */
export const notifications = (page) => page.evaluate(() => window.notifications);

/** How many tones the page has begun, if the browser lets them be heard. */
export const tonesOf = (page) => page.evaluate(() => (window.audioContext?.state === 'running' ? window.tones : 0));
