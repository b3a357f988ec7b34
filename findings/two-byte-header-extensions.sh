#!/usr/bin/env bash
# What: what Firefox says to an offer in which Chromium offers all header extensions that it knows.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: an answerer leaves out the extensions that it does not know, as it does with codecs.
# Seen: Firefox refuses the whole offer, since some extensions have ids above 14, which need two-byte headers. The offer says
#   a=extmap-allow-mixed, and Firefox writes the same line into its own offers. Without the extensions above 14 it answers.
# Why it matters: a page that switches on extensions by setHeaderExtensionsToNegotiate() can call Chromium only.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const [caller, answerer] = [await chromium(), await firefox()]
const offerOf = (most) => caller.run(async (most) => {
  const pc = new RTCPeerConnection()
  for (const kind of ['audio', 'video']) {
    const transceiver = pc.addTransceiver(kind)
    const all = transceiver.getHeaderExtensionsToNegotiate()
    transceiver.setHeaderExtensionsToNegotiate(all.map((each) => ({ ...each, direction: 'sendrecv' })))
  }
  const { sdp } = await pc.createOffer()
  pc.close()
  const isKept = (line) => !line.startsWith('a=extmap:') || Number(/\d+/.exec(line)[0]) <= most
  return { type: 'offer', sdp: sdp.split('\r\n').filter(isKept).join('\r\n') }
}, most)
const answer = (offer) => answerer.run(async (offer) => {
  const pc = new RTCPeerConnection()
  try {
    await pc.setRemoteDescription(offer)
    return 'accepted'
  } catch (error) {
    return `${error.name}: ${error.message}`
  } finally {
    pc.close()
  }
}, offer)
const all = await offerOf(255)
const highest = Math.max(...all.sdp.match(/a=extmap:\d+/g).map((line) => Number(line.slice(9))))
const own = await answerer.run(async () => {
  const pc = new RTCPeerConnection()
  pc.addTransceiver('audio')
  const { sdp } = await pc.createOffer()
  pc.close()
  return sdp.includes('a=extmap-allow-mixed')
})
const seen = { highest, offerAllowsMixed: all.sdp.includes('a=extmap-allow-mixed'), firefoxAllowsMixed: own, all: await answer(all), upTo14: await answer(await offerOf(14)) }
console.log(seen)
assert.ok(seen.highest > 14 && seen.offerAllowsMixed && seen.firefoxAllowsMixed)
assert.match(seen.all, /InvalidAccessError|OperationError|extension/i)
assert.notEqual(seen.all, 'accepted')
assert.equal(seen.upTo14, 'accepted')
for (const page of [caller, answerer]) await page.close()
process.exit()
MODULE
