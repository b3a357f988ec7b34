// @ts-check
// The chat page, from top to bottom: the lobby; joining and leaving; who is here; the server's
// events. A chat is a room of two without sound and picture, whose members send each other messages and files.
// One stay at a time: `stay`. The sentences are in chat-words.js; docs/course.md says
// where each step of the data channel course happens.

import { openFileStore } from '../file-store.js';
import { readIdentity, restoreIdentity } from '../identity.js';
import { countMessage, setTitle } from '../page-title.js';
import { ask, withdrawQuestion } from '../question.js';
import { connectShortcuts } from '../shortcuts.js';
import { byId, moveFocus } from '../ui.js';
import { titleOf } from '../title-words.js';
import { refusalWords, t, translate } from '../words.js';
import { clearFiles, connectFiles, showTransfer } from './chat-files.js';
import {
  addOwnMessage, addTheirMessage, clearMessages, connectMessages, leaveEl, identityEl, identityFields, showDelivery,
  showState, showTyping, state,
} from './chat-view.js';
import { chatWords, fullWords } from './chat-words.js';
import { askForRoom, chatPath, roomOfAddress } from './choice.js';
import { connectFileChoice } from './file-choice.js';
import { createFileSending } from './file-sending.js';
import { askForAnotherPassword, isSupported, showProblem, showStatus, stopAskingForPassword } from './frame.js';
import { connectInvite, openInvite } from './invite.js';
import { connectLeaveQuestion } from './leave-question.js';
import { connectRelayChoice, showIceServers, showWays } from './relay-choice.js';
import { createStatePanel } from './state-panel.js';
import { connectForStay } from './stay-client.js';

/**
 * From joining to leaving. Functions that wait for something hold on to theirs and look
 * afterwards whether it is still the current one.
 * @typedef {object} Stay
 * @property {import('../../switchboard.esm.js').Client} client a connection of its own to the server
 * @property {import('../../switchboard.esm.js').Room} [room] once the server has let the user in
 * @property {string} [otherUserName] who is here, or was last
 * @property {'left'|'closed'|'lost'} [reason] how they went
 */

/** @type {Stay|null} */
let stay = null;

const name = roomOfAddress();

/** Chats and calls of the same name are different rooms. */
const room = `chat ${name}`;

const sending = createFileSending(room, () => stay?.room, (transfer, file) => watchTransfer(stay, transfer, file));

const statePanel = createStatePanel(byId('state-panel'));
const statesEl = /** @type {HTMLDetailsElement} */ (byId('states-details'));

if (isSupported()) {
  if (name) openLobby();
  else {
    showState('choosing');
    askForRoom(chatPath);
  }
}

// --- The lobby ---

function openLobby() {
  document.getElementById('lobby-title').textContent = t`Chat in “${name}”`;
  restoreIdentity(identityFields);
  connectInvite(chatPath(name));
  connectRelayChoice((isOn) => stay && (stay.client.relayOnly = isOn));
  // On a phone they would stand below the messages and be longer than those.
  statesEl.open = matchMedia('(min-width: 60rem)').matches;
  statesEl.addEventListener('toggle', () => statesEl.open && statePanel.measure());
  connectMessages(say, (isTyping) => stay?.room?.typing(isTyping).catch(() => {}));
  connectFiles();
  connectFileChoice(sending.send);
  identityFields.password.addEventListener('input', stopAskingForPassword);
  identityEl.addEventListener('submit', (event) => {
    event.preventDefault();
    join();
  });
  leaveEl.addEventListener('click', leave);
  connectLeaveQuestion(() => (stay?.room ? { title: t`Leave the chat?`, words: t`The other person sees that you left.` } : null), leave);
  const isIn = () => Boolean(stay?.room);
  connectShortcuts([
    { key: 't', words: t`Write a message`, press: () => byId('message').focus(), isPossible: isIn },
    { key: 'a', words: t`Send files`, press: () => byId('choose-files').click(), isPossible: isIn },
    { key: 'l', words: t`Leave the chat, after a question`, press: askToLeave, isPossible: isIn },
  ], byId('open-keys'));
  showState('lobby');
  const joinEl = /** @type {HTMLButtonElement} */ (byId('join'));
  joinEl.disabled = false;
  moveFocus(joinEl);
  show(t`Ready to join.`);
}

// --- Joining and leaving ---

async function join() {
  const identity = readIdentity(identityFields);
  stopAskingForPassword();
  showProblem('');
  clearFiles();
  clearMessages();
  showState('joining');
  show(t`Joining…`);

  const client = await connectForStay(identity, () => state() === 'joining', () => endStay(t`Not connected.`));
  if (!client) return;
  const mine = { client };
  stay = mine;
  client.onstate = (next) => onClientState(mine, next);
  client.onproblem = (problem) => onClientProblem(mine, problem);
  showIceServers(client.iceServers);
  try {
    mine.room = await client.join(room, { media: false, limit: 2, fileStore: await openFileStore(room) });
  } catch (error) {
    if (stay === mine) fail(error);
    return;
  }
  if (stay === mine) enter(mine);
}

