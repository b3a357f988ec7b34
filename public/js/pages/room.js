// @ts-check
// The room page, from top to bottom: the lobby, before others see the user; joining and leaving; the
// server's events. One stay at a time: `stay`. room-view.js and room-tiles.js show it,
// the sentences are in room-words.js, camera and screen in room-devices.js.

import { readIdentity, restoreIdentity } from '../identity.js';
import { setPictureSize } from '../media.js';
import { createTalk } from '../room-talk.js';
import { askForRoom, roomPath, roomOfAddress } from './choice.js';
import {
  askForAnotherPassword, isSupported, showInsecureContext, showProblem, showStatus, stopAskingForPassword,
} from './frame.js';
import { connectInvite, openInvite } from './invite.js';
import { connectRelayChoice, showIceServers, showWays } from './relay-choice.js';
import { addMessage, clearChat, connectChat, openChat } from './room-chat.js';
import { closeDevices, connectDevices, openDevices, ownSending, ownStream, sentStream } from './room-devices.js';
import { removeTile, showSpeaking, showTile } from './room-tiles.js';
import {
  identityEl, identityFields, leaveEl, showMeshNote, showReady, showState, state,
} from './room-view.js';
import { leftWords, meshWords, roomWords } from './room-words.js';
import { connectForStay } from './stay-client.js';

/** How long a join or leave is shown. */
const NEWS_MS = 15_000;

/** Of a member without a connection to us nothing is known. */
const UNKNOWN = { audio: true, video: false, screen: false };

/** How often the page checks who speaks, and the level that counts as speech. */
const LISTEN_MS = 100;
const VOICE = 0.01;

/** From this width on the chat has a place beside the tiles. */
const WIDE = matchMedia('(min-width: 75rem)');

/**
 * From joining to leaving. Functions that wait for something hold on to theirs and look afterwards
 * whether it is still the current one: the user may have left meanwhile.
 * @typedef {object} Stay
 * @property {import('../../switchboard.esm.js').Client} client a connection of its own to the server
 * @property {import('../../switchboard.esm.js').Room} [room] once the server has let the user in
 * @property {string} [roomState] the last state of the room that was shown
 * @property {ReturnType<typeof createTalk>} [talk]
 * @property {string} userName
 * @property {string} news
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
  document.title = `${room} – Switchboard`;
  document.getElementById('lobby-title').textContent = `Join “${room}”`;
  restoreIdentity(identityFields);
  connectInvite(roomPath(room));
  connectDevices(onOwnChange);
  connectRelayChoice((isOn) => stay && (stay.client.relayOnly = isOn));
  connectChat(say);
  identityFields.userName.addEventListener('input', showOwnTile);
  identityFields.password.addEventListener('input', stopAskingForPassword);
  identityEl.addEventListener('submit', (event) => {
    event.preventDefault();
    join();
  });
  leaveEl.addEventListener('click', leave);
  setInterval(listen, LISTEN_MS);

  showState('lobby');
  showOwnTile();
  showStatus('Starting camera and microphone. The browser may ask you first.');
  await openDevices();
  showReady(true);
  showStatus('Ready. Others see and hear you only after you join.');
}

function showOwnTile() {
  showTile({
    id: 'own',
    userName: stay?.userName ?? identityFields.userName.value,
    stream: ownSending().screen ? sentStream() : ownStream(),
    sending: ownSending(),
    link: 'connected',
    isOwn: true,
  });
}

/** The microphone is off, another camera chosen, a screen shown. */
function onOwnChange() {
  showOwnTile();
  if (!stay?.room) return;
  const sent = sentStream();
  stay.room.send('audio', sent.getAudioTracks()[0] ?? null);
  stay.room.send('video', sent.getVideoTracks()[0] ?? null);
  stay.talk.tellSending();
}

// --- Joining and leaving ---

async function join() {
  const identity = readIdentity(identityFields);
  stopAskingForPassword();
  showState('joining');
  showStatus('Joining…');
  await openDevices(); // They were released if the user has left before.
  if (state() !== 'joining') return;

  const client = await connectForStay(identity, () => state() === 'joining', () => endStay('Not connected.'));
  if (!client) return;
  const mine = { client, userName: identity.userName, news: '' };
  stay = mine;
  client.onstate = (next) => onClientState(mine, next);
  client.onproblem = (problem) => onClientProblem(mine, problem);
  showIceServers(client.iceServers);
  clearChat();
  showOwnTile();
  try {
    mine.room = await client.join(room, { stream: sentStream() });
  } catch (error) {
    if (stay !== mine) return;
    endStay('You are not in the room.');
    showProblem(error.message);
    return;
  }
  if (stay === mine) enter(mine);
}

