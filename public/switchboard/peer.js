// The connection between two browsers: the only file that touches RTCPeerConnection. It knows
// nothing of the server; the page carries descriptions and candidates from one to the other. A call
// has one, a room one for each other member (mesh.js).
//
// Its parts: candidates.js, and renegotiation.js for what is negotiated after the first offer and answer.

import { createCandidates } from './candidates.js';
import { wayOf } from './connection-way.js';
import { details, refusal } from './loaded.js';
import { watchNetwork } from './network.js';
import { OTHER_SIDE_MS } from './patience.js';
import { createRenegotiation } from './renegotiation.js';
import { areOfDifferentConnections } from './sdp.js';

/** A connection's state machines, by their properties. Each has an event: `signalingstatechange`. */
const MACHINES = ['signalingState', 'iceGatheringState', 'iceConnectionState', 'connectionState'];

/**
 * @typedef {object} Peer
 * @property {MediaStream} remoteStream the tracks that the other side sends at present
 * @property {() => Promise<RTCSessionDescription>} createOffer
 * @property {(offer: RTCSessionDescriptionInit) => Promise<RTCSessionDescription>} createAnswer
 * @property {(answer: RTCSessionDescriptionInit) => Promise<void>} addAnswer
 * @property {(offer: RTCSessionDescriptionInit) => Promise<void>} addNewOffer a later offer
 * @property {(candidate: RTCIceCandidateInit | null) => void} addNewIceCandidate
 * @property {(kind: 'audio'|'video', track: MediaStreamTrack | null) => Promise<void>} send from now
 *   on this track, or nothing of its kind; rejects where the connection has no section for it, and this side may not add one
 * @property {(kind: 'audio'|'video') => RTCRtpSender | undefined} sender
 * @property {Record<string, RTCDataChannel>} channels those asked for, by their labels
 * @property {(label: string, init?: RTCDataChannelInit) => RTCDataChannel} openChannel one more, which the other side gets by `datachannel`
 * @property {boolean} hasChannels whether channels can be open
 * @property {number | undefined} maxMessageSize the largest message of a channel, in bytes, once the connection is there
 * @property {Record<string, string>} states the values of the connection's four state machines
 * @property {(onChange: () => void) => void} watchStates calls this when one of them has changed
 * @property {number} audioLevel how loud the other side is just now, from 0 to 1
 * @property {import('./candidates.js').CandidateKinds} candidateKinds found so far, on both sides
 * @property {(offer: RTCSessionDescriptionInit) => boolean} isReplacedBy whether this offer comes from
 *   a new connection of the other side, which wants a new one here, too
 * @property {() => Promise<import('./connection-way.js').Way>} way by which it reaches the other side at present
 * @property {() => Promise<import('./stats.js').Stats>} stats
 * @property {() => Promise<void>} restartIce looks for another way to the other side
 * @property {() => void} catchUp what was on the way to the other side may be lost: sends it again
 * @property {() => void} close
 */

/**
 * @param {MediaStream | null} localStream may be empty: then this side only receives; without one
 *   there is neither sound nor picture, only channels
 * @param {object} options
 * @param {Pick<import('./ice-servers.js').IceServers, 'configuration' | 'ready'>} options.iceServers
 * @param {boolean} options.isPolite of two offers that meet, takes its own back
 * @param {(candidate: RTCIceCandidate) => void} options.onCandidate one of our own was found
 * @param {(description: RTCSessionDescription) => void} options.onDescription for the other side: a
 *   new offer, or the answer to theirs; not the first ones
 * @param {(state: RTCPeerConnectionState) => void} options.onStateChange
 * @param {() => void} options.onTracksChange the other side's
 * @param {() => void} options.onClosed the other side has closed its connection; the browser says so
 *   at once, long before `onStateChange` does, and also where the server is away
 * @param {() => void} options.onUnanswered the other side does not take part in changes
 * @param {() => void} options.onBroken nothing can be negotiated any more: only a new connection helps
 * @param {() => boolean} options.isReachable whether an offer would reach the other side just now
 * @param {(channel: RTCDataChannel) => void} [options.onChannel] the other side has opened one more channel
 * @param {string} [options.peerId] whose connection this is, where there are many
 * @param {Record<string, RTCDataChannelInit>} [options.channels] what else goes between the two, each
 *   with an `id` of its own; the same on both sides
 * @returns {Peer}
 */
