// Time-outs of the pages.

/** For the first connection to the other side, from the answer on. */
export const CONNECT_MS = 30_000;

/** For an ICE restart, after a connection has failed. */
export const ANOTHER_WAY_MS = 20_000;

/** For the server or a peer that is away, while sound and picture have failed, too. */
export const RETURN_MS = 120_000;

/** For the server's message why the other side has closed its connection. */
export const REASON_MS = 3_000;

/** For the other side to look for another way, before this one does. */
export const OTHER_SIDE_MS = 4_000;

/** For the answer to an offer within a call. */
export const ANSWER_MS = 10_000;

/** How many new connections replace one that an ICE restart cannot restore, until one works. */
export const MOST_RENEWALS = 2;
