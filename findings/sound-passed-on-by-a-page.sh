#!/usr/bin/env bash
# What: a page that passes sound and picture of one peer connection on to another, without playing them itself.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: the tracks of a connection can be sent on another one, whether an element plays them or not.
# Seen: so in Firefox. In Chromium the picture arrives at the far end, and of the sound not a single packet; a muted audio element with
#   the track in the page between mends it.
# Why it matters: a page that connects two others (a bridge between rooms, a recorder in a third browser) is silent in Chromium, without
#   an error. Attach the sound to a muted audio element.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
/** Runs in a page: a connection whose tracks go into a second one; packets of each kind that arrive at its end within 4 seconds. */
async function passOn(isPlayed) {
  const connect = async (from, to) => {
    from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate ?? undefined)
    to.onicecandidate = ({ candidate }) => from.addIceCandidate(candidate ?? undefined)
    const offer = await from.createOffer()
    await to.setRemoteDescription(offer)
    await from.setLocalDescription(offer)
    const answer = await to.createAnswer()
    await from.setRemoteDescription(answer)
    await to.setLocalDescription(answer)
  }
  const [source, middle, next, end] = Array.from({ length: 4 }, () => new RTCPeerConnection())
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } })
  for (const track of stream.getTracks()) source.addTrack(track, stream)
  const elements = []
  middle.ontrack = ({ track }) => {
    next.addTrack(track, new MediaStream([track]))
    if (!isPlayed || track.kind !== 'audio') return
    const element = Object.assign(new Audio(), { muted: true, srcObject: new MediaStream([track]) })
    elements.push(element)
    element.play()
  }
  await connect(source, middle)
  await connect(next, end)
  await new Promise((done) => setTimeout(done, 4000))
  const packets = {}
  for (const { type, kind, packetsReceived } of (await end.getStats()).values()) if (type === 'inbound-rtp') packets[kind] = packetsReceived > 0
  for (const pc of [source, middle, next, end]) pc.close()
  for (const track of stream.getTracks()) track.stop()
  return packets
}
for (const page of [await chromium({ media: true }), await firefox({ media: true })]) {
  for (const isPlayed of [false, true]) {
    const packets = await page.run(passOn, isPlayed)
    assert.deepEqual(packets, page.name === 'Chromium' && !isPlayed ? { video: true } : { audio: true, video: true })
    console.log(page.name, isPlayed ? 'with a muted element:' : 'without an element:', packets)
  }
  await page.close()
}
process.exit()
MODULE
