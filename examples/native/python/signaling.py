"""One call over the course's events, with python-socketio. `run` returns when the call is over.

What makes the connection, aiortc or GStreamer, is an object with four coroutines: `offer()` and `answer(offer)` give a
description that holds all candidates of this side, `accept(answer)` and `add_candidate(candidate)` take the other's.
"""

import argparse
import asyncio
import contextlib
import re
import secrets
import ssl

import aiohttp
import socketio


def options(**more):
    """The arguments that each program takes, and `more` of its own: `file="what it is for"` is `--file`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["answer", "call"])
    parser.add_argument("url", help="http://localhost:8181")
    parser.add_argument("--name", default=f"Python-{secrets.token_hex(2)}", help="the user name")
    parser.add_argument("--password", default="x")
    parser.add_argument("--lobby", help="only clients of the same lobby meet")
    parser.add_argument("--ca", help="the server's switchboard-ca.crt, for https with its own certificate")
    for name, text in more.items():
        parser.add_argument(f"--{name}", help=text)
    return parser.parse_args()


async def run(peer, options):
    # The connector's context counts for polling and for the WebSocket.
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=options.ca))
    async with aiohttp.ClientSession(connector=connector) as http:
        # By itself the client would take Ctrl-C away from asyncio, and nothing here would end.
        client = socketio.AsyncClient(http_session=http, handle_sigint=False)
        try:
            await Call(client, peer, options).run()
        finally:
            if client.connected:
                # The acknowledgement is waited for: disconnect() drops what is not yet sent.
                with contextlib.suppress(socketio.exceptions.SocketIOError):
                    await client.call("hangup", {}, timeout=5)
            await client.disconnect()


class Call:
    def __init__(self, client, peer, options):
        self.client, self.peer, self.options = client, peer, options
        self.events = asyncio.Queue()
        self.offer = None  # our description, if we call
        self.offer_id = None  # of our offer, then of the call
        self.rejoin = None  # what lets us take up the call on a server that was restarted

    async def run(self):
        # Each handler would be a task of its own, and a candidate could overtake its description: so all events go
        # through one queue.
        put = lambda event, data=None, *_: self.events.put_nowait((event, data))
        self.client.on("*", put)
        self.client.on("connect", lambda: put("connect"))
        self.client.on("disconnect", lambda reason: put("disconnect", reason))
        self.client.on("connect_error", lambda data: print("not connected:", data, flush=True))
        auth = {"userName": self.options.name, "password": self.options.password, "lobby": self.options.lobby}
        # Random and constant: so the server gives back what a broken connection had, even before it notices the break.
        auth["session"] = secrets.token_hex(16)
        await self.client.connect(self.options.url, auth=auth, wait_timeout=30)
        while True:
            event, data = await self.events.get()
            try:
                await self.handle(event, data)
            except EOFError as end:
                return print(end, flush=True)
            except socketio.exceptions.BadNamespaceError:
                pass  # The connection broke meanwhile. The client connects again by itself, and "connect" follows.

    async def handle(self, event, data):
        match event:
            case "connect":
                print("connected", flush=True)
                self.is_offered = False
                # What the server restores arrives before this acknowledgement.
                await self.client.emit("test", callback=lambda _: self.events.put_nowait(("ready", None)))
            case "restored":
                self.is_offered = data["openOffer"] is not None
            case "ready" if self.rejoin:
                await self.client.emit("rejoinCall", self.rejoin, callback=lambda _: print("the call goes on", flush=True))
            case "ready" if self.options.role == "call" and not self.is_offered:
                self.offer = self.offer or await self.peer.offer()
                await self.client.emit("newOffer", self.offer, callback=self.offered)
            case "availableOffers" | "newOfferAwaiting" if self.options.role == "answer" and data and not self.rejoin:
                offer = data[0]
                answer = await self.peer.answer(offer["offer"])
                self.began(offer["offerId"], offer["offererUserName"], answer)
                await self.client.emit("newAnswer", offer | {"answer": answer}, callback=self.candidates)
            case "answerResponse":
                self.began(data["offerId"], data["answererUserName"], data["answer"])
                await self.peer.accept(data["answer"])
            case "receivedIceCandidateFromServer":
                await self.peer.add_candidate(data)
            case "renegotiation":
                answer = await self.peer.answer(data["offer"])
                await self.client.emit("newAnswer", {"offerId": data["offerId"], "answer": answer})
            case "peerLost" | "peerBack":  # The connection to the server; ours to the other side goes on.
                print(data["userName"], "is away" if event == "peerLost" else "is back", flush=True)
            case "peerHangup" if data["offerId"] == self.offer_id:
                raise EOFError(f"the call with {data['userName']} is over: {data['reason']}")
            case "offerWithdrawn" if data["offerId"] == self.offer_id and not self.rejoin:
                raise EOFError(f"no answer: {data['reason']}")
            case "signalingError":
                raise EOFError(f"{data['event']}: {data['message']}")
            case "disconnect":
                print("disconnected:", data, flush=True)
                if data == self.client.reason.SERVER_DISCONNECT:  # It does not connect again by itself.
                    raise EOFError("the server closed the connection")

    def offered(self, reply):
        self.offer_id = reply.get("offerId")

    def candidates(self, so_far):
        for candidate in so_far:
            self.events.put_nowait(("receivedIceCandidateFromServer", candidate))

    def began(self, offer_id, other, answer):
        print("in a call with", other, flush=True)
        self.offer_id = offer_id
        # Both ends name the call, the other user and a secret of the two: the ICE password of the answer.
        key = re.search(r"^a=ice-pwd:(\S+)", answer["sdp"], re.MULTILINE)[1]
        did_offer = self.options.role == "call"
        self.rejoin = {"offerId": offer_id, "didIOffer": did_offer, "userName": other, "key": key}