export function createPeerConnection(localStream, options) {
  const { isPolite, onCandidate, onStateChange, onTracksChange, onClosed, peerId } = options;
  // Course step 2: the caller's connection.
  // Course step 13: the answerer's.
  // Pair step 1 and Pair step 7: the same on the data channel course's list.
  // Course step 3: the servers by which a browser learns its public address (STUN), and the servers that relay (TURN).
  // None is needed as long as both are in the same network.
  const pc = newConnection(options.iceServers.configuration());
  const forget = expose(pc, peerId);
  const life = new AbortController();

  // Pair step 3: a channel is opened before the offer, which has to say that there are any.
  // Pair step 9: there the other side waits for `ondatachannel`. Here it makes the same channels by
  // itself: their numbers are agreed on beforehand (`negotiated`), so no side announces them.
  const channels = {};
  for (const [label, init] of Object.entries(options.channels ?? {})) {
    channels[label] = pc.createDataChannel(label, { ...init, negotiated: true });
    channels[label].binaryType = 'arraybuffer';
  }

  pc.addEventListener('datachannel', ({ channel }) => options.onChannel?.(channel));

  // Pair step 2 and Pair step 8: both sides listen before anything is negotiated.
  // Course step 7: once there is a local description, the browser gathers candidates and reports each.
  // Course step 18: the answerer's browser does the same.
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) onCandidate(candidate); // null: gathering is complete
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
    // The same track is used again when the other side sends again.
    track.onunmute = show;
    track.onmute = hide;
  });

  // --- Messages of the other side, one after the other ---

  let turn = Promise.resolve();
  /** An answer takes two steps, and nothing that comes in may slip between them. */
  function inTurn(task) {
    const done = turn.then(task);
    turn = done.catch(() => {});
    return done;
  }

  const candidates = createCandidates(pc, life.signal);

  async function setRemoteDescription(description) {
    await pc.setRemoteDescription(description);
    candidates.addHeld();
  }

  const renegotiation = createRenegotiation(pc, { ...options, setRemoteDescription }, life.signal);

  // --- The state of the connection ---

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  life.signal.addEventListener('abort', () => clearTimeout(waiting));
  pc.addEventListener('connectionstatechange', () => {
    clearTimeout(waiting);
    // Mostly both sides notice; if both acted, their offers would meet. After an ICE restart a Firefox may fail while the
    // Chromium at the other end stays `connected` (seen in 153 and 156).
    if (pc.connectionState === 'failed') waiting = setTimeout(renegotiation.findAnotherWay, isPolite ? OTHER_SIDE_MS : 0);
    if (pc.connectionState === 'connected') watchTransports();
    onStateChange(pc.connectionState);
  });
  watchNetwork(renegotiation.restartIce, life.signal);

  /** Before the connection is there, a transport may close because another one takes its place. */
  function watchTransports() {
    const all = new Set([pc.sctp, ...pc.getSenders()].map((user) => user?.transport).filter(Boolean));
    const tellClosed = () => {
      if (!life.signal.aborted && [...all].every(({ state }) => state === 'closed')) onClosed();
    };
    for (const transport of all) transport.onstatechange = tellClosed;
  }

  // --- What goes to the other side ---

  /**
   * Only the side that offered first may add a section for sound or picture. Where both do at once, and there was none
   * before, a Chromium can negotiate nothing any more (seen in 156): the two have given their header extensions different
   * numbers, it refuses the other offer, and its own rollback fails.
   */
  let mayAddSections = false;

  /** By kind. @type {Map<string, MediaStreamTrack | null>} */
  const tracks = new Map(localStream?.getTracks().map((track) => [track.kind, track]));

  function transceiverOf(kind) {
    return pc.getTransceivers().find(({ receiver, currentDirection }) => receiver.track.kind === kind && currentDirection !== 'stopped');
  }

  return {
    remoteStream,
    channels,

    get states() {
      return Object.fromEntries(MACHINES.map((machine) => [machine, pc[machine]]));
    },

    watchStates(onChange) {
      for (const machine of MACHINES) pc.addEventListener(`${machine.toLowerCase()}change`, onChange);
    },

    openChannel: (label, init) => pc.createDataChannel(label, init),

    get hasChannels() {
      const { sctp } = pc;
      return sctp?.state === 'connected' && sctp.transport.state === 'connected';
    },

    get maxMessageSize() {
      return pc.sctp?.maxMessageSize;
    },

    async createOffer() {
      mayAddSections = localStream !== null;
      // Course step 4: the caller's tracks go into the connection.
      for (const kind of localStream ? ['audio', 'video'] : []) {
        if (tracks.get(kind)) pc.addTrack(tracks.get(kind), localStream);
        // A kind that this side does not send can still be received, but only if the offer says so.
        else pc.addTransceiver(kind, { direction: 'recvonly' });
      }
      // Course step 5: the offer says what this side can send and receive.
      // Pair step 4: there it says only that there are channels.
      const offer = await pc.createOffer();
      // Course step 6: from here on the browser acts on it.
      // Pair step 5: the same.
      await pc.setLocalDescription(offer);
      return pc.localDescription;
    },

    createAnswer(offer) {
      mayAddSections = false;
      return inTurn(async () => {
        // Course step 17: the offer becomes the remote description. It comes before the answer,
        // which cannot be made without it.
        // Pair step 11: there in this order.
        await setRemoteDescription(offer);
        // Course step 14: the answerer's tracks, of the kinds that the offer has. More of them would
        // need an offer of this side, and not every page answers one during a call.
        for (const [kind, track] of tracks) {
          if (track && transceiverOf(kind)) pc.addTrack(track, localStream);
        }
        // Course step 15: the answer says what both can do.
        // Pair step 12: the same.
        const answer = await pc.createAnswer();
        // Course step 16: as in step 6.
        // Pair step 13: the same.
        renegotiation.establish(answer, true);
        await pc.setLocalDescription(answer);
        return pc.localDescription;
      });
    },

    addAnswer(answer) {
      return inTurn(async () => {
        // A late answer, one to an offer that was rolled back, or a second one.
        if (pc.remoteDescription || pc.signalingState !== 'have-local-offer') {
          await renegotiation.addAnswer(answer);
          return;
        }
        renegotiation.establish(answer, false);
        // Course step 22: the answer becomes the caller's remote description.
        // Pair step 15: the same.
        await setRemoteDescription(answer);
      });
    },

    addNewOffer(offer) {
      return inTurn(() => renegotiation.addOffer(offer));
    },

    addNewIceCandidate(candidate) {
      inTurn(() => candidates.add(candidate));
    },

    async send(kind, track) {
      const transceiver = transceiverOf(kind);
      if (track && !transceiver && pc.remoteDescription && !mayAddSections) throw refusal('no-media', kind);
      tracks.set(kind, track);
      if (transceiver) {
        await transceiver.sender.replaceTrack(track);
        transceiver.direction = track ? 'sendrecv' : 'recvonly';
      } else if (track && pc.remoteDescription) {
        pc.addTrack(track, localStream);
      }
    },

    get audioLevel() {
      const receiver = pc.getReceivers().find(({ track }) => track.kind === 'audio');
      return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
    },

    candidateKinds: candidates.kinds,

    sender: (kind) => transceiverOf(kind)?.sender,

    way: () => wayOf(pc),

    isReplacedBy(offer) {
      return pc.remoteDescription !== null && areOfDifferentConnections(pc.remoteDescription, offer);
    },

    restartIce: renegotiation.restartIce,

    stats: () => details().statsOf(pc),

    catchUp: renegotiation.catchUp,

    close() {
      life.abort();
      pc.close();
      forget();
    },
  };
}

/** @param {RTCConfiguration} configuration */
function newConnection(configuration) {
  try {
    return new RTCPeerConnection(configuration);
  } catch (error) {
    // Chromium makes 500 for each load of a page, and counts closed ones.
    throw refusal('failed', 'connections');
  }
}

/**
 * Whether this browser makes connections at all: some are built without, and policies and extensions
 * take them away.
 */
export function isSupported() {
  try {
    if (!isKnownToWork) new RTCPeerConnection().close();
    isKnownToWork = true;
  } catch {
    // Missing, or forbidden.
  }
  return isKnownToWork;
}

/** Each try takes one of the connections that a browser makes for a page. */
let isKnownToWork = false;

/** On purpose: type `pc`, or in a room `pcs`, in the console and look inside. */
function expose(pc, peerId) {
  if (!peerId) {
    window.pc = pc;
    return () => {};
  }
  window.pcs ??= new Map();
  window.pcs.set(peerId, pc);
  // Another one may have taken its place.
  return () => window.pcs.get(peerId) === pc && window.pcs.delete(peerId);
}
