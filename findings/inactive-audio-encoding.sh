#!/usr/bin/env bash
# What: what is still sent after `active = false` in the encodings of setParameters, and what the other side sees of it.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: both browsers stop sending audio and video at once.
# Seen: Chromium does. Firefox stops the video, but goes on sending the microphone: 50 packets a second, and the other side hears it, though
#   getParameters says `active: false`. `sendEncodings: [{ active: false }]` of addTransceiver does not keep it back either. With
#   replaceTrack(null) as well all is still. The receiver's tracks are not muted in any case. (Mozilla's bug 1813848; it is said to be
#   mended in Firefox 154, which was not tried.)
# Why it matters: a page that holds or mutes a call this way is still heard. Use `track.enabled = false` or replaceTrack(null); where one frame
#   a second (see replace-track-with-null.sh) is too much as well, do both for video.
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
  const all = [...(await pc.getStats()).values()].filter((one) => one.type === 'inbound-rtp')
  const of = (mid) => all.find((one) => one.mid === mid) ?? { packetsReceived: 0 }
  return { audio: of('0').packetsReceived, energy: of('0').totalAudioEnergy, video: of('1').packetsReceived, late: of('2').packetsReceived }
})
// What arrives in three seconds. What is on its way, and in the encoder, comes first.
async function arriving(receiver) {
  await delay(2000)
  const before = await counts(receiver)
  await delay(3000)
  const after = await counts(receiver)
  const { energy, ...packets } = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]))
  return { ...packets, isHeard: energy > 0.001 }
}
const setActive = (page, isActive) => page.run(async (isActive) => {
  for (const sender of pc.getSenders()) {
    const parameters = sender.getParameters()
    for (const encoding of parameters.encodings) encoding.active = isActive
    await sender.setParameters(parameters)
  }
  return pc.getSenders().map((sender) => sender.getParameters().encodings[0].active)
}, isActive)
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  await receiver.run(() => {
    globalThis.pc = new RTCPeerConnection()
    globalThis.muted = []
    pc.ontrack = ({ track }) => {
      track.onmute = () => muted.push(track.kind)
      const element = document.createElement(track.kind)
      element.srcObject = new MediaStream([track])
      element.play()
    }
  })
  await sender.run(async () => {
    globalThis.pc = new RTCPeerConnection()
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true })
    for (const track of stream.getTracks()) pc.addTrack(track, stream)
    // Its encoding is inactive from the start.
    pc.addTransceiver(stream.getAudioTracks()[0].clone(), { direction: 'sendonly', sendEncodings: [{ active: false }] })
  })
  await connect(sender, receiver)
  await until(receiver, async () => [...(await pc.getStats()).values()].some((one) => one.kind === 'audio' && one.packetsReceived > 20))
  await until(receiver, async () => [...(await pc.getStats()).values()].some((one) => one.kind === 'video' && one.framesDecoded > 20))
  const seen = { active: await arriving(receiver) }
  assert.deepEqual(await setActive(sender, false), [false, false, false])
  seen.inactive = await arriving(receiver)
  await sender.run(() => Promise.all(pc.getSenders().map((one) => one.replaceTrack(null))))
  seen['inactive and without a track'] = await arriving(receiver)
  const muted = await receiver.run(() => muted)
  console.log(`${sender.name} sends, ${receiver.name} receives in three seconds:`, seen, 'muted:', muted)
  assert.deepEqual(muted, [])
  assert(seen.active.audio > 100 && seen.active.video > 10 && seen.active.isHeard)
  // A single late packet is nothing.
  const isSilent = ({ audio, video, late, isHeard }) => audio + video + late < 10 && !isHeard
  assert(isSilent(seen['inactive and without a track']))
  if (sender.name === 'Chromium') assert(seen.active.late === 0 && isSilent(seen.inactive))
  else {
    assert(seen.active.late > 100)
    assert(seen.inactive.audio > 100 && seen.inactive.late > 100 && seen.inactive.isHeard)
    assert(seen.inactive.video < 10)
  }
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
