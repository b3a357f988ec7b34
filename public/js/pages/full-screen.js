// @ts-check
// Full screen for a part of the page, by a button and a key. Some browsers have it for videos alone: no button there.

/**
 * @param {HTMLElement} buttonEl
 * @param {HTMLElement} partEl
 */
export function connectFullScreen(buttonEl, partEl) {
  buttonEl.hidden = !document.fullscreenEnabled;
  buttonEl.addEventListener('click', () => switchFullScreen(partEl));
  document.addEventListener('fullscreenchange', () => {
    buttonEl.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
}

/** @param {HTMLElement} partEl */
export function switchFullScreen(partEl) {
  if (document.fullscreenElement) leaveFullScreen();
  else partEl.requestFullscreen?.().catch(() => {});
}

export function leaveFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
}
