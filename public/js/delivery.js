// @ts-check
// Nothing lost, nothing twice, over however many connections. What the page says because of a call
// bears a number, and so does what the server tells it; both count 1, 2, 3, … from the page's load
// on. Whatever the server is not known to have heard is kept here and said again when the page is
// back. This file only counts: how it all travels is signaling.js's business.

/**
 * @typedef {object} Saying something said to the server
 * @property {number} number
 * @property {keyof import('../../docs/protocol').ClientToServerEvents} event
 * @property {any} payload checked where it is said
 * @property {(reply: any) => void} [onReply] gets what the server replied; undefined
 *   where it is known to have heard us, but its reply went down with a connection
 */

/**
 * @param {(saying: Saying, onReply: (reply: any) => void) => void} transmit puts a saying on the
 *   connection there is
 */
export function createDelivery(transmit) {
  let isOpen = false;
  /** The numbers of the last thing said, of the last one known to be heard, of the last one told. */
  let said = 0;
  let heard = 0;
  let received = 0;
  /** What is not known to be heard, oldest first. @type {Saying[]} */
  let kept = [];

  function pass(saying) {
    transmit(saying, (reply) => {
      settle(saying.number);
      saying.onReply?.(reply);
    });
  }

  /** The server acts on what is said in order: it has heard this one and all before. */
  function settle(number) {
    heard = Math.max(heard, number);
    const settled = kept.filter((saying) => saying.number <= heard);
    kept = kept.slice(settled.length);
    return settled;
  }

  return {
    /** Whether what is said goes out at once. */
    get isOpen() {
      return isOpen;
    },

    /** The number of the last thing that the server told us. */
    get received() {
      return received;
    },

    /** Says something: now, or when there is a connection. */
    say(event, payload, onReply) {
      said += 1;
      const saying = { number: said, event, payload, onReply };
      kept.push(saying);
      if (isOpen) pass(saying);
    },

    /** Whether something that was told before this one has not arrived. */
    isGap(number) {
      return number > received + 1;
    },

    /** Whether the page has not been told this one before. What bears no number always counts. */
    isNews(number) {
      if (number === undefined) return true;
      if (number <= received) return false;
      received = number;
      return true;
    },

    /** The first connection is there. */
    open() {
      isOpen = true;
      kept.forEach(pass);
    },

    /** The connection is gone. */
    pause() {
      isOpen = false;
    },

    /**
     * A later connection is there, and the server has said up to which number it has heard us.
     * @returns {boolean} whether it still knows us. If not (it was started again, or we were away
     *   for too long), all counting has begun anew, and nothing is said again.
     */
    resume(heardByServer) {
      isOpen = true;
      // Whoever was told something must have said something before.
      const isKnown = heardByServer >= heard && (heardByServer > 0 || received === 0);
      if (!isKnown) {
        [said, heard, received, kept] = [0, 0, 0, []];
        return false;
      }
      said = Math.max(said, heardByServer);
      const settled = settle(heardByServer);
      settled.forEach(({ onReply }) => onReply?.(undefined));
      kept.forEach(pass);
      return true;
    },
  };
}
