#!/usr/bin/env bash
# What: what becomes of the offer when a track is added with addTrack and removed with removeTrack again and again, as a screen is shared.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: addTrack() takes the idle transceiver that removeTrack() has left, so that an offer has one m-section more for ever, no matter
#   how often the screen is shared.
# Seen: a sender that has sent once is never taken again. Each turn adds an m-section, in both browsers, and none goes away: after ten
#   turns the offer has eleven, and more than 30000 bytes from Chromium. A turn after `transceiver.stop()` instead of removeTrack()
#   takes the old place, so the offer stays as it is.
# Why it matters: descriptions grow with every click, up to the limits of a signaling server and of one's patience. Keep one
#   transceiver and use replaceTrack(), or end it with stop().
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
for (const [caller, callee] of [pages, [...pages].reverse()]) {
  for (const way of ['removeTrack()', 'stop()', 'replaceTrack()']) {
    for (const page of [caller, callee]) await page.run(() => { globalThis.pc = new RTCPeerConnection() })
    await caller.run(async () => {
      globalThis.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true })
      pc.addTrack(stream.getAudioTracks()[0], stream)
    })
    let offered
    for (let turn = 0; turn < 10; turn++) {
      await caller.run((way) => {
        const [track] = stream.getVideoTracks()
        if (way === 'replaceTrack()' && globalThis.kept?.pc === pc) return kept.sender.replaceTrack(track)
        globalThis.kept = { pc, sender: pc.addTrack(track, stream) }
      }, way)
      offered = (await connect(caller, callee)).offered
      await caller.run((way) => {
        if (way === 'removeTrack()') pc.removeTrack(kept.sender)
        if (way === 'stop()') pc.getTransceivers().find(({ sender }) => sender === kept.sender).stop()
        if (way === 'replaceTrack()') return kept.sender.replaceTrack(null)
      }, way)
      await connect(caller, callee)
    }
    const sections = offered.sdp.match(/^m=/gm).length
    console.log(`${caller.name}, ${way}: after ten turns ${sections} m-sections, ${offered.sdp.length} bytes`)
    assert.equal(sections, way === 'removeTrack()' ? 11 : 2)
    for (const page of [caller, callee]) await page.run(() => pc.close())
  }
}
for (const page of pages) await page.close()
process.exit()
MODULE
