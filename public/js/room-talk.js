// What the members of a room write to each other, past the server: words, and what each has switched
// on. JSON of our own, from a stranger's browser.

/** The longest thing that a member may write, in UTF-16 units; what is longer is dropped. */
const LONGEST_TEXT = 20_000;

/**
 * @typedef {{audio: boolean, video: boolean, screen: boolean}} Sending what a member has switched on
 * @typedef {import('../switchboard.esm.js').Member & {sending?: Sending}} TalkingMember
 */

/**
 * @param {import('../switchboard.esm.js').Room} room
 * @param {() => Sending} ownSending
 * @param {object} listeners
 * @param {(member: TalkingMember) => void} listeners.onSending a member switched something on or off
 * @param {(member: TalkingMember, words: string) => void} listeners.onChat
 */
export function createTalk(room, ownSending, { onSending, onChat }) {
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
  }

  room.onconnection = (member) => (member.sending = { audio: true, video: true, screen: false });
  channel.onopen = (member) => write({ sending: ownSending() }, member);
  channel.onmessage = ({ member, data }) => hear(member, data);

  return {
    tellSending: () => write({ sending: ownSending() }),
    say: (words) => write({ chat: words }),
  };
}
