#!/usr/bin/env bash
# What: what the other side sees when a camera is replaced by the track of a canvas that was drawn just before, such as a "camera off" card.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: captureStream() begins with the canvas as it is, so that the other side sees the card within a second.
# Seen: from Firefox it does. Chromium captures only what is drawn after captureStream(): the other side keeps the last picture of the
#   camera, for as long as nobody draws, and `requestFrame()` of a captureStream(0) does not help. Drawing the same pixels again does.
# Why it matters: the user believes that the camera is off while a picture of the room stays on the other side's screen.
#   Draw after captureStream(), or again and again.
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
async function call(caller, callee) {
  await callee.run(() => {
    globalThis.pc = new RTCPeerConnection()
    globalThis.video = document.createElement('video')
    video.muted = true
    pc.ontrack = ({ track }) => {
      video.srcObject = new MediaStream([track])
      video.play()
    }
    // Only the card is pure red.
    globalThis.picture = () => {
      const context = new OffscreenCanvas(1, 1).getContext('2d')
      context.drawImage(video, 0, 0, 1, 1)
      const [red, green, blue] = context.getImageData(0, 0, 1, 1).data
      return red > 200 && green < 50 && blue < 50 ? 'card' : 'camera'
    }
  })
  await caller.run(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } })
    globalThis.pc = new RTCPeerConnection()
    globalThis.sender = pc.addTrack(stream.getTracks()[0])
    globalThis.canvas = document.body.appendChild(document.createElement('canvas'))
    globalThis.context = canvas.getContext('2d')
    globalThis.draw = () => {
      context.fillStyle = 'red'
      context.fillRect(0, 0, canvas.width, canvas.height)
    }
  })
  await connect(caller, callee)
  await until(callee, () => video.videoWidth > 0)
}
async function seen(caller, callee, step) {
  await caller.run(step)
  // Long enough for every frame that would come by itself.
  await delay(4000)
  return callee.run(() => picture())
}
for (const [caller, callee] of [pages, [...pages].reverse()]) {
  await call(caller, callee)
  const result = {
    before: await callee.run(() => picture()),
    'drawn, captured, replaced': await seen(caller, callee, async () => {
      draw()
      await new Promise((next) => setTimeout(next, 500))
      await sender.replaceTrack(canvas.captureStream().getTracks()[0])
    }),
    'captureStream(0) and requestFrame()': await seen(caller, callee, async () => {
      const [track] = canvas.captureStream(0).getTracks()
      await sender.replaceTrack(track)
      track.requestFrame?.()
    }),
    'drawn again': await seen(caller, callee, async () => {
      await sender.replaceTrack(canvas.captureStream().getTracks()[0])
      draw()
    }),
  }
  console.log(`${caller.name} sends to ${callee.name}:`, result)
  const first = caller.name === 'Chromium' ? 'camera' : 'card'
  assert.deepEqual(Object.values(result), ['camera', first, first, 'card'])
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
