// @ts-check
// The title of a page, which also shows while another tab is in front: then it counts the messages that have come.

/** What the title says besides the count. */
let words = document.title;
/** Messages that came while the page was hidden. */
let unseen = 0;

/** @param {string} next */
export function setTitle(next) {
  words = next;
  showTitle();
}

/** A message has come. */
export function countMessage() {
  if (!document.hidden) return;
  unseen += 1;
  // Adding it again adds nothing.
  document.addEventListener('visibilitychange', onVisibility);
  showTitle();
}

function onVisibility() {
  if (document.hidden) return;
  unseen = 0;
  showTitle();
}

function showTitle() {
  document.title = unseen ? `(${unseen}) ${words}` : words;
}
