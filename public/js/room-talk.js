// What the members of a room write to each other, past the server: words, and what each has switched
// on. JSON of our own, from a stranger's browser.

/** The longest thing that a member may write, in UTF-16 units; what is longer is dropped. */
const LONGEST_TEXT = 20_000;

/**
 * @typedef {{audio: boolean, video: boolean, screen: boolean}} Sending what a member has switched on
 * @typedef {import('../switchboard/mesh.js').RoomMember & {sending: Sending}} TalkingMember
 */

/**
 * @param {() => Sending} ownSending
 * @param {object} listeners
 * @param {(member: TalkingMember) => void} listeners.onSending a member switched something on or off
 * @param {(member: TalkingMember, words: string) => void} listeners.onChat
 */
export function createTalk(ownSending, { onSending, onChat }) {
  function write({ peer }, message) {
    const { texts } = peer.channels;
    if (texts.readyState === 'open') texts.send(JSON.stringify(message));
  }

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

  return {
    /** A member is new. */
    listen(member) {
      member.sending = { audio: true, video: true, screen: false };
      const { texts } = member.peer.channels;
      texts.addEventListener('open', () => write(member, { sending: ownSending() }));
      texts.addEventListener('message', ({ data }) => hear(member, data));
    },

    tellSending(members) {
      for (const member of members) write(member, { sending: ownSending() });
    },

    say(members, words) {
      for (const member of members) write(member, { chat: words });
    },
  };
}
