#!/usr/bin/env bash
# What: what a client says of a peer that it cannot reach: the offer is there, the answer is made, but no path works.
# Versions: Chromium 156.0.8078.108, Firefox 153.8.0esr (Debian 12), werift 0.24.4, node-datachannel 0.33.4 (polyfill), @roamhq/wrtc 0.10.0,
#   Node 20. Seen: 2026-11-28.
# Guess: each goes to `failed` within 30 seconds, and at once if the offer has no candidate and ends with a=end-of-candidates.
# Seen: with a candidate that does not answer, Firefox says `failed` after about 11 seconds, Chromium and wrtc after 15; node-datachannel
#   says `closed`, not `failed`, after 40; werift was still `connecting` after 50. Without a candidate, Firefox fails after 5 seconds, werift
#   at once, node-datachannel closes after 40, and Chromium and wrtc stay `new`, whatever a=end-of-candidates says.
# Why it matters: an application that waits for `failed` waits without end with some clients. The signaling server, or the
#   application, needs a time of its own after which an answered call that is not `connected` counts as failed.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import * as datachannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import wrtc from '@roamhq/wrtc'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { ownAddress } from './lib/ports.mjs'

console.log(version('chromium'), '/', version('firefox'))
const address = ownAddress()
const silent = createSocket('udp4').bind(0, address)
await once(silent, 'listening')
const caller = new wrtc.RTCPeerConnection()
caller.createDataChannel('x')
await caller.setLocalDescription(await caller.createOffer())
const bare = caller.localDescription.sdp.replace(/a=candidate.*\r\n/g, '')
const offers = {
  'silent candidate': `${bare}a=candidate:1 1 udp 2122194687 ${address} ${silent.address().port} typ host\r\na=end-of-candidates\r\n`,
  'no candidate': `${bare}a=end-of-candidates\r\n`,
}
async function observe(RTCPeerConnection, sdp) {
  const connection = new RTCPeerConnection({ iceServers: [] })
  const start = Date.now()
  let after = null
  connection.onconnectionstatechange = () => {
    if (['failed', 'closed'].includes(connection.connectionState)) after ??= Math.round((Date.now() - start) / 1000)
  }
  await connection.setRemoteDescription({ type: 'offer', sdp })
  if (connection.signalingState !== 'stable') await connection.setLocalDescription(await connection.createAnswer())
  while (Date.now() - start < 50_000 && after === null) await new Promise((next) => setTimeout(next, 100))
  const seen = { state: connection.connectionState, after }
  connection.close()
  return seen
}
const pages = [await chromium(), await firefox()]
const clients = {
  werift: (sdp) => observe(werift.RTCPeerConnection, sdp),
  'node-datachannel': (sdp) => observe(datachannel.RTCPeerConnection, sdp),
  wrtc: (sdp) => observe(wrtc.RTCPeerConnection, sdp),
}
for (const page of pages) clients[page.name] = (sdp) => page.run(`async (sdp) => (${observe})(RTCPeerConnection, sdp)`, sdp)
const seen = {}
await Promise.all(Object.entries(offers).flatMap(([kind, sdp]) => Object.entries(clients).map(async ([name, client]) => {
  (seen[name] ??= {})[kind] = await client(sdp)
})))
console.log('state and the seconds until it, in 50 seconds:', seen)
const within = ({ state, after }, expected, from, to) => assert(state === expected && after >= from && after <= to, `${state} after ${after} s`)
within(seen.Firefox['silent candidate'], 'failed', 5, 25)
within(seen.Firefox['no candidate'], 'failed', 2, 15)
within(seen.werift['no candidate'], 'failed', 0, 5)
assert.equal(seen.werift['silent candidate'].state, 'connecting')
for (const name of ['Chromium', 'wrtc']) {
  within(seen[name]['silent candidate'], 'failed', 12, 25)
  assert.equal(seen[name]['no candidate'].state, 'new')
}
for (const outcome of Object.values(seen['node-datachannel'])) within(outcome, 'closed', 30, 50)
process.exit()
MODULE
