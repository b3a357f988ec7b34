// @ts-check
// Notifications of the browser, for a user who looks elsewhere: at another tab, or another window.

/** A window without focus may lie behind others; pages are not told. */
export const isElsewhere = () => document.hidden || !document.hasFocus();

/** Phones have the name and no notifications of pages. */
export const mayAskForNotices = () => window.isSecureContext && window.Notification?.permission === 'default';

/**
 * One notification at a time, of one kind.
 * @param {string} tag by which the browser knows it
 */
export function createNotice(tag) {
  /** @type {Notification | null} */
  let shown = null;

  function withdraw() {
    shown?.close();
    shown = null;
  }

  return {
    /**
     * In place of the one before, where the user has allowed that.
     * @param {string} words
     */
    show(words) {
      withdraw();
      if (!isElsewhere() || window.Notification?.permission !== 'granted') return;
      try {
        shown = new Notification(words, { body: 'Switchboard', tag, icon: 'icon.svg' });
        shown.onclick = () => window.focus();
      } catch {
        // Chromium on Android has notifications of service workers only.
      }
    },

    withdraw,
  };
}
