// A camera at /gst for the time of a test: a page that speaks the protocol by hand and is as strict as `webrtcsink`, which
// offers in each session, sends candidates with two keys, and stops at an `error` or a message that it does not know.

/** Runs in the page: registers as a producer with this name; resolves once it has an id. */
export function produce({ address, name }) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
  const pen = canvas.getContext('2d');
  let frame = 0;
  setInterval(() => {
    pen.fillStyle = `hsl(${(frame += 20)} 80% 50%)`;
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }, 50);
  const [track] = canvas.captureStream(20).getTracks();
  const ws = new WebSocket(address);
  const say = (type, keys) => ws.send(JSON.stringify({ type, ...keys }));
  const sessions = new Map();
  window.camera = { stopped: '', sessions };
  const stop = (why) => {
    window.camera.stopped ||= why;
    ws.close();
  };
  const sdpOf = ({ type, sdp }) => ({ type, sdp });
  const hear = {
    peerStatusChanged: () => {},
    async startSession({ sessionId, offer }) {
      const pc = new RTCPeerConnection();
      sessions.set(sessionId, pc);
      pc.onicecandidate = ({ candidate }) => candidate?.candidate && say('peer', {
        sessionId, ice: { candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex },
      });
      if (offer) await pc.setRemoteDescription({ type: 'offer', sdp: offer });
      pc.addTrack(track, new MediaStream([track]));
      await pc.setLocalDescription();
      say('peer', { sessionId, sdp: sdpOf(pc.localDescription) });
    },
    async peer({ sessionId, sdp, ice }) {
      const pc = sessions.get(sessionId);
      if (sdp) await pc.setRemoteDescription(sdp);
      else await pc.addIceCandidate(ice);
    },
    endSession({ sessionId }) {
      sessions.get(sessionId).close();
      sessions.delete(sessionId);
    },
    error: ({ details }) => stop(details),
  };
  return new Promise((resolve) => {
    hear.welcome = ({ peerId }) => {
      say('setPeerStatus', { roles: ['producer'], meta: { name }, peerId });
      resolve(peerId);
    };
    ws.onmessage = async ({ data }) => {
      const { type, ...keys } = JSON.parse(data);
      if (!hear[type]) return stop(`unknown message: ${data}`);
      await hear[type](keys);
    };
  });
}

/**
 * Runs in the page: what its first `<video>` shows now, as a number; 0 without a picture. (`totalVideoFrames` did not
 * count the frames of this stream in Firefox.)
 */
export function picture() {
  const video = document.querySelector('video');
  if (!video?.videoWidth) return 0;
  const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 32 });
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0, 32, 32);
  return pen.getImageData(0, 0, 32, 32).data.reduce((sum, value, place) => (sum * 31 + value * (place + 1)) % 1_000_003, 1);
}
