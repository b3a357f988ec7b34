// @ts-check
// The room page, from top to bottom: the lobby, before others see the user; joining, waiting to be let in, and leaving; the
// server's events. One stay at a time: `stay`. room-view.js, room-bar.js and room-people.js show it, the sentences are in
// room-words.js, camera and screen in room-devices.js, the waiting room in room-access.js.

import { readIdentity, restoreIdentity } from '../identity.js';
import { createTalk } from '../room-talk.js';
import { refusalWords, t, translate } from '../words.js';
import { askForRoom, roomPath, roomOfAddress } from './choice.js';
import {
  askForAnotherPassword, isSupported, showInsecureContext, showProblem, showStatus, stopAskingForPassword,
} from './frame.js';
import { connectInvite, openInvite } from './invite.js';
import { connectLeaveQuestion } from './leave-question.js';
import { connectRelayChoice, showIceServers, showWays } from './relay-choice.js';
import { connectBar, showOwnHand } from './room-bar.js';
import { addMessage, clearChat, connectChat, openChat } from './room-chat.js';
import { closeDevices, connectDevices, openDevices, ownSending, sentStream } from './room-devices.js';
import { connectAccess, showOwnWaiting, watchAccess } from './room-access.js';
import { connectLayout } from './room-layout.js';
import {
  fitPictures, forgetMember, heightOf, listen, OWN, showMember, showOwnTile, showReaction, tellHeights, watchPeople,
} from './room-people.js';
import { connectTileMenu, openTileMenu } from './room-tile-menu.js';
import { connectTiles } from './room-tiles.js';
import {
  focusStage, identityEl, identityFields, leaveEl, say, showMeshNote, showReady, showState, showTitle, state,
} from './room-view.js';
import { leftWords, meshWords, noteWords, reactionWords, roomWords } from './room-words.js';
import { connectForStay } from './stay-client.js';

/** How long a join or leave is shown. */
const NEWS_MS = 15_000;

/** How often the page checks who speaks. */
const LISTEN_MS = 100;

/**
 * From joining to leaving. Functions that wait for something hold on to theirs and look afterwards
 * whether it is still the current one: the user may have left meanwhile.
 * @typedef {object} Stay
 * @property {import('../../switchboard.esm.js').Client} client a connection of its own to the server
 * @property {import('../../switchboard.esm.js').Room} [room] once the server has let the user in, or while it waits
 * @property {string} [roomState] the last state of the room that was shown
 * @property {ReturnType<typeof createTalk>} [talk] once the user is in
 * @property {string} userName
 * @property {number} [handSince] when the user raised the hand
 * @property {string} news
 * @property {string} [note] what was said last
 * @property {number} [forgetting] the timer that ends the news
 */

/** @type {Stay|null} */
let stay = null;

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
  showTitle(room);
  document.getElementById('lobby-title').textContent = t`Join “${room}”`;
  restoreIdentity(identityFields);
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

  showState('lobby');
  showOwn();
  showStatus(t`Starting camera and microphone. The browser may ask you first.`);
  await openDevices();
  showReady(true);
  showStatus(t`Ready. Others see and hear you only after you join.`);
}

function showOwn() {
  showOwnTile({ userName: stay?.userName ?? identityFields.userName.value, handSince: stay?.handSince });
}

/** The microphone is off, another camera chosen, a screen shown. */
function onOwnChange() {
  showOwn();
  if (!stay?.talk) return;
  const sent = sentStream();
  stay.room.send('audio', sent.getAudioTracks()[0] ?? null);
  stay.room.send('video', sent.getVideoTracks()[0] ?? null);
  stay.talk.tellSending();
  fitPictures();
}

// --- Joining and leaving ---

async function join() {
  const identity = readIdentity(identityFields);
  stopAskingForPassword();
  showState('joining');
  showStatus(t`Joining…`);
  await openDevices(); // They were released if the user has left before.
  if (state() !== 'joining') return;

  const client = await connectForStay(identity, () => state() === 'joining', () => endStay(t`Not connected.`));
  if (!client) return;
  /** @type {Stay} */
  const mine = { client, userName: identity.userName, news: '' };
  stay = mine;
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
  showOwnWaiting(room);
  showTitle(room, true);
  showStatus(t`Waiting to be let in…`);
  if (isNew) focusStage(); // The button that had the focus is gone.
}

