// The connection between two browsers: the only file that touches RTCPeerConnection. It knows
// nothing of the server; the page carries descriptions and candidates from one to the other. A call
// has one, a room one for each other member (mesh.js).
//
// After the first offer and answer either side may offer anew: because a track comes or goes, or to
// find another way through the network (ICE restart). Should both do so at once, the answerer of
// the first offer is the polite one and takes its own back ("perfect negotiation").

import { watchNetwork } from './network.js';

// Course step 3: the servers that tell a browser how it is seen from outside. None is needed as
// long as both are in the same network.
const ICE_SERVERS = [];

/** A connection's state machines, by their properties. Each has an event: `signalingstatechange`. */
const MACHINES = ['signalingState', 'iceGatheringState', 'iceConnectionState', 'connectionState'];

/**
 * @typedef {object} Peer
 * @property {MediaStream} remoteStream the tracks that the other side sends at present
 * @property {() => Promise<RTCSessionDescription>} createOffer
 * @property {(offer: RTCSessionDescriptionInit) => Promise<RTCSessionDescription>} createAnswer
 * @property {(answer: RTCSessionDescriptionInit) => Promise<void>} addAnswer
 * @property {(offer: RTCSessionDescriptionInit) => Promise<void>} addNewOffer a later one
 * @property {(candidate: RTCIceCandidateInit | null) => void} addNewIceCandidate
 * @property {(kind: 'audio'|'video', track: MediaStreamTrack | null) => Promise<void>} send from now
 *   on this track, or nothing of its kind
 * @property {Record<string, RTCDataChannel>} channels those asked for, by their labels
 * @property {Record<string, string>} states how the connection's four state machines stand
 * @property {(onChange: () => void) => void} watchStates tells that one of them has moved
 * @property {number} audioLevel how loud the other side is just now, from 0 to 1
 * @property {() => void} catchUp what was on the way to the other side may be lost: says it again
 * @property {() => void} close
 */

/**
 * @param {MediaStream | null} localStream may be empty: then this side only receives; without one
 *   there is neither sound nor picture, only channels
 * @param {object} options
 * @param {boolean} options.isPolite of two offers that meet, takes its own back
 * @param {(candidate: RTCIceCandidate) => void} options.onCandidate one of our own was found
 * @param {(description: RTCSessionDescription) => void} options.onDescription for the other side: a
 *   new offer, or the answer to theirs; not the first ones
 * @param {(state: RTCPeerConnectionState) => void} options.onStateChange
 * @param {() => void} options.onTracksChange the other side's
 * @param {string} [options.peerId] whose connection this is, where there are many
 * @param {Record<string, RTCDataChannelInit>} [options.channels] what else goes between the two, each
 *   with an `id` of its own; the same on both sides
 * @returns {Peer}
 */
