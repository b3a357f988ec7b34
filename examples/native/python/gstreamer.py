"""Video with GStreamer's webrtcbin: sends a test picture, and counts the frames that it receives.

gstreamer.py answer http://localhost:8181     waits for a call, of the built-in page or of a page of the course
gstreamer.py call http://localhost:8181       calls, and waits for an answer
"""

import asyncio
import contextlib
import re
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC

import signaling

# What is sent; "v4l2src ! videoconvert" is a camera.
PICTURE = (
    "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1 ! videoconvert"
    " ! vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay"
    " ! application/x-rtp,media=video,encoding-name=VP8,payload={} ! webrtcbin name=webrtc bundle-policy=max-bundle"
)
SOUND = "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2"


class Peer:
    webrtc = None

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.gathered = asyncio.Event()

    def start(self, payload):
        self.pipeline = Gst.parse_launch(PICTURE.format(payload))
        self.webrtc = self.pipeline.get_by_name("webrtc")
        self.webrtc.connect("pad-added", self.received)
        self.webrtc.connect("notify::ice-gathering-state", self.gathering)
        self.pipeline.set_state(Gst.State.PLAYING)

    async def ask(self, signal, *arguments):
        promise = Gst.Promise.new()
        self.webrtc.emit(signal, *arguments, promise)
        await asyncio.to_thread(promise.wait)
        return promise.get_reply()

    async def describe(self, kind):
        reply = await self.ask(f"create-{kind}", None)
        # Candidates are found after this, and come into the description, too.
        await self.ask("set-local-description", reply.get_value(kind))
        await self.gathered.wait()
        return {"type": kind, "sdp": self.webrtc.get_property("local-description").sdp.as_text()}

    async def offer(self):
        self.start(96)
        direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        self.webrtc.emit("add-transceiver", direction, Gst.Caps.from_string(SOUND))
        return await self.describe("offer")

    async def answer(self, offer):
        if not self.webrtc:  # Else it is a new offer within the call.
            # webrtcbin sends the number that the payloader writes, even if the offer has another one for VP8.
            payload = re.search(r"^a=rtpmap:(\d+) VP8/", offer["sdp"], re.MULTILINE)
            self.start(payload[1] if payload else 96)
        await self.accept(offer)
        return await self.describe("answer")

    async def accept(self, description):
        kind = getattr(GstWebRTC.WebRTCSDPType, description["type"].upper())
        _, sdp = GstSdp.SDPMessage.new_from_text(description["sdp"])
        await self.ask("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(kind, sdp))

    async def add_candidate(self, candidate):
        # webrtcbin does not report a candidate that it cannot use. The index must be a number.
        if candidate and candidate["candidate"]:
            self.webrtc.emit("add-ice-candidate", candidate["sdpMLineIndex"] or 0, candidate["candidate"])

    # GStreamer calls what follows in threads of its own.

    def gathering(self, webrtc, _):
        if webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            self.loop.call_soon_threadsafe(self.gathered.set)

    def received(self, webrtc, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        name = pad.get_current_caps()[0]["encoding-name"]
        if name == "VP8":
            chain = "rtpvp8depay ! vp8dec ! identity name=frames ! fakesink"  # or videoconvert ! autovideosink
        else:
            chain = "fakesink"
        received = Gst.parse_bin_from_description(chain, True)
        if frames := received.get_by_name("frames"):
            frames.set_property("signal-handoffs", True)
            frames.connect("handoff", self.count, {"frames": 0, "shown": time.monotonic()})
        self.pipeline.add(received)
        received.sync_state_with_parent()
        pad.link(received.get_static_pad("sink"))

    def count(self, _, buffer, counter):
        counter["frames"] += 1
        if time.monotonic() > counter["shown"] + 1:
            print("video:", counter["frames"], "frames", flush=True)
            counter["shown"] = time.monotonic()


async def main():
    options = signaling.options()
    peer = Peer()
    try:
        await signaling.run(peer, options)
    finally:
        if peer.webrtc:
            peer.pipeline.set_state(Gst.State.NULL)


Gst.init(None)
with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(main())
