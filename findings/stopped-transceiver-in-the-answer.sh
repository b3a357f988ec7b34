#!/usr/bin/env bash
# What: how an answer says that the answerer has stopped a transceiver before it made the answer.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: the m-section is rejected: its port is 0.
# Seen: in both it is inactive, with a real port and all its codecs. Port 0 comes with the next offer of the one who stopped, not before.
# Why it matters: whoever reads from an answer what was refused must look at the direction, too. The other side keeps a transceiver that is not
#   stopped, and its track does not end until that next offer.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium(), await firefox()]
const sectionsOf = (sdp) => sdp.split('\r\nm=').slice(1).map((section) => ({
  port: section.split(' ')[1],
  direction: /a=(sendrecv|sendonly|recvonly|inactive)/.exec(section)?.[1],
}))
for (const [offerer, answerer] of [[pages[0], pages[1]], [pages[1], pages[0]], [pages[0], pages[0]], [pages[1], pages[1]]]) {
  const offer = await offerer.run(async () => {
    globalThis.offering = new RTCPeerConnection()
    offering.addTransceiver('audio')
    offering.addTransceiver('video')
    await offering.setLocalDescription()
    return { type: 'offer', sdp: offering.localDescription.sdp }
  })
  const answer = await answerer.run(async (offer) => {
    globalThis.answering = new RTCPeerConnection()
    await answering.setRemoteDescription(offer)
    answering.getTransceivers()[1].stop()
    await answering.setLocalDescription()
    return { type: 'answer', sdp: answering.localDescription.sdp }
  }, offer)
  const remote = await offerer.run(async (answer) => {
    await offering.setRemoteDescription(answer)
    const [, video] = offering.getTransceivers()
    return { currentDirection: video.currentDirection, trackState: video.receiver.track.readyState }
  }, answer)
  const next = await answerer.run(async () => (await answering.createOffer()).sdp)
  const [inAnswer, inOffer] = [sectionsOf(answer.sdp)[1], sectionsOf(next)[1]]
  console.log(`${answerer.name} answers ${offerer.name}:`, inAnswer, remote, 'next offer:', inOffer)
  assert.notEqual(inAnswer.port, '0')
  assert.equal(inAnswer.direction, 'inactive')
  assert.deepEqual(remote, { currentDirection: 'inactive', trackState: 'live' })
  assert.equal(inOffer.port, '0')
  for (const page of new Set([offerer, answerer])) await page.run(() => { globalThis.offering?.close(); globalThis.answering?.close() })
}
for (const page of pages) await page.close()
process.exit()
MODULE
