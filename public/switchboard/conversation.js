// The conversation of two peers, directly between the browsers: messages, typing, files. It outlives its
// connections: a message that is not known to have arrived waits for the next one. It knows nothing of the
// server, nor of what the page shows.
//
// Three channels (talk.js): `texts` (reliable, in order) for messages and for all about files,
// `files` (likewise) for their bytes, `typing` (may be lost, may overtake) for what is stale a
// moment later. Texts are JSON with one key, the kind of message.

import { SwitchboardError } from './errors.js';
import { createFileReceiver } from './file-receiver.js';
import { createFileSender } from './file-sender.js';
import { randomHex } from './random.js';

/** The longest text that is read, in UTF-16 units. */
const LONGEST_TEXT = 20_000;

/** The longest that is said: the rest is for what goes with it. */
const LONGEST_SAID = LONGEST_TEXT - 200;

/** How long a peer counts as typing, and how often it is sent meanwhile. */
const TYPING_MS = 5_000;
const SAY_TYPING_MS = 2_000;

/**
 * @typedef {object} Message
 * @property {number} number
 * @property {string} text
 * @property {string} at when it was written, in ISO 8601
 * @property {'waiting'|'delivered'|'lost'} state
 * @property {string | null} to the session that it was written to; null: to the next peer
 *
 * @typedef {object} ConversationListeners
 * @property {() => void} onChange it is open, or no longer
 * @property {(message: {text: string, at: string}) => void} onMessage the other side's
 * @property {(message: Message) => void} onDelivery an own message arrived, or never will
 * @property {(isTyping: boolean) => void} onTyping
 * @property {(transfer: import('./transfer.js').Transfer) => void} onTransfer a file of either side
 * @property {(keys: string[]) => void} [onKept] the other side waits for the rest of these files, which this page does not know
 * @property {import('./file-receiver.js').FileStore} [fileStore]
 */

