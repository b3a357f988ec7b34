// @ts-check
// An incoming call on the stage: who calls, Answer and Decline. It is heard, named in the title and in the tab's icon, and
// notified where the user has allowed that. Calls beyond the first are in the list of waiting calls.

import { byId, setText } from '../ui.js';
import { refusalWords, t } from '../words.js';
import { startRinging, stopRinging } from './ring-signals.js';

/** @typedef {import('../../switchboard.esm.js').IncomingCall} IncomingCall */

const ringEl = byId('ring');
const iconEl = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel="icon"]'));
const ICONS = { quiet: iconEl.href, ringing: new URL('icon-ringing.svg', iconEl.href).href };

/** The ids of calls that this user does not want to see here. @type {Set<string>} */
const dismissed = new Set();

/** The call that is shown. @type {IncomingCall | null} */
let shown = null;

/**
 * @param {object} page
 * @param {(incoming: IncomingCall) => void} page.answer
 * @param {(incoming: IncomingCall) => void} page.onHidden the user has declined it, or does not want to see it here
 * @param {(message: string) => void} page.onProblem
 */
export function connectRing({ answer, onHidden, onProblem }) {
  byId('ring-answer').addEventListener('click', () => shown && answer(shown));
  byId('ring-decline').addEventListener('click', async () => {
    const declined = shown;
    if (!declined) return;
    dismissed.add(declined.offerId);
    hide();
    onHidden(declined);
    // A call to all of the lobby goes on for the others, and stays in the list.
    if (declined.isDirect) await declined.decline().catch((error) => onProblem(refusalWords(error)));
  });
}

/**
 * Shows the oldest call that waits, if the user can answer now.
 * @param {IncomingCall[]} incoming
 * @param {boolean} mayAnswer
 * @param {boolean} isWaiting the user's own call waits, too
 */
export function showRing(incoming, mayAnswer, isWaiting) {
  const waiting = incoming.filter(({ offerId }) => !dismissed.has(offerId));
  const [first] = mayAnswer ? waiting : [];
  if (!first) {
    hide();
    return;
  }
  const words = t`${first.name} is calling`;
  const more = waiting.length - 1;
  setText(byId('ring-words'), words);
  setText(byId('ring-note'), noteFor(first, more, isWaiting));
  setText(byId('ring-decline'), first.isDirect ? t`Decline` : t`Hide here`);
  setText(byId('ring-answer'), isWaiting ? t`Join the calls` : t`Answer`);
  setText(byId('ring-said'), isWaiting ? `${words}.` : ''); // Without a call of one's own the status line says so.
  ringEl.hidden = false;
  if (first.offerId === shown?.offerId) {
    shown = first;
    return;
  }
  shown = first;
  iconEl.href = ICONS.ringing;
  startRinging(words);
}

/** Who calls, for the title; empty without a call. */
export const ringingWords = () => (shown ? t`${shown.name} is calling` : '');

function noteFor({ name, isDirect }, more, isWaiting) {
  const notes = [];
  if (isWaiting) notes.push(t`You are calling, too. Join the calls, and you talk to ${name}.`);
  else if (!isDirect) notes.push(t`The call is for everyone here: the first to answer gets it. Hidden, it stays under “Waiting calls”.`);
  if (more === 1) notes.push(t`One more under “Waiting calls”.`);
  else if (more) notes.push(t`${more} more under “Waiting calls”.`);
  return notes.join(' ');
}

function hide() {
  if (!shown) return;
  shown = null;
  ringEl.hidden = true;
  setText(byId('ring-said'), '');
  iconEl.href = ICONS.quiet;
  stopRinging();
}
