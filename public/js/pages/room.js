// @ts-check
// The room page, from top to bottom: the lobby, before others see the user; joining and leaving; the
// server's events. One stay at a time: `stay`. room-view.js and room-tiles.js show it,
// the sentences are in room-words.js, camera and screen in room-devices.js.

import { createSession, readIdentity, restoreIdentity } from '../identity.js';
import { setPictureSize } from '../media.js';
import { createMesh, pictureSizeFor } from '../../switchboard/mesh.js';
import { connectSignaling } from '../../switchboard/signaling.js';
import { lineOptions } from '../line-options.js';
import { createTalk } from '../room-talk.js';
import { askForRoom, roomPath, roomOfAddress } from './choice.js';
import {
  askForAnotherPassword, isSupported, showInsecureContext, showProblem, showStatus, stopAskingForPassword,
} from './frame.js';
import { connectInvite, openInvite } from './invite.js';
import { connectRelayChoice, relayProblem, showIceServers, showWays } from './relay-choice.js';
import { addMessage, clearChat, connectChat, openChat } from './room-chat.js';
import { closeDevices, connectDevices, openDevices, ownSending, ownStream, sentStream } from './room-devices.js';
import { removeTile, showSpeaking, showTile } from './room-tiles.js';
import {
  identityEl, identityFields, leaveEl, showMeshNote, showReady, showState, state,
} from './room-view.js';
import { leftWords, meshWords, roomWords } from './room-words.js';

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
 * @property {ReturnType<typeof connectSignaling>} signaling a connection of its own
 * @property {ReturnType<typeof createMesh>} mesh
 * @property {ReturnType<typeof createTalk>} talk
 * @property {string} userName
 * @property {object} [entry] the last request to be let in
 * @property {boolean} [isTakenLeaveOf] the server does not want us back
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
  connectRelayChoice();
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
  if (!stay) return;
  const sent = sentStream();
  stay.mesh.send('audio', sent.getAudioTracks()[0] ?? null);
  stay.mesh.send('video', sent.getVideoTracks()[0] ?? null);
  stay.talk.tellSending(stay.mesh.members);
}

// --- Joining and leaving ---

async function join() {
  const identity = { ...readIdentity(identityFields), session: createSession() };
  stopAskingForPassword();
  showState('joining');
  showStatus('Joining…');
  await openDevices(); // They were released if the user has left before.
  if (state() !== 'joining') return;

  const signaling = connectSignaling(identity, lineOptions);
  const talk = createTalk(ownSending, {
    onSending: showMember,
    onChat: ({ userName }, words) => addMessage(userName, words),
  });
  const mesh = createMesh(signaling, room, { stream: sentStream }, {
    onPeer: talk.listen,
    onChange: showMember,
    onGone: removeMember,
    onProblem: showProblem,
  });
  const mine = { signaling, mesh, talk, userName: identity.userName, news: '' };
  stay = mine;
  showIceServers(signaling.iceServers);
  clearChat();
  showOwnTile();
  signaling.listen({
    onConnected: (connection) => onConnected(mine, connection),
    onDisconnected: (loss) => onDisconnected(mine, loss),
    onRefused: (refusal) => onRefused(mine, refusal),
    onJoined: (joined) => onJoined(joined),
    onOfferWanted: ({ members }) => mesh.offerTo(members),
    onUserJoined,
    onUserLeft,
    onUserLost: ({ peerId }) => onUserLine(peerId, 'away'),
    onUserBack,
    onMemberOffer: mesh.addOffer,
    onMemberAnswer: mesh.addAnswer,
    onMemberCandidate: mesh.addCandidate,
  });
}

/** Joins the room, for the first time or again. */
async function enter(mine) {
  const entry = (mine.entry = {});
  await mine.signaling.iceServers.ready(); // The connections to the members begin with the join.
  if (stay !== mine || mine.entry !== entry) return;
  const problem = relayProblem(mine.signaling.iceServers);
  if (problem) showProblem(problem);
  const reply = await mine.signaling.joinRoom(room);
  if (stay !== mine || reply.ok) return;
  endStay('You are not in the room.');
  showProblem(reply.error.message);
}

