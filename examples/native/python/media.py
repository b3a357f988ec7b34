"""Video with aiortc: sends a test picture, and counts the frames that it receives.

media.py answer http://localhost:8181     waits for a call, of the built-in page or of a page of the course
media.py call http://localhost:8181       calls, and waits for an answer
"""

import asyncio
import contextlib
import time

from aiortc.contrib.media import MediaBlackhole, MediaPlayer
from aiortc.mediastreams import MediaStreamError

import signaling
from peer import Peer


async def show(track):
    frames, shown = 0, time.monotonic()
    with contextlib.suppress(MediaStreamError):  # The track has ended.
        while True:
            frame = await track.recv()  # PyAV's: frame.to_ndarray(format="bgr24") is what OpenCV takes.
            frames += 1
            if time.monotonic() > shown + 1:
                print(f"video {frame.width}x{frame.height}: {frames} frames", flush=True)
                shown = time.monotonic()


async def main():
    options = signaling.options()
    peer, sound = Peer(), MediaBlackhole()
    camera = MediaPlayer("testsrc=size=320x240:rate=15", format="lavfi")  # or "/dev/video0", format="v4l2"

    @peer.pc.on("track")
    async def on_track(track):
        if track.kind == "video":
            await show(track)
        else:  # What is received and never read would stay in memory.
            sound.addTrack(track)
            await sound.start()

    if options.role == "call":
        peer.pc.addTransceiver("audio", direction="recvonly")
    peer.pc.addTrack(camera.video)
    try:
        await signaling.run(peer, options)
    finally:
        await sound.stop()
        await peer.pc.close()
        camera.video.stop()


with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(main())
