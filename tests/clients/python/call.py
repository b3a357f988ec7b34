"""Two users with python-socketio make a call, and then wait for the server to come back after a restart.

call.py URL TRANSPORT[,TRANSPORT] writes one line of JSON for each thing that came about.
"""

import asyncio
import json
import sys

import socketio

CANDIDATES = 40


def tell(what, value=None):
    print(json.dumps([what, value]), flush=True)


async def connect(url, transports, name):
    """A client that writes down what becomes of its connection."""
    client = socketio.AsyncClient(reconnection_delay=0.2, reconnection_delay_max=0.5)
    connects = 0

    @client.event
    async def connect():
        nonlocal connects
        connects += 1
        tell(f"{name} {'connected' if connects == 1 else 'is back'}", client.transport())

    @client.event
    async def disconnect(reason):
        tell(f"{name} disconnected", reason)

    await client.connect(url, transports=transports, auth={"userName": name, "password": "x"})
    return client


async def main(url, transports):
    caller = await connect(url, transports, "caller")
    answerer = await connect(url, transports, "answerer")
    tell("transport", answerer.transport())
    tell("ack", await caller.call("test", timeout=30))

    answered, all_here = asyncio.Event(), asyncio.Event()
    candidates = []

    @answerer.on("newOfferAwaiting")
    async def offered(offers):
        await answerer.emit("newAnswer", {**offers[0], "answer": {"type": "answer", "sdp": "v=0"}})

    @answerer.on("receivedIceCandidateFromServer")
    async def received(candidate):
        candidates.append(candidate["candidate"])
        if len(candidates) == CANDIDATES:
            all_here.set()

    @caller.on("answerResponse")
    async def response(_):
        answered.set()

    await caller.emit("newOffer", {"type": "offer", "sdp": "v=0"})
    await asyncio.wait_for(answered.wait(), 30)
    for number in range(CANDIDATES):
        candidate = {"candidate": f"candidate:{number}", "sdpMid": "0"}
        message = {"didIOffer": True, "iceUserName": "caller", "iceCandidate": candidate}
        await caller.emit("sendIceCandidateToSignalingServer", message)
    try:
        await asyncio.wait_for(all_here.wait(), 10)
    except asyncio.TimeoutError:
        pass
    tell("candidates", candidates)
    await asyncio.sleep(3600)  # ended by the test


asyncio.run(main(sys.argv[1], sys.argv[2].split(",")))
