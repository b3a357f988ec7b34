#!/usr/bin/env bash
# What: a data channel whose first offer was taken back (`setLocalDescription({type: 'rollback'})`), and the next offer.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: the channel stays as it was before the first offer; the next offer has its section, and the channel opens with the answer.
# Seen: so in Firefox. In Chromium the next offer has no section at all: `negotiationneeded` fires, the offer and the answer are
#   accepted, nothing is gathered, and the channel stays `connecting` for good. A channel that is created after the rollback does
#   not bring the section back, nor does `restartIce()`. A transceiver in the same offer is negotiated as usual. Where the offer is
#   taken back by the offer of the other side (perfect negotiation), the channel opens.
# Why it matters: a page that takes its first offer back, because its user changed something or nobody answered, never gets its
#   channels, without an error. Make a new RTCPeerConnection instead.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const EXPECTED = {
  Chromium: {
    'channel alone': ['no section', 'no section', 'connecting'],
    'another channel after the rollback': ['no section', 'no section', 'connecting'],
    'ICE restart': ['no section', 'no section', 'connecting'],
    'audio, too': ['audio', 'audio', 'connecting'],
    'offer of the other side': ['application', 'application', 'open'],
  },
  Firefox: {
    'channel alone': ['application', 'application', 'open'],
    'another channel after the rollback': ['application', 'application', 'open'],
    'ICE restart': ['application', 'application', 'open'],
    'audio, too': ['application, audio', 'application, audio', 'open'],
    'offer of the other side': ['application', 'application', 'open'],
  },
}
for (const page of [await chromium(), await firefox()]) {
  const seen = await page.run(async (cases) => {
    const sections = ({ sdp }) => (sdp.match(/^m=\w+/gm) ?? []).map((line) => line.slice(2)).sort().join(', ') || 'no section'
    /** Lets `one` offer and `other` answer, with candidates in both directions. */
    const connect = async (one, other) => {
      await one.setLocalDescription()
      await other.setRemoteDescription(one.localDescription)
      await other.setLocalDescription()
      await one.setRemoteDescription(other.localDescription)
    }
    const seen = {}
    for (const name of cases) {
      const [pc, other] = [new RTCPeerConnection(), new RTCPeerConnection()]
      const channel = pc.createDataChannel('x')
      // Those of the offer that is taken back do not count: the other side has no description yet.
      pc.onicecandidate = ({ candidate }) => other.remoteDescription && other.addIceCandidate(candidate)
      other.onicecandidate = ({ candidate }) => pc.remoteDescription && pc.addIceCandidate(candidate)
      await pc.setLocalDescription()
      if (name === 'offer of the other side') {
        other.createDataChannel('y')
        await other.setLocalDescription()
        await pc.setRemoteDescription(other.localDescription)
        await pc.setLocalDescription()
        await other.setRemoteDescription(pc.localDescription)
      } else {
        await pc.setLocalDescription({ type: 'rollback' })
        if (name === 'another channel after the rollback') pc.createDataChannel('later')
        if (name === 'ICE restart') pc.restartIce()
        if (name === 'audio, too') pc.addTransceiver('audio')
        await connect(pc, other)
      }
      // Candidates that came before the other side's description are in the descriptions.
      for (const [from, to] of [[pc, other], [other, pc]]) {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        for (const [, line] of from.localDescription.sdp.matchAll(/^a=(candidate:.*\S)/gm)) await to.addIceCandidate({ candidate: line, sdpMLineIndex: 0 })
      }
      for (let tries = 0; tries < 30 && channel.readyState !== 'open'; tries++) await new Promise((resolve) => setTimeout(resolve, 100))
      seen[name] = [sections(pc.localDescription), sections(pc.remoteDescription), channel.readyState]
      pc.close()
      other.close()
    }
    return seen
  }, Object.keys(EXPECTED[page.name]))
  console.log(page.name, seen)
  assert.deepEqual(seen, EXPECTED[page.name])
  await page.close()
}
process.exit()
MODULE
