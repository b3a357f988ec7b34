// @ts-check
// Texts and files with the members of a room: a talk with each (talk.js). In a room of two there is one, which outlives its
// members: what is written waits for the other member. A talk with a member that was lost is kept in case it returns.

import { createTalk } from './talk.js';

/** How many talks with members that were lost are kept. */
const MOST_LOST = 16;

/**
 * @typedef {import('./member.js').Member} Member
 * @typedef {import('./talk.js').Talk} Talk
 */

/**
 * @param {boolean} isForTwo
 * @param {(type: string, detail: unknown) => void} emit the room's events
 * @param {import('./file-receiver.js').FileStore} [fileStore] of the page
 */
export function createRoomTalks(isForTwo, emit, fileStore) {
  /** Who is at the other end of each. @type {Map<Talk, Member | undefined>} */
  const talks = new Map();
  /** By the names of members that were lost. @type {Map<string, Talk>} */
  const lost = new Map();

  function create() {
    const member = () => talks.get(talk);
    const talk = createTalk({
      onChange: () => member() && emit('member', member()),
      onMessage: ({ text, at }) => emit('message', { member: member(), text, at }),
      onDelivery: (message) => emit('delivery', message),
      onTyping: (isTyping) => member() && emit('typing', { member: member(), isTyping }),
      onKept: (keys) => emit('kept', { member: member(), keys }),
      fileStore,
      onTransfer: (transfer) => transfer.isOwn || emit('file', Object.assign(transfer, { member: member() })),
    });
    talks.set(talk, undefined);
    return talk;
  }

  /** In a room of two. */
  const only = () => talks.keys().next().value ?? create();

  if (isForTwo) only().load().catch(() => {}); // Its next use tries again.

  return {
    /** @param {Member} member that is new */
    add(member) {
      const talk = isForTwo ? only() : (lost.get(member.name) ?? create());
      lost.delete(member.name);
      talks.set(talk, member);
      return talk;
    },

    /** @param {Member} member that is no longer there */
    remove({ name, talk, reason }) {
      if (!talk) return;
      const mayReturn = reason === 'lost';
      if (mayReturn) talk.disconnect();
      else talk.end();
      if (isForTwo) return;
      if (mayReturn && lost.size < MOST_LOST && !lost.has(name)) {
        lost.set(name, talk);
      } else {
        talk.close();
        talks.delete(talk);
      }
    },

    /** Those by which the user writes. @param {Member[]} members */
    current: (members) => (isForTwo ? [only()] : members.flatMap(({ talk }) => talk ?? [])),

    close() {
      for (const talk of talks.keys()) talk.close();
    },
  };
}
