// The room page's sentences: the members, who joined and left, the state of the connections. Plain functions
// that need no page.

import { titleOf } from '../title-words.js';
import { language, t } from '../words.js';

/** How many are named before the rest is counted. */
const NAMED = 3;

/** From how many people on the page shows what a mesh costs. */
const MANY = 6;

/** “Ann, Bob and Carl”: in English without a comma before the last one. Made when needed: it takes long. @type {Intl.ListFormat | undefined} */
let lists;

/**
 * @typedef {object} RoomFacts
 * @property {string} room
 * @property {{userName: string, line: 'here'|'away'|'gone'}[]} members the others
 * @property {boolean} serverIsAway there is no connection to the server now
 * @property {boolean} serverIsGone and the page does not try any more
 * @property {string} news the last thing that happened
 * @property {'open' | 'ask' | 'locked'} [access] who may enter
 * @property {boolean} [isHost] the user decides that
 */

/**
 * The status line: who is here; what is new, for a while; which connection is lost, as long as it is; or else who may enter.
 * @param {RoomFacts} facts
 */
export function roomWords(facts) {
  const { news, access = 'open', isHost = false } = facts;
  const notes = [news, lineWords(facts)].filter(Boolean);
  if (!notes.length && access !== 'open') notes.push(accessWords(access, isHost));
  return [stageWords(facts), ...notes].join(' ');
}

/** What of it stands in the title: which connection is lost, else who is here. @param {RoomFacts} facts */
export function stateWords(facts) {
  return lineWords(facts) || stageWords(facts);
}

/**
 * The title.
 * @param {string} room
 * @param {string} state what the status line says; empty before it says something
 * @param {number} [waiting] how many wait to be let in by this user
 */
export function titleWords(room, state, waiting = 0) {
  if (waiting === 1) return t`1 waits – ${room} – Switchboard`;
  if (waiting) return t`${waiting} wait – ${room} – Switchboard`;
  return titleOf(room, state);
}

/** Who is here. @param {{room: string, members: {userName: string}[]}} facts */
export function stageWords({ room, members }) {
  return members.length ? t`In “${room}” with ${list(members.map(({ userName }) => userName))}.` : t`You are alone in “${room}”.`;
}

/** Which connection to the server is lost: sound and picture do not pass through it. @param {RoomFacts} facts */
function lineWords(facts) {
  const named = (line) => facts.members.filter((member) => member.line === line).map(({ userName }) => userName);
  return serverWords(facts) || awayWords(named('away')) || goneWords(named('gone'));
}

/**
 * The same for ears, each fact for itself: one that has been said is not said again because of another one.
 * @param {Pick<RoomFacts, 'members' | 'serverIsAway' | 'serverIsGone'>} facts
 * @returns {string[]}
 */
export function lineNotes(facts) {
  const notes = facts.members.map(({ userName, line }) => {
    if (line === 'away') return awayWords([userName]);
    return line === 'gone' ? goneWords([userName]) : '';
  });
  return [serverWords(facts), ...notes].filter(Boolean);
}

function serverWords({ members, serverIsAway, serverIsGone }) {
  const isCall = members.length > 0;
  if (serverIsGone && isCall) return t`The server has closed the connection; the call goes on without it.`;
  if (serverIsGone) return t`The server has closed the connection; others cannot join.`;
  if (serverIsAway && isCall) return t`The server is out of reach; the call goes on without it.`;
  if (serverIsAway) return t`The server is out of reach; others cannot join until it is back.`;
  return '';
}

function awayWords(names) {
  if (names.length === 1) return t`${names[0]}’s connection to the server is lost, waiting…`;
  return names.length ? t`The connections of ${list(names)} to the server are lost, waiting…` : '';
}

function goneWords(names) {
  return names.length ? t`The server has lost ${list(names)}; the call goes on without it.` : '';
}

/** “Ann”, “Ann and Bob”, “Ann, Bob, Carl and 2 others”. */
function list(names) {
  const rest = names.length - NAMED;
  lists ??= new Intl.ListFormat(language === 'en' ? 'en-GB' : language, { type: 'conjunction' });
  return lists.format(rest > 1 ? [...names.slice(0, NAMED), t`${rest} others`] : names);
}

/** How a member left. */
export function leftWords({ userName, reason }) {
  if (reason === 'closed') return t`${userName} closed the page.`;
  if (reason === 'lost') return t`${userName} lost the connection.`;
  return t`${userName} left.`;
}

/** The text on a tile without a picture, or over one that has stopped. */
export function tileWords({ userName, link, isOwn, isOpening, isOpen = true, hasPicture }) {
  if (isOpening) return ''; // What comes is not known; the page has said that it asks.
  if (isOwn && !isOpen) return t`Camera and microphone are not in use`;
  if (isOwn) return hasPicture ? '' : t`Your camera is off`;
  switch (link) {
    case 'connecting': return t`Connecting to ${userName}…`;
    case 'interrupted': return t`Interrupted. Looking for another way…`;
    case 'failed': return t`No connection to ${userName}`;
    default: return hasPicture ? '' : t`No picture`;
  }
}

/**
 * What a mesh costs, in figures; nothing while it costs little.
 * @param {number} people in the room, the user included
 */
export function meshWords(people) {
  if (people < MANY) return '';
  const links = (people * (people - 1)) / 2;
  return t`${people} people make ${links} connections in this room, and your device sends its picture ${people - 1} times. If pictures falter, switch some cameras off.`;
}

/** A member has shown a reaction. @param {string} userName @param {string} reaction see room-talk.js */
export function reactionWords(userName, reaction) {
  switch (reaction) {
    case 'thumbs-up': return t`${userName} shows thumbs up.`;
    case 'thumbs-down': return t`${userName} shows thumbs down.`;
    case 'heart': return t`${userName} sends a heart.`;
    case 'laugh': return t`${userName} laughs.`;
    case 'surprise': return t`${userName} is surprised.`;
    default: return t`${userName} celebrates.`;
  }
}

/** What the host reads of clients that ask to join. @param {string[]} names their user names */
export function waitingWords(names) {
  if (names.length === 0) return '';
  return names.length === 1 ? t`${names[0]} waits to be let in.` : t`${names.length} people wait to be let in.`;
}

/**
 * @param {'open'|'ask'|'locked'} access
 * @param {boolean} isHost the user decides
 */
export function accessWords(access, isHost) {
  if (access === 'ask') return isHost ? t`You are asked before anyone enters.` : t`The host is asked before anyone enters.`;
  if (access === 'locked') return t`The room is locked: nobody new can enter.`;
  return t`Anyone with the link can enter.`;
}
