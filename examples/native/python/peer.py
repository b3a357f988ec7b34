"""A peer connection of aiortc, as signaling.py wants it."""

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp


class Peer:
    def __init__(self):
        # None, since aiortc asks Google's STUN server otherwise. For calls between networks: GET /api/ice-servers.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    async def offer(self):
        return await self.describe(await self.pc.createOffer())

    async def answer(self, offer):
        await self.accept(offer)
        return await self.describe(await self.pc.createAnswer())

    async def describe(self, description):
        await self.pc.setLocalDescription(description)  # It gathers, too: aiortc has no event for candidates.
        return {"type": self.pc.localDescription.type, "sdp": self.pc.localDescription.sdp}

    async def accept(self, description):
        await self.pc.setRemoteDescription(RTCSessionDescription(description["sdp"], description["type"]))

    async def add_candidate(self, candidate):
        if not candidate or not candidate["candidate"]:
            return await self.pc.addIceCandidate(None)  # There are no more.
        if ".local " in candidate["candidate"]:
            return  # aiortc waits a second for such a name. Without it, the browser connects to our addresses.
        parsed = candidate_from_sdp(candidate["candidate"].removeprefix("candidate:"))
        parsed.sdpMid, parsed.sdpMLineIndex = candidate.get("sdpMid"), candidate.get("sdpMLineIndex")
        await self.pc.addIceCandidate(parsed)
