// Who speaks longest at present: the loudest member for a while takes the large tile. No page around it, and the time is
// an argument.

/** From this level on a sound counts as speech. */
export const VOICE = 0.01;

/** How long someone has to be the loudest, and for how long they may take breath meanwhile. */
const LASTING_MS = 1_500;
const BREATH_MS = 700;

export function createLoudest() {
  /** @type {string | undefined} */
  let speaker;
  /** The next speaker, perhaps. @type {{id: string, since: number, heard: number} | undefined} */
  let next;

  return {
    /** @returns {string | undefined} the last who spoke long enough */
    get speaker() {
      return speaker;
    },

    /**
     * To be called often.
     * @param {{id: string, level: number}[]} levels of all who could speak
     * @param {number} now in ms
     * @returns {boolean} whether another one is the speaker now
     */
    hear(levels, now) {
      const before = speaker;
      if (!levels.some(({ id }) => id === speaker)) speaker = undefined; // Has left.
      const loudest = levels.reduce((most, one) => (one.level > (most?.level ?? VOICE) ? one : most), undefined);
      if (loudest && loudest.id !== next?.id) next = { id: loudest.id, since: now, heard: now };
      else if (loudest) next.heard = now;
      else if (next && now - next.heard > BREATH_MS) next = undefined;
      if (loudest && now - next.since >= LASTING_MS) speaker = next.id;
      return speaker !== before;
    },
  };
}
