// A menu that opens beside its button, over all else; a press elsewhere or Escape closes it, and the focus goes back to
// the button, both by the browser.

/** How far a menu stays from its button and from the edges, in px. */
const GAP = 8;

/**
 * @param {HTMLElement} menuEl with the attribute `popover`
 * @param {HTMLElement} buttonEl
 * @param {Element} [signEl] the part of a large button beside which the menu opens
 */
export function showMenu(menuEl, buttonEl, signEl = buttonEl) {
  if (menuEl.matches(':popover-open')) {
    hideMenu(menuEl);
    return;
  }
  menuEl.showPopover({ source: buttonEl });
  place(menuEl, signEl);
  // A slider or a select would take the keys that move in a menu: the first control is a button.
  menuEl.querySelector('button:not([hidden], :disabled)')?.focus({ preventScroll: true });
}

/** @param {HTMLElement} menuEl */
export function hideMenu(menuEl) {
  if (menuEl.matches(':popover-open')) menuEl.hidePopover();
}

/**
 * A button that opens a menu and closes it.
 * @param {HTMLElement} buttonEl
 * @param {HTMLElement} menuEl
 * @param {() => void} [onOpen] before it is shown
 */
export function connectMenu(buttonEl, menuEl, onOpen = () => {}) {
  let isOpenAtPress = false;
  // The press has closed it already when the click comes.
  buttonEl.addEventListener('pointerdown', () => (isOpenAtPress = menuEl.matches(':popover-open')));
  buttonEl.addEventListener('click', () => {
    if (isOpenAtPress && !menuEl.matches(':popover-open')) {
      isOpenAtPress = false;
      return;
    }
    isOpenAtPress = false;
    onOpen();
    showMenu(menuEl, buttonEl);
  });
  menuEl.addEventListener('toggle', () => buttonEl.setAttribute('aria-expanded', String(menuEl.matches(':popover-open'))));
}

// What was beside its button is elsewhere then.
addEventListener('resize', () => document.querySelectorAll('[popover]:popover-open').forEach(hideMenu));

/**
 * Above the button or its sign, or below where there is more room, and within the window; beside it in a window that is too
 * low for both.
 */
function place(menuEl, signEl) {
  const button = signEl.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menuEl;
  const above = button.top;
  const below = innerHeight - button.bottom;
  const isRightToLeft = getComputedStyle(menuEl).direction === 'rtl';
  let side = isRightToLeft ? button.left : button.right - width;
  if (height + 2 * GAP > Math.max(above, below)) {
    const isBefore = button.left >= width + 2 * GAP;
    const isAfter = innerWidth - button.right >= width + 2 * GAP;
    if (isBefore || isAfter) side = isBefore && !(isRightToLeft && isAfter) ? button.left - width - GAP : button.right + GAP;
  }
  menuEl.style.setProperty('left', `${within(side, innerWidth - width)}px`);
  menuEl.style.setProperty('top', `${within(above > below ? above - height - GAP : button.bottom + GAP, innerHeight - height)}px`);
}

function within(value, most) {
  return Math.round(Math.max(GAP, Math.min(value, most - GAP)));
}
