// @ts-check
// A stay in a room, from joining to leaving: what the status line says of it, what the user does in the room, and what
// happens to the others. room.js begins and ends it; camera and screen are in room-devices.js, who may enter in
// room-access.js, the sentences in room-words.js.

import { createTalk } from '../room-talk.js';
import { t, translate } from '../words.js';
import { showProblem } from './frame.js';
import { openInvite } from './invite.js';
import { showWays } from './relay-choice.js';
import { watchAccess } from './room-access.js';
import { showOwnHand } from './room-bar.js';
import { addMessage } from './room-chat.js';
import { ownSending, sentStream } from './room-devices.js';
import {
  fitPictures, forgetMember, heightOf, OWN, showMember, showOwnTile, showReaction, watchPeople,
} from './room-people.js';
import { show } from './room-title.js';
import { showRoomTools } from './room-tools.js';
import { identityFields, say, showMeshNote, state } from './room-view.js';
import { leftWords, lineNotes, meshWords, reactionWords, roomWords, stageWords, stateWords } from './room-words.js';

/** How long a join or leave is shown. */
const NEWS_MS = 15_000;

/**
 * Functions that wait for something hold on to theirs and look afterwards whether it is still the current one: the user
 * may have left meanwhile.
 * @typedef {object} Stay
 * @property {import('../../switchboard.esm.js').Client} client a connection of its own to the server
 * @property {string} roomName
 * @property {import('../../switchboard.esm.js').Room} [room] once the server has let the user in, or while it waits
 * @property {string} [roomState] the last state of the room that was shown
 * @property {ReturnType<typeof createTalk>} [talk] once the user is in
 * @property {string} userName
 * @property {number} [handSince] when the user raised the hand
 * @property {string} news
 * @property {string[]} [notes] what was said of the connections to the server that are lost
 * @property {ReturnType<typeof setTimeout>} [forgetting] the timer that ends the news
 */

/** The current one; one at a time. @type {Stay|null} */
export let stay = null;

/** @param {Stay|null} next */
export function setStay(next) {
  clearTimeout(stay?.forgetting);
  stay = next;
}

/** The server has let the user in: from now on the page shows what happens in the room. @param {Stay} mine */
export function watchRoom(mine) {
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
  room.addEventListener('waiting', showRoom);
  room.addEventListener('access', () => {
    mine.news = ''; // Older than who may enter now.
    showRoom();
  });
  room.onmember = onMember;
  room.onjoin = onJoin;
  room.onleave = onLeave;
  room.onpresence = onPresence;
  room.onproblem = (problem) => showProblem(translate(problem));
  watchPeople(room, mine.talk);
  watchAccess(room, onHost);
  showRoomTools(room);
}

/** After the stay nothing of the room is on the page. */
export function forgetRoom() {
  watchAccess(null);
  watchPeople(null, null);
  showRoomTools(null);
  showOwnHand(false);
  showMeshNote('');
  showWays([]);
  say('');
}

// --- The user ---

export function showOwn() {
  showOwnTile({ userName: stay?.userName ?? identityFields.userName.value, handSince: stay?.handSince });
}

/** The microphone is off, another camera chosen, a screen shown. */
export function onOwnChange() {
  showOwn();
  if (!stay?.talk) return;
  const sent = sentStream();
  stay.room.send('audio', sent.getAudioTracks()[0] ?? null);
  stay.room.send('video', sent.getVideoTracks()[0] ?? null);
  stay.talk.tellSending();
  fitPictures();
}

/** @param {string} words to all */
export function write(words) {
  stay.talk.say(words);
  addMessage(t`You`, words, true);
}

export function toggleHand() {
  if (!stay?.talk) return;
  stay.handSince = stay.handSince === undefined ? Date.now() : undefined;
  showOwnHand(stay.handSince !== undefined);
  showOwn();
  stay.talk.tellHand();
}

/** @param {string} reaction */
export function react(reaction) {
  if (!stay?.talk) return;
  showReaction(OWN, reaction);
  stay.talk.react(reaction);
}

// --- The status line ---

/** The status line, and what depends on how many are here. */
export function showRoom() {
  if (!stay?.room || state() !== 'joined') return;
  const { room: { members: others, state: roomState, access, isHost, waiting }, roomName, client, news } = stay;
  const members = others.map(({ name, line, way }) => ({ userName: name, line, way }));
  const serverIsAway = roomState === 'away';
  // While a client waits, the page shows it with the host's answers.
  const facts = { room: roomName, members, serverIsAway, serverIsGone: client.state === 'closed', news, isHost, access: waiting.length ? undefined : access };
  const isTroubled = others.some((member) => member.line === 'away' || ['interrupted', 'failed'].includes(member.state));
  show(roomWords(facts), serverIsAway || isTroubled, stateWords(facts));
  tell(lineNotes(facts));
  showMeshNote(meshWords(members.length + 1));
  showWays(members);
}

/** For ears, once the user is in: the status line is silent from then on. */
export function sayWhoIsHere() {
  const { room: { members }, roomName } = stay;
  say(stageWords({ room: roomName, members: members.map(({ name }) => ({ userName: name })) }));
}

/** For ears: each once. @param {string[]} notes */
function tell(notes) {
  for (const note of notes) if (!stay.notes?.includes(note)) say(note);
  stay.notes = notes;
}

/**
 * Says what has happened, and shows it for a while.
 * @param {string} news
 * @param {string} [shown] where there is other news beside it
 */
export function showNews(news, shown = news) {
  const mine = stay;
  mine.news = shown;
  clearTimeout(mine.forgetting);
  mine.forgetting = setTimeout(() => {
    mine.news = '';
    if (stay === mine) showRoom();
  }, NEWS_MS);
  say(news);
  showRoom();
}

// --- The others ---

/** @param {import('../room-talk.js').TalkingMember} member */
function onMember(member) {
  showMember(member);
  showRoom();
}

/** @param {import('../room-talk.js').TalkingMember} member */
function onHand(member) {
  onMember(member);
  if (member.handSince !== undefined) showNews(t`${member.name} raises a hand.`);
}

/** @param {import('../room-talk.js').TalkingMember} member @param {string} reaction */
function onReaction(member, reaction) {
  if (showReaction(member.id, reaction)) say(reactionWords(member.name, reaction));
}

/** @param {import('../../switchboard.esm.js').Member} member */
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

/** The host has left, which is news, too. Who is alone has nobody to lead. */
function onHost() {
  const words = t`You are the host now.`;
  if (stay.room.members.length) showNews(words, [stay.news, words].filter(Boolean).join(' '));
}

/** A member's connection to the server is lost, which is no news but lasts, or back. @param {import('../../switchboard.esm.js').Member} member */
function onPresence({ name, line }) {
  if (line === 'here') showNews(t`${name} is back.`);
  else showRoom();
}
