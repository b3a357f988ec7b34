// @ts-check
// Keys of the call page, and the question before a call is ended by a key or a link.

import { ask, withdrawQuestion } from '../question.js';
import { connectShortcuts } from '../shortcuts.js';
import { byId } from '../ui.js';
import { t } from '../words.js';
import { toggleFullScreen } from './call-tools.js';
import { screenEl, state, toggleEls } from './call-view.js';
import { connectLeaveQuestion } from './leave-question.js';

const isCalling = () => ['starting', 'waiting', 'connecting', 'connected'].includes(state());

/** @param {() => void} hangUp */
export function connectCallKeys(hangUp) {
  connectShortcuts([
    { key: 'm', words: t`Microphone on or off`, press: () => toggleEls.audio.click() },
    { key: 'c', words: t`Camera on or off`, press: () => toggleEls.video.click() },
    { key: 's', words: t`Share the screen, or stop`, press: () => screenEl.click(), isPossible: () => !screenEl.hidden },
    { key: 'f', words: t`Full screen`, press: toggleFullScreen, isPossible: () => state() === 'connected' },
    { key: 'l', words: t`Hang up, after a question`, press: () => askToHangUp(hangUp), isPossible: isCalling },
  ], byId('show-keys'));
  connectLeaveQuestion(() => (isCalling() ? { title: t`End the call?`, words: t`The call ends when you leave this page.` } : null), hangUp);
}

async function askToHangUp(hangUp) {
  const isSure = await ask({ title: t`End the call?`, yes: t`Hang up`, no: t`Stay in the call` });
  if (isSure && isCalling()) hangUp();
}

/** The call that the question was about has ended. */
export function withdrawCallQuestion() {
  if (!isCalling()) withdrawQuestion();
}