/** The server has let the user in. */
function enter(mine) {
  const { room } = mine;
  mine.talk = createTalk(room, ownSending, {
    onSending: showMember,
    onChat: ({ name }, words) => addMessage(name, words),
  });
  room.onstate = (next) => onRoomState(mine, next);
  room.onend = ({ message }) => onRoomEnd(mine, message);
  room.onmember = showMember;
  room.onjoin = onJoin;
  room.onleave = onLeave;
  room.onpresence = onPresence;
  room.onproblem = showProblem;
  showState('joined');
  openChat(WIDE.matches);
  openInvite(room.members.length === 0);
  leaveEl.focus({ preventScroll: true }); // In place of the join button.
  onOwnChange(); // Something may have been switched meanwhile.
  showRoom();
}

function leave() {
  endStay('You left the room.');
}

/** @param {string} words */
function endStay(words) {
  const ended = stay;
  stay = null;
  if (ended) {
    clearTimeout(ended.forgetting);
    ended.room?.leave();
    ended.client.close();
  }
  closeDevices();
  openChat(false);
  openInvite(false);
  showMeshNote('');
  showWays([]);
  showState('lobby');
  showStatus(words);
}

// --- Who is here ---

/** @param {import('../room-talk.js').TalkingMember} member */
function showMember(member) {
  const { id, name, stream, state: link, sending = UNKNOWN } = member;
  showTile({ id, userName: name, stream, sending, link });
  showRoom();
}

/** The status line, and what depends on how many are here. */
function showRoom() {
  if (!stay?.room || state() !== 'joined') return;
  const { room: { members: others, pictureSize, state: roomState }, client, news } = stay;
  const members = others.map(({ name, line, way }) => ({ userName: name, line, way }));
  const serverIsAway = roomState === 'away';
  const facts = { room, members, serverIsAway, serverIsGone: client.state === 'closed', news };
  const isTroubled = others.some((member) => member.line === 'away' || ['interrupted', 'failed'].includes(member.state));
  showStatus(roomWords(facts), serverIsAway || isTroubled);
  showMeshNote(meshWords(members.length + 1));
  showWays(members);
  if (ownStream()) setPictureSize(ownStream(), pictureSize);
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

function listen() {
  const members = stay?.room?.members ?? [];
  showSpeaking(members.filter(({ audioLevel }) => audioLevel > VOICE).map(({ id }) => id));
}

function say(words) {
  stay.talk.say(words);
  addMessage('You', words, true);
}

// --- What happens to others ---

function onJoin({ name }) {
  openInvite(false);
  showNews(`${name} joined.`);
}

/** @param {import('../../switchboard.esm.js').Member} member */
function onLeave({ id, name, line, reason }) {
  removeTile(id);
  if (!stay) return;
  if (line === 'gone') showRoom(); // The server has announced that before.
  else showNews(leftWords({ userName: name, reason }));
}

/** A member's connection to the server is lost, or back. */
function onPresence({ name, line }) {
  if (line === 'here') showNews(`${name} is back.`);
  if (line === 'gone') showNews(leftWords({ userName: name, reason: 'lost' }));
}

// --- The connection to the server ---

/** @param {Stay} mine */
function onRoomState(mine, next) {
  const before = mine.roomState;
  mine.roomState = next;
  if (stay !== mine) return;
  if (next === 'joining') showNews('The server is back, but had lost the room: everyone joins again.');
  else if (next === 'joined' && before === 'away') showNews('The server is back.');
  else showRoom();
}

/** @param {Stay} mine */
function onRoomEnd(mine, message) {
  if (stay !== mine) return;
  endStay('You are not in the room.');
  showProblem(message);
}

/** @param {Stay} mine */
function onClientState(mine, next) {
  if (stay !== mine) return;
  if (state() === 'joined') showRoom();
  else if (next === 'away') showStatus('The server is out of reach. Trying again…');
  else if (next === 'closed') endStay('Not connected.');
}

/** @param {Stay} mine */
function onClientProblem(mine, { code, message }) {
  if (stay && stay !== mine) return; // Why a stay has ended is shown after that.
  if (code === 'wrong-password') {
    if (state() !== 'joined') endStay('Not connected.');
    askForAnotherPassword();
  } else {
    showProblem(message);
  }
}
