#!/usr/bin/env bash
# What: which video codec both sides send when only one of them calls setCodecPreferences.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: the answer's order is final, so that both sides send VP9 as soon as either side has put VP9 first.
# Seen: the offerer's preference works in both directions. The answerer's preference changes only what it receives: it asks for VP9, gets
#   VP9, and itself goes on sending VP8, the first codec of the offer. The same in both browsers and in both roles.
# Why it matters: whether a preference takes effect depends on who called. Both sides have to set the same preferences; then the
#   caller's count for both directions.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { accept, offer, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
for (const page of pages) {
  await page.run(async () => { globalThis.stream = await navigator.mediaDevices.getUserMedia({ video: true }) })
}
const prefer = (page) => page.run(() => {
  const { codecs } = RTCRtpReceiver.getCapabilities('video')
  const isVp9 = ({ mimeType }) => mimeType === 'video/VP9'
  pc.getTransceivers()[0].setCodecPreferences([...codecs.filter(isVp9), ...codecs.filter((codec) => !isVp9(codec))])
})
async function sent(page) {
  const codec = async () => {
    const stats = await pc.getStats()
    const outbound = [...stats.values()].find(({ type, framesSent }) => type === 'outbound-rtp' && framesSent > 5)
    return outbound && stats.get(outbound.codecId)?.mimeType
  }
  await until(page, codec)
  return page.run(codec)
}
async function call(caller, callee, who) {
  for (const page of [caller, callee]) {
    await page.run(() => {
      globalThis.pc = new RTCPeerConnection()
      pc.addTrack(stream.getTracks()[0], stream)
    })
  }
  if (who === 'caller') await prefer(caller)
  await accept(callee, await offer(caller))
  if (who === 'callee') await prefer(callee)
  await accept(caller, await offer(callee))
  const codecs = { caller: await sent(caller), callee: await sent(callee) }
  for (const page of [caller, callee]) await page.run(() => pc.close())
  return codecs
}
for (const [caller, callee] of [pages, [...pages].reverse()]) {
  for (const who of ['caller', 'callee']) {
    const codecs = await call(caller, callee, who)
    console.log(`${caller.name} calls ${callee.name}, the ${who} prefers VP9; sent:`, codecs)
    assert.deepEqual(codecs, { caller: 'video/VP9', callee: who === 'caller' ? 'video/VP9' : 'video/VP8' })
  }
}
for (const page of pages) await page.close()
process.exit()
MODULE
