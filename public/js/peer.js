// The connection between the two browsers: the only file that touches RTCPeerConnection. It knows
// nothing of the server; the page carries descriptions and candidates from one to the other.
// Renegotiation and ICE restart get their place here, beside the first offer and answer.

// Course step 3: the servers that tell a browser how it is seen from outside. None is needed as
// long as both are in the same network.
const ICE_SERVERS = [];

/**
 * @typedef {object} Peer
 * @property {MediaStream} remoteStream what the other side sends, filled as its tracks arrive
 * @property {() => Promise<RTCSessionDescription>} createOffer
 * @property {(offer: RTCSessionDescriptionInit) => Promise<RTCSessionDescription>} createAnswer
 * @property {(answer: RTCSessionDescriptionInit) => Promise<void>} addAnswer
 * @property {(candidate: RTCIceCandidateInit | null) => void} addNewIceCandidate
 * @property {() => void} close
 */

/**
 * @param {MediaStream} localStream may be empty: then this side only receives
 * @param {object} listeners
 * @param {(candidate: RTCIceCandidate) => void} listeners.onCandidate one of our own was found
 * @param {(state: RTCPeerConnectionState) => void} listeners.onStateChange
 * @returns {Peer}
 */
export function createPeerConnection(localStream, { onCandidate, onStateChange }) {
  // Course step 2: the caller's connection.
  // Course step 13: the answerer's.
  const pc = new RTCPeerConnection({ iceServers: ICE_SERVERS });
  window.pc = pc; // On purpose: type `pc` in the console and look inside.

  // Course step 4: the caller's tracks go into the connection.
  // Course step 14: the answerer's.
  for (const track of localStream.getTracks()) pc.addTrack(track, localStream);

  // Course step 7: once there is a local description, the browser looks for ways to be reached
  // and tells each as it finds it.
  // Course step 18: the answerer's browser does the same.
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) onCandidate(candidate); // null says that no more will come
  });
  pc.addEventListener('connectionstatechange', () => onStateChange(pc.connectionState));

  // Course step 20: the answerer waits for the other side's tracks.
  // Course step 23: so does the caller, and both for candidates, in addNewIceCandidate.
  const remoteStream = new MediaStream();
  pc.addEventListener('track', ({ track }) => remoteStream.addTrack(track));

  // A candidate means nothing before the description it belongs to, and may overtake it.
  const heldCandidates = [];

  function addNewIceCandidate(candidate) {
    heldCandidates.push(candidate);
    if (pc.remoteDescription) addHeldCandidates();
  }

  // Not awaited one by one: the browser adds them in the order of these calls, and one that comes
  // meanwhile must not slip in between.
  function addHeldCandidates() {
    for (const candidate of heldCandidates.splice(0)) {
      pc.addIceCandidate(candidate).catch((error) => {
        // One way less to reach the other side; the others may do.
        if (pc.signalingState !== 'closed') console.warn('A candidate was not accepted:', error.message);
      });
    }
  }

  async function setRemoteDescription(description) {
    await pc.setRemoteDescription(description);
    addHeldCandidates();
  }

  return {
    remoteStream,

    async createOffer() {
      // What we cannot send we can still receive, but only if the offer says so.
      for (const kind of ['audio', 'video']) {
        const sends = localStream.getTracks().some((track) => track.kind === kind);
        if (!sends) pc.addTransceiver(kind, { direction: 'recvonly' });
      }
      // Course step 5: the offer says what we can send and receive.
      const offer = await pc.createOffer();
      // Course step 6: from here on the browser stands by it.
      await pc.setLocalDescription(offer);
      return pc.localDescription;
    },

    async createAnswer(offer) {
      // Course step 17: the offer becomes the remote description. It comes before the answer,
      // which cannot be made without it.
      await setRemoteDescription(offer);
      // Course step 15: the answer says what both can do.
      const answer = await pc.createAnswer();
      // Course step 16: as in step 6.
      await pc.setLocalDescription(answer);
      return pc.localDescription;
    },

    async addAnswer(answer) {
      // Course step 22: the answer becomes the caller's remote description.
      await setRemoteDescription(answer);
    },

    addNewIceCandidate,

    close() {
      pc.close();
    },
  };
}
