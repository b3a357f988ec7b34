// @ts-check
// The chat page, from top to bottom: the lobby; joining and leaving; who is here; the server's
// events. A chat is a room of two (mesh.js) whose members send each other messages and files
// (conversation.js). One stay at a time: `stay`. The sentences are in chat-words.js; docs/course.md says
// where each step of the data channel course happens.

import { CHANNELS, createConversation } from '../../switchboard/conversation.js';
import { createSession, readIdentity, restoreIdentity } from '../identity.js';
import { createMesh } from '../../switchboard/mesh.js';
import { connectSignaling } from '../../switchboard/signaling.js';
import { lineOptions } from '../line-options.js';
import { clearFiles, connectFiles, showTransfer } from './chat-files.js';
import { connectStates, watchConnection } from './chat-states.js';
import {
  addOwnMessage, addTheirMessage, clearMessages, connectMessages, hangupEl, identityEl, identityFields, showDelivery,
  showState, showTyping, state,
} from './chat-view.js';
import { chatWords, fullWords } from './chat-words.js';
import { askForRoom, chatPath, roomOfAddress } from './choice.js';
import { askForAnotherPassword, isSupported, showProblem, showStatus, stopAskingForPassword } from './frame.js';
import { connectInvite, openInvite } from './invite.js';
import { connectRelayChoice, relayProblem, showIceServers, showWays } from './relay-choice.js';

/**
 * From joining to hanging up. Functions that wait for something hold on to theirs and look
 * afterwards whether it is still the current one.
 * @typedef {object} Stay
 * @property {ReturnType<typeof connectSignaling>} signaling a connection of its own
 * @property {ReturnType<typeof createMesh>} mesh of two at most
 * @property {ReturnType<typeof createConversation>} conversation
 * @property {object} [entry] the last request to be let in
 * @property {boolean} [isTakenLeaveOf] the server does not want us back
 * @property {string} [otherUserName] who is here, or was last
 * @property {'left'|'closed'|'lost'} [reason] how they went
 * @property {() => void} [lookAtConnection]
 */

/** @type {Stay|null} */
let stay = null;

const name = roomOfAddress();

/** Chats and calls of the same name are different rooms. */
const room = `chat ${name}`;

if (isSupported()) {
  connectStates();
  if (name) openLobby();
  else {
    showState('choosing');
    askForRoom(chatPath);
  }
}

// --- The lobby ---

function openLobby() {
  document.title = `${name} – Switchboard chat`;
  document.getElementById('lobby-title').textContent = `Chat in “${name}”`;
  restoreIdentity(identityFields);
  connectInvite(chatPath(name));
  connectRelayChoice();
  connectMessages(say, (isTyping) => stay?.conversation.sayTyping(isTyping));
  connectFiles((files) => stay?.conversation.sendFiles(files), {
    onAccept: (number) => stay?.conversation.accept(number),
    onCancel: (transfer) => stay?.conversation.cancel(transfer),
  });
  identityFields.password.addEventListener('input', stopAskingForPassword);
  identityEl.addEventListener('submit', (event) => {
    event.preventDefault();
    join();
  });
  hangupEl.addEventListener('click', hangUp);
  showState('lobby');
  showStatus('Ready. Others see you only after you join.');
}

// --- Joining and leaving ---

function join() {
  const identity = { ...readIdentity(identityFields), session: createSession() };
  stopAskingForPassword();
  showProblem('');
  clearFiles();
  clearMessages();
  showState('joining');
  showStatus('Joining…');

  const signaling = connectSignaling(identity, lineOptions);
  const conversation = createConversation({
    onChange: showChat,
    onMessage: (message) => addTheirMessage(mine.otherUserName, message),
    onDelivery: showDelivery,
    onTyping: (isTyping) => showTyping(isTyping ? mine.otherUserName : ''),
    onTransfer: (transfer) => showTransfer(transfer, mine.otherUserName ?? ''),
  });
  const mesh = createMesh(signaling, room, { stream: () => null, channels: CHANNELS }, {
    onPeer: (member) => onPeer(mine, member),
    onChange: showChat,
    onGone: (member) => onGone(mine, member),
    onProblem: showProblem,
  });
  const mine = { signaling, mesh, conversation };
  stay = mine;
  showIceServers(signaling.iceServers);
  signaling.listen({
    onConnected: (connection) => onConnected(mine, connection),
    onDisconnected: (loss) => onDisconnected(mine, loss),
    onRefused: (refusal) => onRefused(mine, refusal),
    onJoined,
    onOfferWanted: ({ members }) => mesh.offerTo(members),
    onUserJoined,
    onUserLeft,
    onUserLost: ({ peerId }) => mesh.showLine(peerId, 'away'),
    onUserBack: ({ peerId }) => mesh.showLine(peerId, 'here'),
    onMemberOffer: mesh.addOffer,
    onMemberAnswer: mesh.addAnswer,
    onMemberCandidate: mesh.addCandidate,
  });
}

