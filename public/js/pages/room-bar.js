// The controls of the room page that concern no device: the raised hand, reactions, the layout, full screen, the menu of all
// that is used rarely, and the keys.

import { connectShortcuts } from '../shortcuts.js';
import { ask } from '../question.js';
import { byId, setText } from '../ui.js';
import { t } from '../words.js';
import { openInvite } from './invite.js';
import { connectMenu, hideMenu } from './menu.js';
import { toggleChat } from './room-chat.js';
import { currentLayout, setLayout } from './room-layout.js';
import { connectRoomTools, toggleFullScreen } from './room-tools.js';
import { leaveEl, state } from './room-view.js';

const menuEl = byId('more-menu');
const reactMenuEl = byId('react-menu');
const handEl = byId('hand');

/**
 * @param {object} page
 * @param {() => void} page.onHand the user raises the hand or takes it down
 * @param {(reaction: string) => void} page.onReaction
 * @param {() => void} page.onLeave
 */
export function connectBar({ onHand, onReaction, onLeave }) {
  connectMenu(byId('more'), menuEl);
  connectMenu(byId('react'), reactMenuEl);
  handEl.addEventListener('click', onHand);
  byId('layout').addEventListener('click', () => {
    setLayout(currentLayout() === 'grid' ? 'speaker' : 'grid');
    showLayout();
  });
  byId('reactions').addEventListener('click', ({ target }) => {
    const { reaction } = target.closest('[data-reaction]')?.dataset ?? {};
    if (reaction) onReaction(reaction);
  });
  // Whatever is chosen in the menu closes it, but for the choice of who may enter.
  for (const element of [menuEl, reactMenuEl]) {
    element.addEventListener('click', ({ target }) => target.closest('button') && hideMenu(element));
  }
  byId('close-invite').addEventListener('click', () => {
    openInvite(false);
    byId('more').focus();
  });
  showLayout();
  connectRoomTools();
  connectKeys(onLeave);
}

function showLayout() {
  document.body.dataset.layout = currentLayout();
  setText(byId('layout').querySelector('.label'), currentLayout() === 'grid' ? t`Speaker view` : t`Grid view`);
}

/** @param {boolean} isUp */
export function showOwnHand(isUp) {
  handEl.setAttribute('aria-pressed', String(isUp));
  setText(handEl.querySelector('.label'), isUp ? t`Lower hand` : t`Raise hand`);
}

function connectKeys(onLeave) {
  const isIn = () => state() === 'joined';
  const press = (id) => () => byId(id).click();
  const canPress = (id) => () => state() !== 'choosing' && !byId(id).disabled;
  connectShortcuts([
    { key: 'm', words: t`Microphone on or off`, press: press('microphone'), isPossible: canPress('microphone') },
    { key: 'c', words: t`Camera on or off`, press: press('camera'), isPossible: canPress('camera') },
    { key: 's', words: t`Share the screen, or stop`, press: press('screen'), isPossible: () => isIn() && !byId('screen').hidden },
    { key: 'h', words: t`Raise or lower the hand`, press: press('hand'), isPossible: isIn },
    { key: 't', words: t`Open or close the chat`, press: toggleChat, isPossible: isIn },
    { key: 'v', words: t`Grid or speaker view`, press: press('layout'), isPossible: isIn },
    { key: 'f', words: t`Full screen`, press: toggleFullScreen, isPossible: isIn },
    { key: 'l', words: t`Leave the room, after a question`, press: () => askToLeave(onLeave), isPossible: () => !leaveEl.disabled },
  ], byId('open-keys'));
}

async function askToLeave(onLeave) {
  if (await ask({ title: t`Leave the room?`, yes: t`Leave`, no: t`Stay` })) onLeave();
}
