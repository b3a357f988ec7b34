// What may be wrong with a browser, its network or the other page: scripts for `visit`, which run in the
// page before its own.

/** WebRTC is missing, as in some builds and by some policies. */
export function withoutWebRtc() {
  delete window.RTCPeerConnection;
}

/** The browser makes one connection, and no more. */
export function withOneConnection() {
  let isFirst = true;
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      if (!isFirst) throw new DOMException('Cannot create so many PeerConnections', 'UnknownError');
      isFirst = false;
      super(...args);
    }
  };
}

/** No candidate of the other side is ever tried: a firewall. */
export function withoutAWay() {
  RTCPeerConnection.prototype.addIceCandidate = async () => {};
}

/** The page answers the first offer of each call and no other. */
export function answeringOnce() {
  const { prototype } = RTCPeerConnection;
  const { setRemoteDescription } = prototype;
  prototype.setRemoteDescription = function (description) {
    const isLater = description.type === 'offer' && this.remoteDescription;
    return isLater ? new Promise(() => {}) : setRemoteDescription.call(this, description);
  };
}

/** The page offers and answers sound alone. */
export function withSoundAlone() {
  const { prototype } = RTCPeerConnection;
  const { addTrack, addTransceiver } = prototype;
  prototype.addTrack = function (track, ...rest) {
    return track.kind === 'audio' ? addTrack.call(this, track, ...rest) : undefined;
  };
  prototype.addTransceiver = function (kind, ...rest) {
    return kind === 'audio' ? addTransceiver.call(this, kind, ...rest) : undefined;
  };
}

/** The browser refuses `window.refusals` answers, when that is set. */
export function refusingAnswers() {
  const { prototype } = RTCPeerConnection;
  const { setRemoteDescription } = prototype;
  window.refusals = 0;
  prototype.setRemoteDescription = async function (description) {
    if (description.type === 'answer' && window.refusals > 0) {
      window.refusals -= 1;
      throw new DOMException('made to fail: the answer', 'InvalidAccessError');
    }
    return setRemoteDescription.call(this, description);
  };
}
