#!/usr/bin/env bash
# What: how the sender of a video track gets a key frame from its encoded transform.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: a browser that has RTCRtpScriptTransform has both methods of the transformer: generateKeyFrame for senders, sendKeyFrameRequest
#   for receivers.
# Seen: Firefox has both. Chromium's transformer has sendKeyFrameRequest alone; generateKeyFrame is missing, and a call of it is a
#   TypeError in the worker. There the page's setParameters with encodingOptions gives a key frame.
# Why it matters: a page that changes the key of an end-to-end encrypted call wants a key frame right after it. Code that was written with
#   Firefox gets an exception in Chromium, in a worker, where it is easily overlooked.
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
const keyFrames = async () => [...(await pc.getStats()).values()].find(({ type }) => type === 'inbound-rtp')?.keyFramesDecoded ?? 0
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  await receiver.run(() => {
    globalThis.pc = new RTCPeerConnection()
    pc.ontrack = ({ track }) => {
      globalThis.video = document.createElement('video')
      video.muted = true
      video.srcObject = new MediaStream([track])
      video.play()
    }
  })
  await sender.run(async () => {
    const worker = () => {
      onrtctransform = ({ transformer }) => {
        transformer.readable.pipeTo(transformer.writable)
        onmessage = async () => {
          try {
            postMessage(typeof await transformer.generateKeyFrame())
          } catch (e) {
            postMessage(e.name)
          }
        }
      }
    }
    const source = new Blob([`(${worker})()`], { type: 'text/javascript' })
    globalThis.pc = new RTCPeerConnection()
    globalThis.worker = new Worker(URL.createObjectURL(source))
    const stream = await navigator.mediaDevices.getUserMedia({ video: true })
    pc.addTrack(stream.getTracks()[0], stream).transform = new RTCRtpScriptTransform(globalThis.worker)
  })
  await connect(sender, receiver)
  await until(receiver, () => video.videoWidth > 0)
  // Key frames of the beginning, for the first size and bandwidth, come first.
  await delay(4000)
  const counts = [await receiver.run(keyFrames)]
  const generated = await sender.run(() => new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data)
    worker.postMessage('')
  }))
  await delay(2500)
  counts.push(await receiver.run(keyFrames))
  await sender.run(async () => {
    const [one] = pc.getSenders()
    const parameters = one.getParameters()
    await one.setParameters(parameters, { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) })
  })
  await delay(2500)
  counts.push(await receiver.run(keyFrames))
  console.log(`${sender.name}: generateKeyFrame gives ${generated}; key frames before, after it, after setParameters:`, counts)
  assert.equal(generated, sender.name === 'Firefox' ? 'number' : 'TypeError')
  // Firefox also makes key frames of its own accord, so only Chromium's are counted.
  if (sender.name === 'Chromium') assert.deepEqual(counts.map((count) => count - counts[0]), [0, 0, 1])
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
