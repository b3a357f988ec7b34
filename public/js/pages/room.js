// @ts-check
// The room page, from top to bottom: the lobby, before others see the user; joining, waiting to be let in, and leaving; the
// connection to the server. What happens in the room meanwhile is in room-stay.js, what stands around the tiles in
// room-view.js.

import { readIdentity, restoreIdentity } from '../identity.js';
import { withdrawQuestion } from '../question.js';
import { painted } from '../ui.js';
import { refusalWords, t } from '../words.js';
import { askForRoom, roomPath, roomOfAddress } from './choice.js';
import {
  askForAnotherPassword, isSupported, showInsecureContext, showProblem, stopAskingForPassword,
} from './frame.js';
import { connectInvite, openInvite } from './invite.js';
import { connectLeaveQuestion } from './leave-question.js';
import { connectRelayChoice, showIceServers } from './relay-choice.js';
import { connectAccess } from './room-access.js';
import { connectBar } from './room-bar.js';
import { clearChat, connectChat, openChat } from './room-chat.js';
import { closeDevices, connectDevices, openDevices, sentStream } from './room-devices.js';
import { connectLayout } from './room-layout.js';
import { listen, tellHeights } from './room-people.js';
import {
  forgetRoom, onOwnChange, react, sayWhoIsHere, setStay, showNews, showOwn, showRoom, stay, toggleHand, watchRoom, write,
} from './room-stay.js';
import { connectTileMenu, openTileMenu } from './room-tile-menu.js';
import { connectTiles } from './room-tiles.js';
import { show, showTitle } from './room-title.js';
import { focusStage, identityEl, identityFields, leaveEl, say, showReady, showState, state } from './room-view.js';
import { connectForStay } from './stay-client.js';

/** How often the page checks who speaks. */
const LISTEN_MS = 100;

/** @typedef {import('./room-stay.js').Stay} Stay */

const room = roomOfAddress();

if (!window.isSecureContext) showInsecureContext();
if (isSupported()) {
  if (room) openLobby();
  else {
    showState('choosing');
    askForRoom(roomPath);
  }
}

// --- The lobby ---

async function openLobby() {
  showTitle();
  document.getElementById('lobby-title').textContent = t`Join “${room}”`;
  restoreIdentity(identityFields);
  showState('lobby');
  await painted();
  connectInvite(roomPath(room));
  connectDevices(onOwnChange);
  connectRelayChoice((isOn) => stay && (stay.client.relayOnly = isOn));
  connectChat(write);
  connectBar({ onHand: toggleHand, onReaction: react, onLeave: leave });
  connectAccess(leave);
  connectTiles(openTileMenu);
  connectTileMenu(tellHeights);
  connectLayout(tellHeights);
  connectLeaveQuestion(() => (stay ? { title: t`Leave the room?`, words: t`The link opens another page.` } : null), leave);
  identityFields.userName.addEventListener('input', showOwn);
  identityFields.password.addEventListener('input', stopAskingForPassword);
  identityEl.addEventListener('submit', (event) => {
    event.preventDefault();
    join();
  });
  leaveEl.addEventListener('click', leave);
  setInterval(listen, LISTEN_MS);

  await painted();
  showOwn();
  say(t`Starting camera and microphone. The browser may ask you first.`);
  await openDevices();
  showReady(true);
  // Without camera and microphone the alert says what that means.
  show(t`Ready to join.`);
}

// --- Joining and leaving ---

async function join() {
  const identity = readIdentity(identityFields);
  stopAskingForPassword();
  showState('joining');
  show(t`Joining…`);
  await openDevices(); // They were released if the user has left before.
  if (state() !== 'joining') return;

  const client = await connectForStay(identity, () => state() === 'joining', () => endStay(t`Not connected.`));
  if (!client) return;
  /** @type {Stay} */
  const mine = { client, roomName: room, userName: identity.userName, news: '' };
  setStay(mine);
  client.onstate = (next) => onClientState(mine, next);
  client.onproblem = (problem) => onClientProblem(mine, problem);
  showIceServers(client.iceServers);
  clearChat();
  showOwn();
  try {
    mine.room = await client.join(room, { stream: sentStream(), onwaiting: (waiting) => onWaiting(mine, waiting) });
  } catch (error) {
    if (stay !== mine) return;
    endStay(t`You are not in the room.`);
    showProblem(refusalWords(error));
    return;
  }
  if (stay === mine) enter(mine);
}

/** The host is asked. */
function onWaiting(mine, waiting) {
  if (stay !== mine) {
    waiting.leave();
    return;
  }
  mine.room = waiting;
  showWaiting();
}

function showWaiting() {
  const isNew = state() !== 'waiting';
  showState('waiting');
  show(t`Waiting to be let into “${room}”…`);
  if (isNew) focusStage(); // The button that had the focus is gone.
}

/** The server has let the user in. @param {Stay} mine */
function enter(mine) {
  const { room } = mine;
  room.onstate = (next) => onRoomState(mine, next);
  room.onend = ({ reason, message }) => onRoomEnd(mine, { code: reason, message });
  watchRoom(mine);
  showEntered();
  openInvite(room.members.length === 0);
  onOwnChange(); // Something may have been switched meanwhile.
}

function showEntered() {
  showState('joined');
  focusStage();
  showRoom();
  sayWhoIsHere();
}

/** Where a stay has ended meanwhile, the page goes on saying why. */
function leave() {
  if (['joining', 'waiting', 'joined'].includes(state())) endStay(t`You left the room.`);
}

/** @param {string} words */
function endStay(words) {
  const ended = stay;
  setStay(null);
  withdrawQuestion();
  ended?.room?.leave();
  ended?.client.close();
  forgetRoom();
  closeDevices();
  openChat(false);
  openInvite(false);
  showState('lobby');
  show(words);
}

// --- The connection to the server ---

/** @param {Stay} mine */
function onRoomState(mine, next) {
  const before = mine.roomState;
  mine.roomState = next;
  if (stay !== mine) return;
  if (next === 'waiting') showWaiting(); // Was away for long, and has to be let in again.
  else if (next === 'joined' && state() === 'waiting') showEntered();
  else if (next === 'joining') showNews(t`The server is back, but had lost the room: everyone joins again.`);
  else if (next === 'joined' && before === 'away') showNews(t`The server is back.`);
  else showRoom();
}

/** @param {Stay} mine */
function onRoomEnd(mine, end) {
  if (stay !== mine) return;
  endStay(t`You are not in the room.`);
  showProblem(refusalWords(end));
}

/** @param {Stay} mine */
function onClientState(mine, next) {
  if (stay !== mine) return;
  if (state() === 'joined') showRoom();
  else if (next === 'away') show(t`The server is out of reach. Trying again…`, true);
  else if (next === 'closed') endStay(t`Not connected.`);
  else if (state() === 'waiting') showWaiting();
  else if (state() === 'joining') show(t`Joining…`); // It was out of reach meanwhile.
}

/** @param {Stay} mine */
function onClientProblem(mine, problem) {
  if (stay && stay !== mine) return; // Why a stay has ended is shown after that.
  if (problem.code === 'wrong-password') {
    if (state() !== 'joined') endStay(t`Not connected.`);
    askForAnotherPassword();
  } else {
    showProblem(refusalWords(problem));
  }
}
