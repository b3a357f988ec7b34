#!/usr/bin/env bash
# What: a MediaRecorder on the tracks of the other side, on a page that plays the picture, and does not play the sound.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: a recorder takes its tracks from the connection; whether an element plays them makes no difference.
# Seen: so in Firefox. In Chromium the recording with sound has 110 bytes, the header alone: also the picture is missing, and there
#   are `start`, `dataavailable` and `stop`, and no `error`. The picture alone is recorded. An audio element with the track that is
#   muted or paused is enough for both; once its `srcObject` is taken away, the next recording is empty again.
# Why it matters: a page that records a call for a user who does not hear it (muted by leaving the audio out, a recorder in the
#   background) finds an empty file at the end. Attach the track to an element and mute that.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  await receiver.run(() => {
    globalThis.pc = new RTCPeerConnection()
    globalThis.video = document.createElement('video')
    video.muted = true
    globalThis.tracks = {}
    pc.ontrack = ({ track }) => {
      tracks[track.kind] = track
      if (track.kind === 'video') {
        video.srcObject = new MediaStream([track])
        video.play()
      }
    }
  })
  await sender.run(async () => {
    globalThis.pc = new RTCPeerConnection()
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } })
    for (const track of stream.getTracks()) pc.addTrack(track, stream)
  })
  await connect(sender, receiver)
  await until(receiver, () => video.currentTime > 0.5)
  const seen = await receiver.run(async () => {
    const seen = {}
    const record = async (name, ...kinds) => {
      const recorder = new MediaRecorder(new MediaStream(kinds.map((kind) => tracks[kind])))
      const events = []
      let bytes = 0
      for (const type of ['start', 'dataavailable', 'stop', 'error']) {
        recorder.addEventListener(type, (event) => {
          events.push(type)
          bytes += event.data?.size ?? 0
        })
      }
      recorder.start()
      await new Promise((next) => setTimeout(next, 2500))
      const end = new Promise((next) => recorder.addEventListener('stop', next))
      recorder.stop()
      await end
      seen[name] = [bytes, events.join()]
    }
    await record('sound, not played', 'audio')
    await record('picture', 'video')
    await record('both, sound not played', 'audio', 'video')
    const element = new Audio()
    element.muted = true
    element.srcObject = new MediaStream([tracks.audio])
    await element.play()
    await record('both, muted element', 'audio', 'video')
    element.pause()
    await record('both, paused element', 'audio', 'video')
    element.srcObject = null
    await record('both, element without the track', 'audio', 'video')
    return seen
  })
  console.log(`${receiver.name} records ${sender.name}; bytes and events:`, seen)
  for (const [name, [bytes, events]] of Object.entries(seen)) {
    assert.equal(events, 'start,dataavailable,stop')
    const isEmpty = receiver.name === 'Chromium' && /not played|without/.test(name)
    assert(isEmpty ? bytes < 1000 : bytes > 5000, `${name}: ${bytes} bytes`)
  }
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
