// The candidates of one connection. Those of the other side may arrive before their description, or belong
// to an offer that is never accepted: each waits here until its description is set.

import { ufragsOf } from './sdp.js';

/** How many wait at most; the oldest give way. */
const MOST_HELD = 256;

/** What each kind of address looks like in a candidate's line. */
const KIND = / typ (host|srflx|prflx|relay)/;

/**
 * @typedef {{own: string[], theirs: string[]}} CandidateKinds host, srflx, prflx or relay, one for each candidate
 */

/**
 * @param {RTCPeerConnection} pc
 * @param {AbortSignal} signal the connection was closed
 */
export function createCandidates(pc, signal) {
  let held = [];
  const kinds = { own: [], theirs: [] };

  function note(list, candidate) {
    const [, kind] = KIND.exec(candidate?.candidate ?? '') ?? [];
    if (kind) list.push(kind);
  }

  pc.addEventListener('icecandidate', ({ candidate }) => note(kinds.own, candidate));

  /** Not awaited: the browser adds them in the order of these calls. */
  function addHeld() {
    // Pair step 16: each side's candidates, once it has the description that they belong to.
    const known = ufragsOf(pc.remoteDescription);
    // A candidate without a fragment may belong to any.
    const isKnown = (candidate) => !candidate?.usernameFragment || known.includes(candidate.usernameFragment);
    const [mine, others] = [held.filter(isKnown), held.filter((candidate) => !isKnown(candidate))];
    held = others;
    for (const candidate of mine) {
      pc.addIceCandidate(candidate).catch((error) => {
        // The other candidates may still work.
        if (!signal.aborted) console.warn('A candidate was not accepted:', error.message);
      });
    }
  }

  return {
    /** @type {CandidateKinds} */
    kinds,

    /** @param {RTCIceCandidateInit | null} candidate the other side's */
    add(candidate) {
      note(kinds.theirs, candidate);
      held = [...held, candidate].slice(-MOST_HELD);
      if (pc.remoteDescription) addHeld();
    },

    addHeld,
  };
}