/** The server has let the user in. */
function enter(mine) {
  const { room } = mine;
  mine.talk = createTalk(room, {
    sending: ownSending, isHandUp: () => mine.handSince !== undefined, heightOf,
  }, {
    onSending: onMember,
    onChat: ({ name }, words) => addMessage(name, words),
    onHand,
    onReaction,
    onHeight: fitPictures,
  });
  room.addEventListener('access', showRoom);
  room.onstate = (next) => onRoomState(mine, next);
  room.onend = ({ message }) => onRoomEnd(mine, message);
  room.onmember = onMember;
  room.onjoin = onJoin;
  room.onleave = onLeave;
  room.onpresence = onPresence;
  room.onproblem = (problem) => showProblem(translate(problem));
  watchPeople(room, mine.talk);
  watchAccess(room);
  showEntered();
  openInvite(room.members.length === 0);
  onOwnChange(); // Something may have been switched meanwhile.
}

function showEntered() {
  showState('joined');
  showTitle(room);
  focusStage();
  showRoom();
}

function leave() {
  endStay(t`You left the room.`);
}

/** @param {string} words */
function endStay(words) {
  const ended = stay;
  stay = null;
  watchAccess(null);
  if (ended) {
    clearTimeout(ended.forgetting);
    ended.room?.leave();
    ended.client.close();
  }
  watchPeople(null, null);
  closeDevices();
  showOwnHand(false);
  openChat(false);
  openInvite(false);
  showMeshNote('');
  showWays([]);
  say('');
  showTitle(room);
  showState('lobby');
  showStatus(words);
}

// --- Who is here ---

/** @param {import('../room-talk.js').TalkingMember} member */
function onMember(member) {
  showMember(member);
  showRoom();
}

/** The status line, and what depends on how many are here. */
function showRoom() {
  if (!stay?.room || state() !== 'joined') return;
  const { room: { members: others, state: roomState }, client, news } = stay;
  const members = others.map(({ name, line, way }) => ({ userName: name, line, way }));
  const serverIsAway = roomState === 'away';
  const facts = { room, members, serverIsAway, serverIsGone: client.state === 'closed', news, access: stay.room.access };
  const isTroubled = others.some((member) => member.line === 'away' || ['interrupted', 'failed'].includes(member.state));
  showStatus(roomWords(facts), serverIsAway || isTroubled);
  tell(noteWords({ ...facts, access: undefined })); // Of the access room-access.js tells.
  showMeshNote(meshWords(members.length + 1));
  showWays(members);
}

/** For ears: what is new, once. */
function tell(note) {
  if (note && note !== stay.note) say(note);
  stay.note = note;
}

/** Shows for a while what has happened. */
function showNews(news) {
  const mine = stay;
  mine.news = news;
  clearTimeout(mine.forgetting);
  mine.forgetting = setTimeout(() => {
    mine.news = '';
    if (stay === mine) showRoom();
  }, NEWS_MS);
  showRoom();
}

function write(words) {
  stay.talk.say(words);
  addMessage(t`You`, words, true);
}

// --- Hands and reactions ---

function toggleHand() {
  if (!stay?.talk) return;
  stay.handSince = stay.handSince === undefined ? Date.now() : undefined;
  showOwnHand(stay.handSince !== undefined);
  showOwn();
  stay.talk.tellHand();
}

function react(reaction) {
  if (!stay?.talk) return;
  showReaction(OWN, reaction);
  stay.talk.react(reaction);
}

/** @param {import('../room-talk.js').TalkingMember} member */
function onHand(member) {
  onMember(member);
  if (member.handSince !== undefined) showNews(t`${member.name} raises a hand.`);
}

/** @param {import('../room-talk.js').TalkingMember} member */
function onReaction(member, reaction) {
  if (showReaction(member.id, reaction)) say(reactionWords(member.name, reaction));
}

// --- What happens to others ---

function onJoin({ name }) {
  openInvite(false);
  showNews(t`${name} joined.`);
}

/** @param {import('../../switchboard.esm.js').Member} member */
function onLeave({ id, name, line, reason }) {
  forgetMember(id);
  if (!stay) return;
  if (line === 'gone') showRoom(); // The server has announced that before.
  else showNews(leftWords({ userName: name, reason }));
}

/** A member's connection to the server is lost, or back. */
function onPresence({ name, line }) {
  if (line === 'here') showNews(t`${name} is back.`);
  if (line === 'gone') showNews(leftWords({ userName: name, reason: 'lost' }));
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
function onRoomEnd(mine, message) {
  if (stay !== mine) return;
  endStay(t`You are not in the room.`);
  showProblem(translate(message));
}

/** @param {Stay} mine */
function onClientState(mine, next) {
  if (stay !== mine) return;
  if (state() === 'joined') showRoom();
  else if (next === 'away') showStatus(t`The server is out of reach. Trying again…`, true);
  else if (next === 'closed') endStay(t`Not connected.`);
  else if (state() === 'waiting') showWaiting();
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
