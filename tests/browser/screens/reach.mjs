// Whether all of a page can be reached in its window, by functions that run in the page (screens.mjs).

/**
 * The width of the page where it scrolls sideways, else 0.
 * @param {string} dir in which it is read
 */
export async function widthRead(dir) {
  const root = document.documentElement;
  root.dir = dir;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const width = root.scrollWidth;
  root.removeAttribute('dir');
  return width > innerWidth ? width : 0;
}

/**
 * What could be used but cannot be pressed, since it lies outside of all that scrolls, or something covers it. Where a
 * dialog, a menu or the details of the quality are open, or a part of the page is in full screen, only what is in it
 * counts. The page is scrolled as before in the end.
 */
export function unreachable() {
  const scrolled = [...document.querySelectorAll('*')].filter(({ scrollTop, scrollLeft }) => scrollTop || scrollLeft)
    .map((element) => [element, element.scrollTop, element.scrollLeft]);
  const part = document.querySelector('dialog:modal, :popover-open, .quality-details:not([hidden])')
    ?? document.fullscreenElement ?? document;
  const found = [...part.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((element) => !element.matches(':disabled, .skip') && element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((element) => !canBePressed(element))
    .map((element) => `${element.tagName.toLowerCase()}#${element.id || element.className || element.textContent.trim()}`);
  for (const [element, top, left] of scrolled) Object.assign(element, { scrollTop: top, scrollLeft: left });
  return found;

  function canBePressed(element) {
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const { left, top, right, bottom } = element.getClientRects()[0]; // A link may go on in the next line.
    const [x, y] = [middle(left, right, innerWidth), middle(top, bottom, innerHeight)];
    const hit = document.elementFromPoint(x, y);
    if (hit?.closest('.side > .panel') && !element.closest('.side')) return true; // Over the tiles, until it is closed.
    return hit !== null && (element.contains(hit) || (hit.contains(element) && hit.matches('label')));
  }

  /** Of what is within the window. */
  function middle(from, to, end) {
    return (Math.max(from, 0) + Math.min(to, end)) / 2;
  }
}