/** The server has let the user in. */
function enter(mine) {
  const { room } = mine;
  room.onstate = showChat;
  room.onend = ({ reason, message }) => stay === mine && fail({ code: reason, message });
  room.onmember = showChat;
  room.onjoin = () => openInvite(false);
  room.onleave = (member) => onLeave(mine, member);
  room.onpresence = () => onPresence(mine);
  room.onconnection = (member) => onConnection(mine, member);
  room.onproblem = (problem) => showProblem(translate(problem));
  room.onmessage = ({ text, at }) => {
    addTheirMessage(mine.otherUserName, { words: text, at });
    countMessage();
  };
  room.ondelivery = showDelivery;
  room.ontyping = ({ isTyping }) => showTyping(isTyping ? mine.otherUserName : '');
  room.onkept = ({ keys }) => sending.askFor(keys);
  room.onfile = (transfer) => watchTransfer(mine, transfer);
  openInvite(room.members.length === 0);
  showChat();
}

function fail({ code, message }) {
  endStay(t`You are not in the chat.`);
  showProblem(code === 'room-full' ? fullWords(name) : refusalWords({ code, message }));
}

async function askToLeave() {
  if (await ask({ title: t`Leave the chat?`, yes: t`Leave`, no: t`Stay` })) leave();
}

function leave() {
  endStay(t`You left the chat.`);
}

/** @param {string} words */
function endStay(words) {
  const ended = stay;
  stay = null;
  if (ended) {
    ended.room?.leave();
    ended.client.close();
  }
  withdrawQuestion();
  sending.stop();
  openInvite(false);
  showWays([]);
  showState('lobby');
  show(words);
}

// --- Who is here ---

/**
 * A connection to the other side is made, and not open yet.
 * @param {Stay} mine
 * @param {import('../../switchboard.esm.js').Member} member
 */
function onConnection(mine, member) {
  mine.otherUserName = member.name;
  mine.reason = undefined;
  statePanel.watch(member.connection, member.name);
}

/**
 * @param {Stay} mine
 * @param {import('../../switchboard.esm.js').Member} member
 */
function onLeave(mine, { reason }) {
  statePanel.look(); // A connection fires no event at its own close.
  mine.reason = reason;
  showChat();
}

/**
 * The server has lost the other side, but the connection to it works.
 * @param {Stay} mine
 */
function onPresence(mine) {
  mine.reason = undefined;
  showChat();
}

/** In the status line, and in the title, which also shows while another tab is open. */
function show(words, isTroubled = false) {
  showStatus(words, isTroubled);
  setTitle(titleOf(name, words));
}

/** The status line and the stage: connected only if messages can be sent. */
function showChat() {
  if (!stay?.room || state() === 'lobby') return;
  const { room: { members: [member], state: roomState }, client, reason } = stay;
  const otherUserName = member?.name ?? stay.otherUserName;
  const stage = stageOf(member, reason);
  showWays(member ? [{ userName: member.name, way: member.way }] : []);
  showState({ interrupted: 'connected', failed: 'connecting' }[stage] ?? stage);
  const serverIsAway = roomState === 'away';
  show(chatWords({
    room: name, stage, otherUserName, line: member?.line, reason, serverIsAway, serverIsGone: client.state === 'closed',
  }), serverIsAway || member?.line === 'away' || stage === 'interrupted');
}

/** @returns {import('./chat-words.js').ChatFacts['stage']} */
function stageOf(member, reason) {
  if (!member) return reason ? 'ended' : 'waiting';
  if (member.state === 'interrupted' || member.state === 'failed') return member.state;
  return member.isOpen ? 'connected' : 'connecting';
}

async function say(words) {
  try {
    addOwnMessage(await stay.room.say(words));
  } catch (error) {
    showProblem(refusalWords(error));
  }
}

/** @param {File} [file] that is sent */
function watchTransfer(mine, transfer, file) {
  const update = () => {
    showTransfer(transfer, mine.otherUserName ?? '', file, stay !== mine);
    if (transfer.isOwn) sending.note(transfer);
  };
  transfer.onprogress = update;
  update();
}

// --- The connection to the server ---

/** @param {Stay} mine */
function onClientState(mine, next) {
  if (stay !== mine) return;
  if (state() !== 'joining') showChat();
  else if (next === 'away') show(t`The server is out of reach. Trying again…`);
  else if (next === 'closed') endStay(t`Not connected.`);
  else show(t`Joining…`); // It was out of reach meanwhile.
}

/** @param {Stay} mine */
function onClientProblem(mine, { code, message }) {
  if (stay && stay !== mine) return; // Why a stay has ended is shown after that.
  if (code === 'wrong-password') {
    if (state() === 'joining') endStay(t`Not connected.`);
    askForAnotherPassword();
  } else {
    showProblem(refusalWords({ code, message }));
  }
}