/** Joins the room, for the first time or again. */
async function enter(mine) {
  const entry = (mine.entry = {});
  await mine.signaling.iceServers.ready(); // The connection begins with the join.
  if (stay !== mine || mine.entry !== entry) return;
  const problem = relayProblem(mine.signaling.iceServers);
  if (problem) showProblem(problem);
  const reply = await mine.signaling.joinRoom(room);
  if (stay !== mine || reply.ok) return;
  endStay('You are not in the chat.');
  showProblem(reply.error.code === 'room-full' ? fullWords(name) : reply.error.message);
}

function onJoined({ members }) {
  if (!stay) return;
  if (members.length > 1) {
    stay.signaling.leaveRoom(room);
    endStay('You are not in the chat.');
    showProblem(fullWords(name));
    return;
  }
  stay.mesh.join(members);
  if (state() === 'joining') openInvite(members.length === 0);
  showChat();
}

function hangUp() {
  stay?.signaling.leaveRoom(room);
  endStay('You hung up.');
}

/** @param {string} words */
function endStay(words) {
  const ended = stay;
  stay = null;
  if (ended) {
    ended.mesh.close();
    ended.conversation.close();
    ended.signaling.close();
  }
  openInvite(false);
  showState('lobby');
  showStatus(words);
}

// A user who closes or reloads the page leaves. On long-polling the server would not notice. The listener
// runs first (`capture`): after others the browser may have broken off all requests, and the connection
// with them.
window.addEventListener('pagehide', ({ persisted }) => persisted || stay?.signaling.close(), { capture: true });

// --- Who is here ---

/**
 * @param {Stay} mine
 * @param {import('../../switchboard/mesh.js').RoomMember} member
 */
function onPeer(mine, { userName, peer }) {
  mine.otherUserName = userName;
  mine.reason = undefined;
  mine.conversation.connect(peer.channels);
  mine.lookAtConnection = watchConnection(peer);
}

/**
 * @param {Stay} mine
 * @param {import('../../switchboard/mesh.js').RoomMember} member
 */
function onGone(mine, { hasClosed }) {
  mine.lookAtConnection?.();
  mine.reason ??= hasClosed ? 'left' : 'lost';
  // A peer that lost the connection may return, and finds everything as it was.
  if (mine.reason === 'lost') mine.conversation.disconnect();
  else mine.conversation.end();
  showChat();
}

/** The status line and the stage: connected only if messages can be sent. */
function showChat() {
  if (!stay || state() === 'lobby') return;
  const { mesh, conversation, signaling, otherUserName, reason } = stay;
  const [member] = mesh.members;
  const stage = stageOf(member, conversation.isOpen, reason);
  showWays(mesh.members);
  showState({ interrupted: 'connected', failed: 'connecting' }[stage] ?? stage);
  const serverIsAway = signaling.away;
  showStatus(chatWords({
    room: name, stage, otherUserName, line: member?.line, reason, serverIsAway, serverIsGone: stay.isTakenLeaveOf === true,
  }), serverIsAway || member?.line === 'away' || stage === 'interrupted');
}

/** @returns {import('./chat-words.js').ChatFacts['stage']} */
function stageOf(member, isOpen, reason) {
  if (!member) return reason ? 'ended' : 'waiting';
  if (member.link === 'interrupted' || member.link === 'failed') return member.link;
  return isOpen ? 'connected' : 'connecting';
}

function say(words) {
  addOwnMessage(stay.conversation.say(words));
}

// --- Events from the server ---

function onConnected(mine, { isKnown }) {
  if (state() === 'joining') {
    // A request without a reply is still on its way.
    if (!mine.entry || !isKnown) enter(mine);
    return;
  }
  if (isKnown) {
    showChat();
    return;
  }
  // The server was restarted, or the page was away for long: both members join again. Until then a member that is
  // still connected stays.
  mine.mesh.loseAll();
  enter(mine);
}

function onDisconnected(mine, { retries, message }) {
  if (stay !== mine) return;
  if (state() !== 'joining') {
    mine.isTakenLeaveOf = !retries;
    showChat();
  } else if (retries) {
    showStatus('The server is out of reach. Trying again…');
  } else {
    endStay('Not connected.');
  }
  if (message) showProblem(message);
}

function onUserJoined(member) {
  if (!stay) return;
  // A third member, which the page is about to send away.
  if (stay.mesh.members.some(({ line, userName }) => line !== 'gone' || userName !== member.userName)) return;
  stay.mesh.userJoined(member);
  openInvite(false);
}

function onUserLeft(member) {
  if (!stay) return;
  if (stay.mesh.members.some(({ peerId }) => peerId === member.peerId)) stay.reason = member.reason;
  stay.mesh.userLeft(member);
  // The server has lost the member, but the connection to it works.
  if (stay.mesh.members.length) stay.reason = undefined;
}

/**
 * @param {Stay} mine
 * @param {import('../../switchboard/line.js').Refusal} refusal
 */
function onRefused(mine, { code, message }) {
  if (code === 'wrong-password') {
    if (state() === 'joining') endStay('Not connected.');
    askForAnotherPassword();
  } else if (code === 'rate-limited') {
    showProblem(message);
  }
}
