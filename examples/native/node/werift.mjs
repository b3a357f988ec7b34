// Video with werift: sends the other side's picture back to it, and counts the frames. It repeats data, too.
//
// werift.mjs answer http://localhost:8181     waits for a call, of the built-in page or of a page of the course
// werift.mjs call http://localhost:8181       calls, and waits for an answer

import { RTCPeerConnection } from 'werift';
import { options, run } from './signaling.mjs';

const settings = options();
// No servers, since werift asks Google's STUN server otherwise. For calls between networks: GET /api/ice-servers.
const pc = new RTCPeerConnection({ iceServers: [] });
let frames = 0;

pc.onRemoteTransceiverAdded.subscribe((transceiver) => useTrack(transceiver));
pc.ondatachannel = ({ channel }) => repeat(channel);
if (settings.role === 'call') {
  for (const kind of ['audio', 'video']) useTrack(pc.addTransceiver(kind));
  repeat(pc.createDataChannel('echo'));
}

async function useTrack(transceiver) {
  transceiver.setDirection('sendrecv');
  const [track] = await transceiver.onTrack.asPromise();
  await transceiver.sender.replaceTrack(track);
  if (track.kind !== 'video') return;
  track.onReceiveRtp.subscribe(({ header }) => (frames += Number(header.marker))); // The last packet of a frame.
  // A key frame is asked for each second: pictures after a loss cannot be decoded without one.
  setInterval(() => {
    console.log(`video: ${frames} frames`);
    transceiver.receiver.sendRtcpPLI(track.ssrc).catch(() => {});
  }, 1000).unref();
}

function repeat(channel) {
  channel.onmessage = ({ data }) => channel.send(data);
}

await run(pc, settings);
process.exit(); // The libraries may have left timers.