/** @param {ConversationListeners} listeners */
export function createConversation({ onChange, onMessage, onDelivery, onTyping, onTransfer, onKept, fileStore }) {
  /** By it the other peer recognises this load of the page; it is never sent to the server. */
  const session = randomHex(16);
  /** The other peer's. @type {string | null} */
  let other = null;
  /** The number of the last message from the other peer. */
  let heard = 0;
  /** @type {Record<string, RTCDataChannel> | null} */
  let channels = null;
  /** Both peers have sent their session. */
  let isGreeted = false;
  /** This one has sent it, since both channels are open. */
  let hasGreeted = false;
  /** The other peer's, if its channels were open before those here. @type {string | null} */
  let greeting = null;

  let count = 0;
  /** Own messages that are not known to have arrived. @type {Message[]} */
  let kept = [];
  let lastTyping = -Infinity;
  let typingTimer;

  const sender = createFileSender(tell, onTransfer, onKept);
  const receiver = createFileReceiver(tell, onTransfer, fileStore);

  function tell(message) {
    if (channels?.texts.readyState === 'open') channels.texts.send(JSON.stringify(message));
  }

  function send(message) {
    message.to = other;
    const { number, text, at } = message;
    tell({ chat: { number, words: text, at } });
  }

  function settle(message, state) {
    message.state = state;
    onDelivery(message);
  }

  /** The other peer does not return: no other peer gets what was meant for it. */
  function forgetOther(isFinal = false) {
    other = null;
    heard = 0;
    const lost = kept.filter(({ to }) => to !== null);
    kept = kept.filter(({ to }) => to === null);
    for (const message of lost) settle(message, 'lost');
    sender.giveUp(isFinal);
    receiver.giveUp();
  }

  function showTyping(isTyping) {
    clearTimeout(typingTimer);
    if (isTyping) typingTimer = setTimeout(showTyping, TYPING_MS, false);
    onTyping(isTyping);
  }

  /** Not before the other peer has been greeted: until then it takes nothing else. */
  function begin() {
    if (!hasGreeted || greeting === null || isGreeted) return;
    if (other !== null && other !== greeting) forgetOther();
    other = greeting;
    isGreeted = true;
    for (const message of kept) send(message);
    sender.resume(channels.files);
    receiver.resume();
  }

  /** The messages of the other peer: input from a stranger's browser, not to be trusted. */
  const verbs = {
    hello({ session: theirs }) {
      if (typeof theirs !== 'string' || isGreeted) return;
      greeting = theirs;
      begin();
    },

    chat({ number, words, at }) {
      if (!Number.isSafeInteger(number) || typeof words !== 'string') return;
      tell({ heard: { number } });
      if (number <= heard) return; // It arrived before, on another connection.
      heard = number;
      showTyping(false);
      onMessage({ text: words, at: Number.isNaN(Date.parse(at)) ? new Date().toISOString() : at });
    },

    heard({ number }) {
      const arrived = kept.filter((message) => message.number <= number);
      kept = kept.filter((message) => message.number > number);
      for (const message of arrived) settle(message, 'delivered');
    },

    file: receiver.onFile,
    end: receiver.onEnd,
    withdrawn: receiver.onWithdrawn,
    want: sender.onWant,
    kept: sender.onKept,
    refused: sender.onRefused,
    received: sender.onReceived,
  };

  function hear(text) {
    if (typeof text !== 'string' || text.length > LONGEST_TEXT) return;
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return; // Not sent by our pages.
    }
    for (const [verb, about] of Object.entries(message ?? {})) {
      if (!Object.hasOwn(verbs, verb) || typeof about !== 'object' || about === null) continue;
      if (isGreeted || verb === 'hello') verbs[verb](about);
    }
  }

  /** Transfers stop where they are. */
  function pause() {
    [channels, greeting] = [null, null];
    [isGreeted, hasGreeted] = [false, false];
    showTyping(false);
    sender.pause();
    receiver.pause();
    onChange();
  }

  return {
    /**
     * A connection is made, and may be open.
     * @param {Record<string, RTCDataChannel>} mine its channels
     */
    connect(mine) {
      if (channels) pause();
      channels = mine;
      const { texts, files, typing } = mine;
      const isOver = () => channels !== mine;
      const opened = () => {
        if (isOver() || texts.readyState !== 'open' || files.readyState !== 'open') return;
        tell({ hello: { session } });
        hasGreeted = true;
        begin();
        onChange();
      };
      for (const channel of [texts, files]) {
        channel.addEventListener('open', opened);
        channel.addEventListener('close', () => isOver() || pause());
      }
      texts.addEventListener('message', ({ data }) => isOver() || hear(data));
      files.addEventListener('message', ({ data }) => isOver() || receiver.onChunk(data));
      typing.addEventListener('message', ({ data }) => isOver() || showTyping(data === 'typing'));
      opened();
    },

    /** The connection is lost; another one may follow. */
    disconnect() {
      if (channels) pause();
    },

    /** The other side has left. */
    end() {
      if (channels) pause();
      forgetOther();
    },

    /** The user leaves. */
    close() {
      if (channels) pause();
      forgetOther(true);
      for (const message of kept.splice(0)) settle(message, 'lost');
    },

    /**
     * @param {string} text
     * @returns {Message}
     */
    say(text) {
      // The other side would not read it.
      if (typeof text !== 'string' || JSON.stringify(text).length > LONGEST_SAID) {
        throw new SwitchboardError('bad-options', `say takes a text of up to ${LONGEST_SAID} characters: send what is longer as a file.`);
      }
      count += 1;
      lastTyping = -Infinity;
      const message = { number: count, text, at: new Date().toISOString(), state: 'waiting', to: other };
      kept.push(message);
      if (isGreeted) send(message);
      return message;
    },

    /** @param {boolean} isTyping whether there is text in the field */
    sayTyping(isTyping) {
      const now = performance.now();
      if (!isGreeted || channels.typing.readyState !== 'open') return;
      if (isTyping && now - lastTyping < SAY_TYPING_MS) return;
      lastTyping = isTyping ? now : -Infinity;
      channels.typing.send(isTyping ? 'typing' : 'still');
    },

    sendFile: sender.add,
  };
}
