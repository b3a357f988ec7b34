#!/usr/bin/env bash
# What: a video offer or answer of Firefox after setCodecPreferences() that leaves codecs out, received by Chromium.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: the description has the codecs of the list, and Chromium accepts it.
# Seen: Firefox leaves the codecs out of the m line, a=rtpmap and a=fmtp, but keeps the a=rtcp-fb lines of all of them, and Chromium
#   refuses the whole description (OperationError, “Failed to parse codecs correctly.”), an offer as well as an answer. Without these
#   lines it accepts it. A list that only sorts all codecs does no harm, nor does a list for audio. Firefox accepts such an offer.
# Why it matters: “VP9 only” in a page works with Chromium alone and with Firefox alone, and no call between the two succeeds, in
#   either direction. Sort all codecs instead of leaving some out, or remove the lines before the description is sent.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const [C, F] = [await chromium(), await firefox()]
const LISTS = {
  'VP8': 'video/VP8', 'VP8 and rtx': 'video/VP8 video/rtx', 'VP9, VP8 and rtx': 'video/VP9 video/VP8 video/rtx',
  'all, VP9 first': 'video/VP9 video/', 'audio: Opus': 'audio/opus',
}
/** Makes an offer with the codecs whose types begin with the prefixes, in that order. */
const offer = (page, list) => page.run(async (prefixes) => {
  const pc = new RTCPeerConnection()
  const [kind] = prefixes[0].split('/')
  const { codecs } = RTCRtpReceiver.getCapabilities(kind)
  const chosen = prefixes.flatMap((prefix) => codecs.filter(({ mimeType }) => mimeType.startsWith(prefix)))
  pc.addTransceiver(kind).setCodecPreferences([...new Set(chosen)])
  const { sdp } = await pc.createOffer()
  pc.close()
  return sdp
}, list.split(' '))
const accept = (page, sdp) => page.run(async (sdp) => {
  const pc = new RTCPeerConnection()
  try {
    await pc.setRemoteDescription({ type: 'offer', sdp })
    return 'accepted'
  } catch (error) {
    return `${error.name}: ${error.message}`
  } finally {
    pc.close()
  }
}, sdp)
const payloads = (sdp) => /^m=\w+ \d+ \S+ (.*)/m.exec(sdp)[1].trim().split(' ')
/** The a=rtcp-fb lines for payload types that the m line does not have. */
const strangers = (sdp) => sdp.split('\r\n').filter((line) => line.startsWith('a=rtcp-fb:') && !payloads(sdp).includes(/\d+/.exec(line)[0]))
for (const [name, list] of Object.entries(LISTS)) {
  const isRefused = name.startsWith('VP')
  const sdp = await offer(F, list)
  const cleaned = sdp.split('\r\n').filter((line) => !strangers(sdp).includes(line)).join('\r\n')
  const seen = {
    'payload types': payloads(sdp).length, 'a=rtcp-fb of others': strangers(sdp).length,
    Chromium: await accept(C, sdp), 'Chromium, without these lines': await accept(C, cleaned), Firefox: await accept(F, sdp),
    'the same from Chromium to Firefox': await accept(F, await offer(C, list)),
  }
  console.log(`${name}:`, seen)
  assert.equal(seen['a=rtcp-fb of others'] > 0, isRefused)
  isRefused ? assert.match(seen.Chromium, /OperationError.*parse codecs/) : assert.equal(seen.Chromium, 'accepted')
  for (const key of ['Chromium, without these lines', 'Firefox', 'the same from Chromium to Firefox']) assert.equal(seen[key], 'accepted')
}
// The answer of a Firefox that prefers one codec.
const call = await C.run(async () => {
  globalThis.pc = new RTCPeerConnection()
  pc.addTransceiver('video')
  await pc.setLocalDescription()
  return pc.localDescription.sdp
})
const answer = await F.run(async (sdp) => {
  const pc = new RTCPeerConnection()
  await pc.setRemoteDescription({ type: 'offer', sdp })
  pc.getTransceivers()[0].setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs.filter(({ mimeType }) => mimeType === 'video/VP8'))
  return (await pc.createAnswer()).sdp
}, call)
const state = await C.run(async (sdp) => {
  try { await pc.setRemoteDescription({ type: 'answer', sdp }) } catch (error) { return `${error.name}: ${error.message}` }
  return pc.signalingState
}, answer)
console.log('Firefox answers with VP8 alone:', { 'a=rtcp-fb of others': strangers(answer).length, Chromium: state })
assert.ok(strangers(answer).length > 0)
assert.match(state, /OperationError.*parse codecs/)
for (const page of [C, F]) await page.close()
process.exit()
MODULE
