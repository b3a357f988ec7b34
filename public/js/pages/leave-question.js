// @ts-check
// Asks before a link ends a call or a stay. Only links: the back button, a reload and closing the tab are between the user
// and the browser, whose own question (`beforeunload`) is not asked on phones.

import { ask } from '../question.js';
import { t } from '../words.js';

/**
 * @param {() => Partial<import('../question.js').Question> | null} question what is asked at present; null where leaving
 *   ends nothing
 * @param {() => void} [onLeave] the user leaves: ends what there is
 */
export function connectLeaveQuestion(question, onLeave = () => {}) {
  document.addEventListener('click', async (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || !isLeaving(event, link, location.href)) return;
    const asked = question();
    if (!asked) return;
    event.preventDefault();
    const isLeft = await ask({ title: t`Leave this page?`, yes: t`Leave`, no: t`Stay`, ...asked });
    if (!isLeft) return;
    onLeave();
    location.assign(link.href);
  });
}

/**
 * Whether a click on a link takes this tab to another page.
 * @param {Pick<MouseEvent, 'defaultPrevented' | 'button' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>} click
 * @param {{href: string, target: string, download: string}} link
 * @param {string} here the address of this page
 */
export function isLeaving({ defaultPrevented, button, ctrlKey, metaKey, shiftKey, altKey }, { href, target, download }, here) {
  if (defaultPrevented || button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return false; // Into another tab, or saved.
  if ((target && target !== '_self') || download) return false;
  const to = new URL(href, here);
  if (!/^https?:$/.test(to.protocol)) return false;
  return !(to.hash && withoutHash(to) === withoutHash(new URL(here)));
}

/** @param {URL} url */
function withoutHash({ href, hash }) {
  return href.slice(0, href.length - hash.length);
}
