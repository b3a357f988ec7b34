#!/usr/bin/env bash
# What: what is left of a simulcast offer when the other side is a browser and not a media server.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: browsers do not receive simulcast, so one encoding is left, and that is the best one, or the encodings' settings are dropped.
# Seen: the answer has no a=simulcast, and the first encoding of the list is left, without an error or a warning. With the usual order,
#   smallest first, Chromium sends 160 of the camera's 640 pixels for ever. Firefox says in getParameters() that it scales down by 4
#   as well, but does not: it sends the whole picture as far as the bandwidth allows.
# Why it matters: code that was written for a media server and is used for a direct call shows a small, blurred picture if Chromium
#   sends, and nobody looks for the cause in sendEncodings. For direct calls list the full picture first, or leave sendEncodings out.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
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
  })
  const width = await caller.run(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } })
    globalThis.pc = new RTCPeerConnection()
    pc.addTransceiver(stream.getTracks()[0], {
      direction: 'sendonly',
      sendEncodings: [{ rid: 'small', scaleResolutionDownBy: 4 }, { rid: 'full' }],
    })
    return stream.getTracks()[0].getSettings().width
  })
  const { offered, answered } = await connect(caller, callee)
  await until(callee, () => video.videoWidth > 0)
  // Enough time for an encoder that would begin small and grow.
  await new Promise((next) => setTimeout(next, 3000))
  const seen = {
    'offer has a=simulcast': offered.sdp.includes('a=simulcast'),
    'answer has a=simulcast': answered.sdp.includes('a=simulcast'),
    'scaled down by': await caller.run(() => pc.getSenders()[0].getParameters().encodings.map((one) => one.scaleResolutionDownBy).join()),
    camera: width,
    received: await callee.run(() => video.videoWidth),
  }
  for (const page of [caller, callee]) await page.run(() => pc.close())
  return seen
}
for (const [caller, callee] of [pages, [...pages].reverse()]) {
  const seen = await call(caller, callee)
  console.log(`${caller.name} calls ${callee.name}:`, seen)
  const { received, ...others } = seen
  assert.deepEqual(others, { 'offer has a=simulcast': true, 'answer has a=simulcast': false, 'scaled down by': '4', camera: 640 })
  assert(caller.name === 'Chromium' ? received === 160 : received > 160)
}
for (const page of pages) await page.close()
process.exit()
MODULE
