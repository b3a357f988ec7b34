// @ts-check
// Keeps the screen of a phone on while a page is in use without being touched: in a call, in a room, waiting for an answer.

/** Whether the page wants the screen to stay on. */
let isWanted = false;
/** @type {WakeLockSentinel | null} */
let lock = null;
/** The browser has not answered yet. A second request would leave one lock that nothing releases. */
let isAsking = false;
/** The page was hidden or shown meanwhile: a refusal may have been for that reason, and holds no longer. */
let isOutdated = false;

/**
 * Without the browser's help, or where it refuses (a low battery), the screen goes off as the device is set.
 * @param {boolean} wanted
 */
export function keepScreenOn(wanted) {
  isWanted = wanted;
  // The browser takes the lock away from a page that is hidden. Adding it again adds nothing.
  document.addEventListener('visibilitychange', onVisibility);
  settle();
}

function onVisibility() {
  isOutdated = isAsking;
  settle();
}

async function settle() {
  if (isAsking) return;
  if (!isWanted) {
    lock?.release().catch(() => {});
    lock = null;
    return;
  }
  if (document.visibilityState !== 'visible' || (lock && !lock.released)) return;
  isAsking = true;
  isOutdated = false;
  lock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
  isAsking = false;
  // What has changed meanwhile. A refusal alone is not asked about again.
  if (lock || isOutdated) settle();
}
