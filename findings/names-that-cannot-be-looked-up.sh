#!/usr/bin/env bash
# What: what becomes of a peer connection whose only remote candidates are .local names that nobody answers to.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: both begin to check, and fail after the time that they give to addresses that do not answer.
# Seen: neither checks. Firefox goes from new to failed. Chromium stays new, in iceConnectionState and connectionState, for a minute at least,
#   while with an address that does not answer its connectionState becomes failed.
# Why it matters: two people in different networks whose pages have no camera permission exchange such names only. A page that waits for
#   `failed` to offer help waits in vain in Chromium; it needs a time-out of its own.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const name = '5d0f6d0c-1b2a-4c3d-8e4f-000000000001.local'
const candidateAt = (where) => ({ candidate: `candidate:1 1 udp 2122187007 ${where} 50009 typ host`, sdpMid: '0', sdpMLineIndex: 0 })
const pages = await Promise.all([chromium(), firefox()])
for (const page of pages) {
  await page.run(async (candidates) => {
    globalThis.seen = {}
    globalThis.pcs = []
    for (const [what, candidate] of Object.entries(candidates)) {
      const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()]
      pcs.push(a, b)
      seen[what] = { ice: [a.iceConnectionState], connection: [a.connectionState] }
      a.oniceconnectionstatechange = () => seen[what].ice.push(a.iceConnectionState)
      a.onconnectionstatechange = () => seen[what].connection.push(a.connectionState)
      a.createDataChannel('a')
      await a.setLocalDescription()
      await b.setRemoteDescription({ type: 'offer', sdp: a.localDescription.sdp })
      await b.setLocalDescription()
      const isNoCandidate = (line) => !line.startsWith('a=candidate') && line !== 'a=end-of-candidates'
      const sdp = b.localDescription.sdp.split('\r\n').filter(isNoCandidate).join('\r\n')
      await a.setRemoteDescription({ type: 'answer', sdp })
      await a.addIceCandidate(candidate)
    }
  }, { name: candidateAt(name), address: candidateAt('192.0.2.1') })
}
await delay(60_000)
const seen = {}
for (const page of pages) {
  seen[page.name] = await page.run(() => globalThis.seen)
  console.log(`${page.name} after 60 s:`, seen[page.name])
  await page.close()
}
assert.deepEqual(seen.Chromium.name, { ice: ['new'], connection: ['new'] })
assert.equal(seen.Chromium.address.connection.at(-1), 'failed')
assert.deepEqual(seen.Firefox.name.ice, ['new', 'failed'])
assert.deepEqual(seen.Firefox.address.ice, ['new', 'checking', 'failed'])
process.exit()
MODULE
