#!/usr/bin/env bash
# What: what is still sent after replaceTrack(null), and what the other side sees of it.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: both browsers stop sending that sender's RTP at once.
# Seen: Chromium does, for audio and video. Firefox stops the audio, but goes on sending one video frame a second, with the camera
#   released. The receiver's track is not muted in either case, and its last picture stays.
# Why it matters: that a camera is off cannot be recognised by framesDecoded or bytesReceived standing still if the sender is Firefox.
#   Say it by signaling, or change the transceiver's direction, which mutes the other side's track.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
const counts = (page) => page.run(async () => {
  const of = (kind) => [...stats.values()].find((one) => one.type === 'inbound-rtp' && one.kind === kind)
  const stats = await pc.getStats()
  return { audio: of('audio').packetsReceived, video: of('video').packetsReceived, frames: of('video').framesDecoded }
})
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  await receiver.run(() => {
    globalThis.pc = new RTCPeerConnection()
    globalThis.muted = []
    pc.ontrack = ({ track }) => {
      track.onmute = () => muted.push(track.kind)
      const element = document.createElement(track.kind)
      element.muted = true
      element.srcObject = new MediaStream([track])
      element.play()
      if (track.kind === 'video') globalThis.video = element
    }
  })
  await sender.run(async () => {
    globalThis.pc = new RTCPeerConnection()
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true })
    for (const track of stream.getTracks()) pc.addTrack(track, stream)
  })
  await connect(sender, receiver)
  await until(receiver, async () => video.videoWidth > 0 && [...(await pc.getStats()).values()].some((one) => one.kind === 'audio' && one.packetsReceived > 20))
  await sender.run(async () => {
    for (const one of pc.getSenders()) {
      const { track } = one
      await one.replaceTrack(null)
      track.stop()
    }
  })
  // What is on its way, and in the encoder, comes first.
  await delay(2000)
  const before = await counts(receiver)
  await delay(6000)
  const after = await counts(receiver)
  const more = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]))
  const muted = await receiver.run(() => muted)
  console.log(`${sender.name}, six seconds after replaceTrack(null); received:`, more, 'muted:', muted)
  assert.deepEqual(muted, [])
  assert.equal(more.audio, 0)
  if (sender.name === 'Chromium') assert.deepEqual([more.video, more.frames], [0, 0])
  else assert(more.frames >= 3 && more.frames <= 9)
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
