// @ts-check
// Texts and files between two peers. What does them is a script of its own (files.js), fetched when either side first
// uses it; what the other side has sent until then waits here.

import { refusal } from './loaded.js';
import { partOf } from './part.js';

/**
 * The channels of texts and files: the same on both sides, and there from the first offer on. Their numbers are agreed
 * on beforehand: no side has to announce them.
 * @type {Record<string, RTCDataChannelInit>}
 */
export const TALK_CHANNELS = {
  texts: { id: 0 },
  files: { id: 1 },
  typing: { id: 2, ordered: false, maxRetransmits: 0 },
};

/** How many messages of the other side wait at most. */
const MOST_EARLY = 64;

/**
 * @typedef {import('./conversation.js').ConversationListeners} TalkListeners
 * @typedef {ReturnType<typeof import('./conversation.js').createConversation>} Conversation
 * @typedef {ReturnType<typeof createTalk>} Talk
 */

/** @param {TalkListeners} listeners */
export function createTalk(listeners) {
  /** @type {Conversation | null} */
  let conversation = null;
  /** @type {Promise<Conversation> | null} */
  let loading = null;
  /** @type {Record<string, RTCDataChannel> | null} */
  let channels = null;
  /** @type {{channel: RTCDataChannel, data: unknown}[]} */
  let early = [];
  let isOver = false;

  /** @returns {Promise<Conversation>} rejects once the user has left */
  async function load() {
    loading ??= partOf(import('./files.js'), 'texts and files').then(begin, (error) => {
      loading = null; // The next use tries again.
      throw error;
    });
    const loaded = await loading;
    if (isOver) throw refusal('ended');
    return loaded;
  }

  function begin({ createConversation }) {
    conversation = /** @type {Conversation} */ (createConversation(listeners));
    if (isOver) conversation.close();
    else if (channels) conversation.connect(channels);
    // Its listeners are the only ones now.
    for (const { channel, data } of early.splice(0)) channel.dispatchEvent(new MessageEvent('message', { data }));
    return conversation;
  }

  return {
    load,

    /** Whether texts are sent at once. */
    get isOpen() {
      return channels?.texts.readyState === 'open' && channels.files.readyState === 'open';
    },

    /** A connection is made, and not open yet. @param {Record<string, RTCDataChannel>} mine its channels */
    connect(mine) {
      [channels, early] = [mine, []];
      if (conversation) {
        conversation.connect(mine);
        return;
      }
      for (const channel of Object.values(mine)) {
        channel.addEventListener('message', ({ data }) => {
          if (conversation || channels !== mine || early.length >= MOST_EARLY) return;
          early.push({ channel, data });
          load().catch(() => {});
        });
        for (const event of ['open', 'close']) {
          channel.addEventListener(event, () => conversation || channels !== mine || listeners.onChange());
        }
      }
    },

    /** The connection is lost; another one may follow. */
    disconnect() {
      channels = null;
      conversation?.disconnect();
    },

    /** The other side has left. */
    end() {
      channels = null;
      conversation?.end();
    },

    /** The user leaves. */
    close() {
      [channels, isOver] = [null, true];
      conversation?.close();
    },
  };
}
