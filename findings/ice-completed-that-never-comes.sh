#!/usr/bin/env bash
# What: `iceConnectionState` of both ends of a connection that works, for 15 seconds.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: once both sides have said that their candidates are at an end, the offerer at least goes from `connected` to `completed`.
# Seen: both ends go from `checking` to `connected` and stay there, in Chromium and in Firefox, with a data channel and with audio, though
#   gathering is `complete` at both and each end has been given the other's end of candidates.
# Why it matters: a page that waits for `completed`, as examples of ten years ago do, waits for ever; one that treats it as better than
#   `connected` never sees the better state. Take `connected` of `connectionState`.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
/** Runs in a page: a connection of the page with itself by trickled candidates, the end of candidates included. */
async function connectHere(kind) {
  const ends = [new RTCPeerConnection(), new RTCPeerConnection()]
  const states = [[], []]
  for (const [n, end] of ends.entries()) {
    end.oniceconnectionstatechange = () => states[n].push(end.iceConnectionState)
    end.onicecandidate = ({ candidate }) => ends[1 - n].addIceCandidate(candidate ?? undefined)
  }
  if (kind === 'channel') ends[0].createDataChannel('x')
  else ends[0].addTransceiver('audio')
  const offer = await ends[0].createOffer()
  await ends[1].setRemoteDescription(offer)
  await ends[0].setLocalDescription(offer)
  const answer = await ends[1].createAnswer()
  await ends[0].setRemoteDescription(answer)
  await ends[1].setLocalDescription(answer)
  await new Promise((next) => setTimeout(next, 15_000))
  return { offerer: states[0].join(), answerer: states[1].join(), gathering: ends.map((end) => end.iceGatheringState).join() }
}
for (const page of [await chromium(), await firefox()]) {
  for (const kind of ['channel', 'audio']) {
    const seen = await page.run(connectHere, kind)
    console.log(page.name, kind, seen)
    assert.deepEqual(seen, { offerer: 'checking,connected', answerer: 'checking,connected', gathering: 'complete,complete' })
  }
  await page.close()
}
process.exit()
MODULE