function onJoined({ members }) {
  stay.mesh.join(members);
  if (state() !== 'joined') {
    showState('joined');
    openChat(WIDE.matches);
    openInvite(members.length === 0);
    leaveEl.focus({ preventScroll: true }); // In place of the join button.
  }
  showRoom();
}

function leave() {
  stay?.signaling.leaveRoom(room);
  endStay('You left the room.');
}

/** @param {string} words */
function endStay(words) {
  const ended = stay;
  stay = null;
  if (ended) {
    clearTimeout(ended.forgetting);
    ended.mesh.close();
    ended.signaling.close();
  }
  closeDevices();
  openChat(false);
  openInvite(false);
  showMeshNote('');
  showWays([]);
  showState('lobby');
  showStatus(words);
}

// A user who closes or reloads the page leaves. On long-polling the server would not notice. The listener
// runs first (`capture`): after others the browser may have broken off all requests, and the connection
// with them.
window.addEventListener('pagehide', ({ persisted }) => persisted || stay?.signaling.close(), { capture: true });

// --- Who is here ---

function showMember(member) {
  showTile({ sending: UNKNOWN, ...member, id: member.peerId, stream: member.peer?.remoteStream });
  showRoom();
}

/** @param {import('../../switchboard/mesh.js').RoomMember} member */
function removeMember({ peerId, userName, hasClosed }) {
  removeTile(peerId);
  if (hasClosed) showNews(leftWords({ userName, reason: 'left' }));
  showRoom();
}

/** The status line, and what depends on how many are here. */
function showRoom() {
  if (!stay || state() !== 'joined') return;
  const { mesh, signaling, isTakenLeaveOf, news } = stay;
  const { members } = mesh;
  const serverIsAway = signaling.away;
  const facts = { room, members, serverIsAway, serverIsGone: isTakenLeaveOf === true, news };
  showStatus(roomWords(facts), serverIsAway || members.some(({ line, link }) => line === 'away' || link === 'interrupted' || link === 'failed'));
  showMeshNote(meshWords(members.length + 1));
  showWays(members);
  if (ownStream()) setPictureSize(ownStream(), pictureSizeFor(members.length + 1));
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
  /** @param {import('../../switchboard/mesh.js').RoomMember} member */
  const isHeard = ({ peer, link }) => link === 'connected' && peer.audioLevel > VOICE;
  showSpeaking(stay ? stay.mesh.members.filter(isHeard).map(({ peerId }) => peerId) : []);
}

function say(words) {
  stay.talk.say(stay.mesh.members, words);
  addMessage('You', words, true);
}

// --- Events from the server ---

function onConnected(mine, { isKnown, wasAway }) {
  if (state() === 'joining') {
    // A request without a reply is still on its way.
    if (!mine.entry || !isKnown) enter(mine);
    return;
  }
  if (isKnown) {
    if (wasAway) showNews('The server is back.');
    return;
  }
  // The server was restarted, or the page was away for long. All members join again under another peerId. Until
  // then members whose sound and picture arrive stay.
  mine.mesh.loseAll();
  showNews('The server is back, but had lost the room: everyone joins again.');
  enter(mine);
}

function onDisconnected(mine, { retries, message }) {
  if (state() === 'joined') {
    mine.isTakenLeaveOf = !retries;
    showRoom();
  } else if (retries) {
    showStatus('The server is out of reach. Trying again…');
  } else if (stay === mine) {
    endStay('Not connected.');
  }
  if (message) showProblem(message);
}

function onUserJoined(member) {
  stay.mesh.userJoined(member);
  openInvite(false);
  showNews(`${member.userName} joined.`);
}

function onUserLeft(member) {
  stay.mesh.userLeft(member);
  showNews(leftWords(member));
}

function onUserLine(peerId, line) {
  stay.mesh.showLine(peerId, line);
}

function onUserBack({ peerId, userName }) {
  onUserLine(peerId, 'here');
  showNews(`${userName} is back.`);
}

/**
 * @param {Stay} mine
 * @param {import('../../switchboard/line.js').Refusal} refusal
 */
function onRefused(mine, { code, message }) {
  if (code === 'wrong-password') {
    if (state() !== 'joined') endStay('Not connected.');
    askForAnotherPassword();
  } else if (code === 'rate-limited') {
    showProblem(message);
  }
}
