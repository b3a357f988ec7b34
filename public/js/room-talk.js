// What the members of a room write to each other, past the server: words, what each has switched on, a raised hand, a
// reaction, and in which size each shows the other. JSON of our own, from a stranger's browser.

import { readHeight } from './picture-sizes.js';

/** The longest thing that a member may write, in UTF-16 units; what is longer is dropped. */
const LONGEST_TEXT = 20_000;

/** By their symbols in icons.svg. */
export const REACTIONS = ['thumbs-up', 'thumbs-down', 'heart', 'laugh', 'surprise', 'celebrate'];

/**
 * @typedef {{audio: boolean, video: boolean, screen: boolean}} Sending what a member has switched on
 * @typedef {object} Told what a member has told of itself
 * @property {Sending} [sending]
 * @property {number} [handSince] when the hand went up, in ms; undefined while it is down
 * @property {number} [askedHeight] of this client's picture, see picture-sizes.js
 * @typedef {import('../switchboard.esm.js').Member & Told} TalkingMember
 */

/**
 * @param {import('../switchboard.esm.js').Room} room
 * @param {object} own what a new member receives
 * @param {() => Sending} own.sending
 * @param {() => boolean} own.isHandUp
 * @param {(id: string) => number | undefined} own.heightOf in which size this page shows a member
 * @param {object} listeners
 * @param {(member: TalkingMember) => void} listeners.onSending a member switched something on or off
 * @param {(member: TalkingMember, words: string) => void} listeners.onChat
 * @param {(member: TalkingMember) => void} listeners.onHand
 * @param {(member: TalkingMember, reaction: string) => void} listeners.onReaction
 * @param {(member: TalkingMember) => void} listeners.onHeight
 */
export function createTalk(room, own, { onSending, onChat, onHand, onReaction, onHeight }) {
  const channel = room.channel('talk');

  // A member that has left meanwhile does not get it.
  const write = (message, member) => channel.send(JSON.stringify(message), member).catch(() => {});

  function hear(member, text) {
    if (typeof text !== 'string' || text.length > LONGEST_TEXT) return;
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return; // Not sent by our pages.
    }
    if (typeof message?.chat === 'string') onChat(member, message.chat);
    if (typeof message?.sending === 'object' && message.sending) {
      const { audio, video, screen } = message.sending;
      member.sending = { audio: Boolean(audio), video: Boolean(video), screen: Boolean(screen) };
      onSending(member);
    }
    if (typeof message?.hand === 'boolean' && message.hand !== (member.handSince !== undefined)) {
      member.handSince = message.hand ? Date.now() : undefined;
      onHand(member);
    }
    if (REACTIONS.includes(message?.reaction)) onReaction(member, message.reaction);
    const height = readHeight(message?.height);
    if (height !== undefined && height !== member.askedHeight) {
      member.askedHeight = height;
      onHeight(member);
    }
  }

  room.onconnection = (member) => (member.sending = { audio: true, video: true, screen: false });
  channel.onopen = (member) => write({ sending: own.sending(), hand: own.isHandUp(), height: own.heightOf(member.id) }, member);
  channel.onmessage = ({ member, data }) => hear(member, data);

  return {
    tellSending: () => write({ sending: own.sending() }),
    tellHand: () => write({ hand: own.isHandUp() }),
    tellHeight: (member, height) => write({ height }, member),
    react: (reaction) => write({ reaction }),
    say: (words) => write({ chat: words }),
  };
}
