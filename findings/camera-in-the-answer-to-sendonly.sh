#!/usr/bin/env bash
# What: whether a sendonly offer gets the answerer's camera, if that is added before or after setRemoteDescription.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: added before, the track takes the transceiver of the offer, and no negotiation follows. Added after, the answer says recvonly,
#   and then negotiationneeded fires, so that the camera comes with a second negotiation.
# Seen: the other way round. Added before, the track gets an m-line of its own by a second negotiation, and pictures arrive. Added after,
#   it takes the transceiver of the offer. Chromium then never fires negotiationneeded. Firefox fires it, and the caller even gets a
#   track event, but answers sendonly, and no picture arrives. The answerer's transceiver says sendrecv, its currentDirection stays
#   recvonly, and no call fails.
# Why it matters: the order of two lines decides whether the camera is ever sent. A caller that wants pictures in both directions has to
#   offer sendrecv; an answerer that wants to send in any case calls addTransceiver instead of addTrack.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { accept, connect, offer } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
for (const page of pages) {
  await page.run(async () => { globalThis.stream = await navigator.mediaDevices.getUserMedia({ video: true }) })
}
async function call(caller, callee, add) {
  for (const page of pages) {
    await page.run(() => {
      globalThis.pc = new RTCPeerConnection()
      globalThis.needed = 0
      globalThis.tracks = 0
      pc.onnegotiationneeded = () => needed++
      pc.ontrack = () => tracks++
    })
  }
  await caller.run(() => { pc.addTransceiver(stream.getTracks()[0], { direction: 'sendonly' }) })
  const offered = await offer(caller)
  const addTrack = async (method) => {
    await callee.run((method) => { pc[method](stream.getTracks()[0], method === 'addTrack' ? stream : { streams: [stream] }) }, method)
    await delay(500)
    await callee.run(() => { needed = 0 })
  }
  if (add === 'addTrack before') await addTrack('addTrack')
  await accept(callee, offered)
  if (add === 'addTrack after') await addTrack('addTrack')
  if (add === 'addTransceiver after') await addTrack('addTransceiver')
  await accept(caller, await offer(callee))
  let negotiations = 1
  for (; negotiations < 4; negotiations++) {
    await delay(1500)
    if (!(await callee.run(() => needed))) break
    await callee.run(() => { needed = 0 })
    await connect(callee, caller)
  }
  await delay(1500)
  const trackEvents = await caller.run(() => tracks)
  const pictures = await caller.run(async () => [...(await pc.getStats()).values()].some(({ type, packetsReceived }) => type === 'inbound-rtp' && packetsReceived > 0))
  const directions = await callee.run(() => pc.getTransceivers().map(({ direction, currentDirection }) => `${direction}, now ${currentDirection}`))
  for (const page of pages) await page.run(() => pc.close())
  return { negotiations, trackEvents, pictures, directions }
}
for (const [caller, callee] of [pages, [...pages].reverse()]) {
  for (const add of ['addTrack before', 'addTrack after', 'addTransceiver after']) {
    const seen = await call(caller, callee, add)
    console.log(`${caller.name} calls ${callee.name}, ${add} setRemoteDescription:`, seen)
    const { directions, ...others } = seen
    if (add === 'addTrack after') {
      const asked = callee.name === 'Firefox' ? 1 : 0
      assert.deepEqual(others, { negotiations: 1 + asked, trackEvents: asked, pictures: false })
      assert.deepEqual(directions, ['sendrecv, now recvonly'])
    } else assert.deepEqual(others, { negotiations: 2, trackEvents: 1, pictures: true })
  }
}
for (const page of pages) await page.close()
process.exit()
MODULE
