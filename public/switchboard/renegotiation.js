// Offers and answers after the first ones: because a track comes or goes, or for an ICE restart.
// Either side may offer. If both offer at once, the polite one rolls its own offer back ("perfect
// negotiation").
//
// Nothing here waits for ever and no error is swallowed: `onUnanswered` is called when no answer came, an
// offer whose answer is refused is rolled back, and `onBroken` is called when no agreement is possible any
// more.

import { ANSWER_MS } from './patience.js';
import { dtlsRoleOf, isFromFirefox, isIceRestart, withDtlsRole } from './sdp.js';

const OPPOSITE = { active: 'passive', passive: 'active' };

/**
 * @param {RTCPeerConnection} pc
 * @param {object} page
 * @param {Pick<import('./ice-servers.js').IceServers, 'configuration' | 'ready'>} page.iceServers
 * @param {boolean} page.isPolite
 * @param {(description: RTCSessionDescriptionInit) => Promise<void>} page.setRemoteDescription
 * @param {(description: RTCSessionDescriptionInit) => void} page.onDescription a new offer, or the
 *   answer to theirs, for the other side
 * @param {() => boolean} page.isReachable whether an offer would reach the other side just now
 * @param {() => void} page.onUnanswered the other side does not take part in changes
 * @param {() => void} page.onBroken only a new connection helps
 * @param {AbortSignal} signal the connection was closed
 */
export function createRenegotiation(pc, page, signal) {
  /** This side's role in DTLS. Once agreed on it stays, whatever a later answer says. */
  let role;
  /** Whether the first answer is there: before it, what changes goes into the first offer. */
  let isEstablished = false;
  let isMakingOffer = false;
  /** An answer did not come in time: the other side does not take part in changes. */
  let isUnanswered = false;
  /** Answers in a row that this browser refused. */
  let refusals = 0;
  /** The ICE servers that the connection uses. */
  let { iceServers } = page.iceServers.configuration();
  let patience;
  signal.addEventListener('abort', () => clearTimeout(patience));

  pc.addEventListener('negotiationneeded', async () => {
    if (!isEstablished) return;
    try {
      isMakingOffer = true;
      await pc.setLocalDescription();
      sendDescription();
    } catch (error) {
      breakDown(error);
    } finally {
      isMakingOffer = false;
    }
  });

  function sendDescription() {
    const description = pc.localDescription;
    if (description.type === 'offer' && isEstablished) awaitAnswer();
    // Firefox, where it is the server in DTLS, claims to be the client when it answers an ICE restart.
    page.onDescription(description.type === 'answer' ? withDtlsRole(description, role) : description);
  }

  function awaitAnswer() {
    clearTimeout(patience);
    patience = setTimeout(() => {
      if (pc.signalingState !== 'have-local-offer') return;
      if (page.isReachable()) stopWaiting();
      else awaitAnswer();
    }, ANSWER_MS);
  }

  /**
   * The offer stays: a late answer is still accepted, and so are the other side's offers. A rollback would end the
   * pictures in Chromium (seen in 156), though the connection reports that it is connected.
   */
  function stopWaiting() {
    isUnanswered = true;
    page.onUnanswered();
  }

  /** @returns {Promise<boolean>} whether all is as before our offer */
  async function rollBack() {
    try {
      await pc.setLocalDescription({ type: 'rollback' });
      return true;
    } catch (error) {
      breakDown(error);
      return false;
    }
  }

  /** Another browser, or a fault in one: the change is offered once more, and then over a new connection. */
  async function refuse(error) {
    complain(error);
    refusals += 1;
    if (!(await rollBack())) return;
    if (refusals > 1) page.onBroken();
    else await restartIce();
  }

  function breakDown(error) {
    if (signal.aborted) return;
    complain(error);
    page.onBroken();
  }

  function complain(error) {
    if (!signal.aborted) console.warn('A change could not be negotiated:', error.message);
  }

  async function answer(offer) {
    if (isIceRestart(pc.remoteDescription, offer)) await renewServers();
    const collides = isMakingOffer || pc.signalingState === 'have-local-offer';
    if (collides && !page.isPolite && !isUnanswered) return; // The other side takes it back.
    await page.setRemoteDescription(offer); // Rolls an own offer back, if there is one.
    await pc.setLocalDescription();
    if (!isEstablished) establish(pc.localDescription, true);
    sendDescription();
  }

  async function restartIce() {
    if (!isEstablished) return;
    await renewServers();
    if (!signal.aborted) pc.restartIce();
  }

  /**
   * The credentials of TURN servers end: an ICE restart needs those of today. Never at another time: with new servers each
   * browser makes its next offer one that restarts ICE.
   */
  async function renewServers() {
    await page.iceServers.ready();
    const now = page.iceServers.configuration().iceServers;
    if (signal.aborted || now === iceServers) return;
    try {
      pc.setConfiguration({ iceServers: now, iceTransportPolicy: pc.getConfiguration().iceTransportPolicy });
      iceServers = now;
    } catch (error) {
      complain(error); // The old ones may still do.
    }
  }

  /**
   * The path to the other side has failed, and this side restarts ICE. A Firefox that has noticed the failure sends
   * nothing any more, whatever is restarted (seen in 153): then only a new connection helps.
   */
  function findAnotherWay() {
    if (!isEstablished) return;
    if (isFromFirefox(pc.localDescription)) page.onBroken();
    else restartIce();
  }

  /**
   * The first answer is there.
   * @param {RTCSessionDescriptionInit} description
   * @param {boolean} isOurs
   */
  function establish(description, isOurs) {
    const answerersRole = dtlsRoleOf(description);
    role = isOurs ? answerersRole : OPPOSITE[answerersRole];
    isEstablished = true;
  }

  return {
    establish,
    restartIce,
    findAnotherWay,

    async addAnswer(description) {
      if (pc.signalingState !== 'have-local-offer') return; // An answer to an offer that was rolled back.
      isUnanswered = false;
      try {
        await page.setRemoteDescription(withDtlsRole(description, OPPOSITE[role]));
        refusals = 0;
      } catch (error) {
        await refuse(error);
      }
    },

    async addOffer(offer) {
      try {
        await answer(offer);
        isUnanswered = false;
      } catch (error) {
        complain(error);
        if (pc.connectionState !== 'connected') page.onBroken();
        else if (pc.signalingState === 'have-remote-offer') await pc.setRemoteDescription({ type: 'rollback' }).catch(breakDown);
      }
    },

    /** What was on its way to the other side may be lost: sends it again. */
    catchUp() {
      // An offer comes with the candidates found so far.
      if (pc.signalingState === 'have-local-offer') sendDescription();
      else if (pc.connectionState !== 'connected' && !page.isPolite) {
        if (pc.connectionState === 'failed') findAnotherWay();
        else restartIce();
      }
    },
  };
}
