#!/usr/bin/env bash
# What: an answer that rejects the first m-section, video without a common codec, and takes the second, audio.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: the section has port 0, the bundle is the audio alone, and the audio connects, as it does with the sections in the other order.
# Seen: so if Chromium answers. A Firefox that answers rejects the video, too, but never gathers a candidate, not even within five
#   seconds, without an error: both ends stay `new`; a Firefox that has called ends as `failed`. To an offer made with `max-bundle`
#   Firefox gives an answer that Chromium refuses (InvalidAccessError, “Failed to setup RTCP mux”). With audio first all pairs connect.
# Why it matters: a page that prefers H.264 alone calls a Firefox that has no H.264, and gets no sound either. Add audio before video,
#   and leave at least one codec in the preferences that every browser has.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const [C, F] = [await chromium(), await firefox()]
const CASES = [
  // Caller, its only video codec (none: as it is), answerer, its only video codec, bundle policy, kinds; expected state.
  [C, 'H264', F, '', 'balanced', ['video', 'audio'], 'new'],
  [C, 'H264', F, '', 'max-bundle', ['video', 'audio'], 'InvalidAccessError'],
  [C, 'H264', F, '', 'balanced', ['audio', 'video'], 'connected'],
  [C, 'H264', F, '', 'max-bundle', ['audio', 'video'], 'connected'],
  [C, 'VP8', F, 'VP9', 'balanced', ['video', 'audio'], 'new'],
  [F, '', C, 'H264', 'balanced', ['video', 'audio'], 'connected'],
  [F, '', C, 'H264', 'balanced', ['audio', 'video'], 'connected'],
  [C, 'VP8', C, 'VP9', 'balanced', ['video', 'audio'], 'connected'],
  [F, 'VP8', F, 'VP9', 'balanced', ['video', 'audio'], 'failed'],
  [F, 'VP8', F, 'VP9', 'balanced', ['audio', 'video'], 'connected'],
]
for (const page of [C, F]) await page.run(() => {
  globalThis.pcs = {}
  globalThis.prefer = (transceiver, codec) =>
    codec && transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs.filter(({ mimeType }) => mimeType === `video/${codec}`))
  /** Makes the description, and gathers as long as that takes, five seconds at most. */
  globalThis.describe = async (pc) => {
    await pc.setLocalDescription()
    for (let tries = 0; tries < 50 && pc.iceGatheringState !== 'complete'; tries++) await new Promise((next) => setTimeout(next, 100))
    return { type: pc.localDescription.type, sdp: pc.localDescription.sdp }
  }
})
for (const [caller, callerCodec, callee, calleeCodec, bundlePolicy, kinds, expected] of CASES) {
  const offer = await caller.run((codec, bundlePolicy, kinds) => {
    const pc = pcs.caller = new RTCPeerConnection({ bundlePolicy })
    for (const kind of kinds) {
      const transceiver = pc.addTransceiver(kind)
      if (kind === 'video') prefer(transceiver, codec)
    }
    return describe(pc)
  }, callerCodec, bundlePolicy, kinds)
  const [answer, gathering] = await callee.run(async (offer, codec) => {
    const pc = pcs.callee = new RTCPeerConnection()
    await pc.setRemoteDescription(offer)
    prefer(pc.getTransceivers().find(({ receiver }) => receiver.track.kind === 'video'), codec)
    return [await describe(pc), pc.iceGatheringState]
  }, offer, calleeCodec)
  const state = await caller.run(async (answer) => {
    const { caller: pc } = pcs
    try { await pc.setRemoteDescription(answer) } catch (error) { return error.name }
    for (let tries = 0; tries < 50 && !['connected', 'failed'].includes(pc.connectionState); tries++) await new Promise((next) => setTimeout(next, 100))
    return pc.connectionState
  }, answer)
  for (const page of [caller, callee]) await page.run(() => { for (const pc of Object.values(pcs)) pc.close() })
  const ports = Object.fromEntries([...answer.sdp.matchAll(/^m=(\w+) (\d+)/gm)].map(([, kind, port]) => [kind, port === '0' ? 'rejected' : 'accepted']))
  console.log(`${caller.name} (${callerCodec || 'all codecs'}) calls ${callee.name} (${calleeCodec || 'all codecs'}), ${bundlePolicy}, ${kinds[0]} first:`,
    ports, 'gathering', gathering, '->', state)
  assert.deepEqual(ports, { video: 'rejected', audio: 'accepted' })
  assert.equal(gathering, expected === 'connected' ? 'complete' : 'new')
  assert.equal(state, expected)
}
for (const page of [C, F]) await page.close()
process.exit()
MODULE