export function createPeerConnection(localStream, options) {
  const { isPolite, onCandidate, onDescription, onStateChange, onTracksChange, peerId } = options;
  // Course step 2: the caller's connection.
  // Course step 13: the answerer's.
  // Pair step 1 and Pair step 7: the same on the data channel course's list.
  const pc = new RTCPeerConnection({ iceServers: ICE_SERVERS });
  const forget = expose(pc, peerId);
  const life = new AbortController();

  // Course step 4: the caller's tracks go into the connection.
  // Course step 14: the answerer's.
  for (const track of localStream?.getTracks() ?? []) pc.addTrack(track, localStream);

  // Pair step 3: a channel is opened before the offer, which has to say that there are any.
  // Pair step 9: there the other side waits for `ondatachannel`. Here it makes the same channels by
  // itself: their numbers are agreed on beforehand (`negotiated`), so nobody has to announce them.
  const channels = {};
  for (const [label, init] of Object.entries(options.channels ?? {})) {
    channels[label] = pc.createDataChannel(label, { ...init, negotiated: true });
    channels[label].binaryType = 'arraybuffer';
  }

  // Pair step 2 and Pair step 8: both sides listen before anything is negotiated.
  // Course step 7: once there is a local description, the browser looks for ways to be reached
  // and tells each as it finds it.
  // Course step 18: the answerer's browser does the same.
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) onCandidate(candidate); // null says that no more will come
  });

  // Course step 20: the answerer waits for the other side's tracks.
  // Course step 23: so does the caller, and both for candidates, in addNewIceCandidate.
  const remoteStream = new MediaStream();
  pc.addEventListener('track', ({ track }) => {
    const show = () => {
      remoteStream.addTrack(track);
      onTracksChange();
    };
    const hide = () => {
      remoteStream.removeTrack(track);
      onTracksChange();
    };
    show();
    // The same track comes back when the other side sends again.
    track.onunmute = show;
    track.onmute = hide;
  });

  // --- What comes from the other side, one thing after the other ---

  let turn = Promise.resolve();
  /** An answer takes two steps, and nothing that comes in may slip between them. */
  function inTurn(task) {
    const done = turn.then(task);
    turn = done.catch(() => {});
    return done;
  }

  let ignoresOffer = false;
  // A candidate means nothing before the description it belongs to, and may overtake the first.
  const heldCandidates = [];

  function addNewIceCandidate(candidate) {
    inTurn(() => {
      heldCandidates.push(candidate);
      if (pc.remoteDescription) addHeldCandidates();
    });
  }

  // Not awaited: the browser adds them in the order of these calls.
  // Pair step 16: each side's candidates, once it has the description that they belong to.
  function addHeldCandidates() {
    for (const candidate of heldCandidates.splice(0)) {
      pc.addIceCandidate(candidate).catch((error) => {
        // One way less to reach the other side; the others may do. Those of an ignored offer fit
        // nothing we have.
        if (!ignoresOffer && !life.signal.aborted) console.warn('A candidate was not accepted:', error.message);
      });
    }
  }

  async function setRemoteDescription(description) {
    await pc.setRemoteDescription(description);
    addHeldCandidates();
  }

  // --- Offering anew ---

  /** Whether the first answer is there: before it, what changes goes into the first offer. */
  let isEstablished = false;
  let isMakingOffer = false;

  pc.addEventListener('negotiationneeded', async () => {
    if (!isEstablished) return;
    try {
      isMakingOffer = true;
      await pc.setLocalDescription();
      onDescription(pc.localDescription);
    } catch (error) {
      complain(error);
    } finally {
      isMakingOffer = false;
    }
  });

  async function answerNewOffer(offer) {
    const collides = isMakingOffer || pc.signalingState === 'have-local-offer';
    ignoresOffer = collides && !isPolite;
    if (ignoresOffer) return;
    await setRemoteDescription(offer); // Takes our own back, if there is one.
    await pc.setLocalDescription();
    onDescription(pc.localDescription);
  }

  function complain(error) {
    if (!life.signal.aborted) console.warn('The call could not be negotiated anew:', error.message);
  }

  // --- Another way through the network ---

  function restartIce() {
    if (isEstablished) pc.restartIce();
  }

  pc.addEventListener('connectionstatechange', () => {
    // Both sides notice; if both acted, their offers would meet.
    if (pc.connectionState === 'failed' && !isPolite) restartIce();
    onStateChange(pc.connectionState);
  });
  watchNetwork(restartIce, life.signal);

  return {
    remoteStream,
    channels,

    get states() {
      return Object.fromEntries(MACHINES.map((machine) => [machine, pc[machine]]));
    },

    watchStates(onChange) {
      for (const machine of MACHINES) pc.addEventListener(`${machine.toLowerCase()}change`, onChange);
    },

    async createOffer() {
      // What we cannot send we can still receive, but only if the offer says so.
      for (const kind of localStream ? ['audio', 'video'] : []) {
        const sends = localStream.getTracks().some((track) => track.kind === kind);
        if (!sends) pc.addTransceiver(kind, { direction: 'recvonly' });
      }
      // Course step 5: the offer says what we can send and receive.
      // Pair step 4: there it says only that there are channels.
      const offer = await pc.createOffer();
      // Course step 6: from here on the browser stands by it.
      // Pair step 5: the same.
      await pc.setLocalDescription(offer);
      return pc.localDescription;
    },

    createAnswer(offer) {
      return inTurn(async () => {
        // Course step 17: the offer becomes the remote description. It comes before the answer,
        // which cannot be made without it.
        // Pair step 11: there in this order.
        await setRemoteDescription(offer);
        // Course step 15: the answer says what both can do.
        // Pair step 12: the same.
        const answer = await pc.createAnswer();
        // Course step 16: as in step 6.
        // Pair step 13: the same.
        isEstablished = true;
        await pc.setLocalDescription(answer);
        return pc.localDescription;
      });
    },

    addAnswer(answer) {
      return inTurn(async () => {
        // One to an offer that we took back, or a second one.
        if (pc.signalingState !== 'have-local-offer') return;
        isEstablished = true;
        ignoresOffer = false;
        // Course step 22: the answer becomes the caller's remote description.
        // Pair step 15: the same.
        await setRemoteDescription(answer);
      });
    },

    addNewOffer(offer) {
      return inTurn(() => answerNewOffer(offer)).catch(complain);
    },

    addNewIceCandidate,

    async send(kind, track) {
      const isOfKind = ({ receiver, currentDirection }) => receiver.track.kind === kind && currentDirection !== 'stopped';
      const transceiver = pc.getTransceivers().find(isOfKind);
      if (transceiver) {
        await transceiver.sender.replaceTrack(track);
        transceiver.direction = track ? 'sendrecv' : 'recvonly';
      } else if (track) {
        pc.addTrack(track, localStream);
      }
    },

    get audioLevel() {
      const receiver = pc.getReceivers().find(({ track }) => track.kind === 'audio');
      return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
    },

    catchUp() {
      // An offer comes with the candidates found so far.
      if (pc.signalingState === 'have-local-offer') onDescription(pc.localDescription);
      else if (pc.connectionState !== 'connected' && !isPolite) restartIce();
    },

    close() {
      life.abort();
      pc.close();
      forget();
    },
  };
}

/** On purpose: type `pc`, or in a room `pcs`, in the console and look inside. */
function expose(pc, peerId) {
  if (!peerId) {
    window.pc = pc;
    return () => {};
  }
  window.pcs ??= new Map();
  window.pcs.set(peerId, pc);
  return () => window.pcs.delete(peerId);
}

/**
 * A secret of the two in a call, by which they know each other again: nobody else saw the answer.
 * @param {RTCSessionDescriptionInit} answer the call's first
 * @returns {string}
 */
export function callKey(answer) {
  return /^a=ice-pwd:(\S+)/m.exec(answer.sdp)?.[1] ?? '';
}
