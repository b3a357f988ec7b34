"""A file by data channel with aiortc. Which side calls does not matter.

data.py answer http://localhost:8181 --lobby files --folder .         receives files
data.py call http://localhost:8181 --lobby files --send photo.jpg     sends one, and hangs up
"""

import asyncio
import contextlib
import json
from pathlib import Path

import signaling
from peer import Peer

CHUNK = 16 * 1024


async def send(channel, file):
    data = file.read_bytes()
    channel.send(json.dumps({"name": file.name, "size": len(data)}))
    for start in range(0, len(data), CHUNK):
        while channel.bufferedAmount > 64 * CHUNK:  # What is sent faster than the network takes it fills memory.
            await asyncio.sleep(0.01)
        channel.send(data[start : start + CHUNK])


def receive(channel, folder):
    file, header = bytearray(), None

    @channel.on("message")
    def on_message(message):
        nonlocal header
        if isinstance(message, str):
            header = json.loads(message)
            file.clear()
        else:
            file.extend(message)
        if header and len(file) >= header["size"]:
            path = folder / Path(header["name"]).name  # Never where the other side says.
            path.write_bytes(file)
            channel.send(json.dumps({"received": len(file)}))
            print("received", path, len(file), "bytes", flush=True)
            header = None


async def main():
    options = signaling.options(send="the file to send", folder="where received files go")
    peer = Peer()
    done = asyncio.get_running_loop().create_future()

    def use(channel):
        if not options.send:
            return receive(channel, Path(options.folder or "."))

        @channel.on("message")
        def on_message(message):
            print("the other side has", json.loads(message)["received"], "bytes", flush=True)
            done.set_result(None)

        return asyncio.ensure_future(send(channel, Path(options.send)))

    peer.pc.on("datachannel", use)
    if options.role == "call":
        channel = peer.pc.createDataChannel("file")
        channel.on("open", lambda: use(channel))
    call = asyncio.ensure_future(signaling.run(peer, options))
    try:
        await asyncio.wait([call, done], return_when=asyncio.FIRST_COMPLETED)
    finally:
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await peer.pc.close()


with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(main())
