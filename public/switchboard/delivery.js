// @ts-check
// No event is lost or delivered twice, over any number of connections. Events of calls carry a number in
// both directions: 1, 2, 3, … from the load of the page on. An event that the server is not known to have
// received is kept here and sent again when the page reconnects. This file only counts; line.js sends.

/**
 * @typedef {object} Saying an event for the server
 * @property {number} number
 * @property {keyof import('../../docs/protocol').ClientToServerEvents} event
 * @property {any} payload checked where it is sent
 * @property {(reply?: any) => void} [onReply] gets the server's reply; undefined
 *   if the server has received the event, but its reply was lost with a connection
 */

/**
 * @param {(saying: Saying, onReply: (reply: any) => void) => void} transmit sends an event on
 *   the present connection
 */
export function createDelivery(transmit) {
  let isOpen = false;
  /** The last numbers: sent, known to be received by the server, received from the server. */
  let said = 0;
  let heard = 0;
  let received = 0;
  /** Events that the server is not known to have received, oldest first. @type {Saying[]} */
  let kept = [];

  function pass(saying) {
    transmit(saying, (reply) => {
      kept = kept.filter((other) => other !== saying);
      // A server of a cluster that cannot reach its log has not counted the event.
      if (reply?.error?.code !== 'unavailable') settle(saying.number);
      saying.onReply?.(reply);
    });
  }

  /** The server acts on events in order: it has received this one and all before it. */
  function settle(number) {
    heard = Math.max(heard, number);
    return kept.splice(0, kept.filter((saying) => saying.number <= heard).length);
  }

  return {
    /** Whether events are sent at once. */
    get isOpen() {
      return isOpen;
    },

    /** For the server, which may know less: what this page has received, and what the server is known to have received. */
    get known() {
      return { heard, received };
    },

    /** Sends an event: now, or when there is a connection. */
    say(event, payload, onReply) {
      said += 1;
      const saying = { number: said, event, payload, onReply };
      kept.push(saying);
      if (isOpen) pass(saying);
    },

    /** Whether an event before this one has not arrived. */
    isGap(number) {
      return number > received + 1;
    },

    /** Whether this event has not arrived before. True for an event without a number. */
    isNews(number) {
      if (number <= received) return false;
      received = number ?? received;
      return true;
    },

    /** The first connection is made. */
    open() {
      isOpen = true;
      kept.forEach(pass);
    },

    /** The connection is lost. */
    pause() {
      isOpen = false;
    },

    /**
     * A later connection is made, and the server has sent the last number that it received.
     * @returns {boolean} whether the server still knows the page. If not (it was restarted or has lost its newest
     *   state, or the page was away for too long), both sides count from 1 again, and no event is sent again.
     */
    resume(heardByServer) {
      isOpen = true;
      // A server that sent directed events to this page must have received events from it before.
      if (heardByServer < heard || (!heardByServer && received)) {
        said = heard = received = 0;
        kept = [];
        return false;
      }
      said = Math.max(said, heardByServer);
      settle(heardByServer).forEach(({ onReply }) => onReply?.());
      kept.forEach(pass);
      return true;
    },
  };
}
