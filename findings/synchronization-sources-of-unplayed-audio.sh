#!/usr/bin/env bash
# What: what getSynchronizationSources() says of an audio track that arrives and is not played.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: it names the source and its level as soon as packets arrive, since they come from the packets' headers.
# Seen: so in Firefox. In Chromium the list is empty as long as no media element plays the track, though packetsReceived grows; an
#   AudioContext that analyses the track does not help, a muted audio element does.
# Why it matters: an indicator of who speaks, for people whose sound is off, shows silence in Chromium. Attach the track to an element and
#   mute that, instead of leaving it away.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  await receiver.run(() => { globalThis.pc = new RTCPeerConnection() })
  await sender.run(async () => {
    globalThis.pc = new RTCPeerConnection()
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    pc.addTrack(stream.getTracks()[0], stream)
  })
  await connect(sender, receiver)
  await until(receiver, () => pc.connectionState === 'connected')
  const received = async () => [...(await pc.getStats()).values()].find(({ type }) => type === 'inbound-rtp')?.packetsReceived ?? 0
  const seen = {}
  const look = async (how) => {
    await receiver.run(`async () => { globalThis.goal = await (${received})() + 100 }`)
    await until(receiver, `async () => await (${received})() > goal`)
    seen[how] = await receiver.run(() => pc.getReceivers()[0].getSynchronizationSources().length)
  }
  await look('not played')
  await receiver.run(() => {
    globalThis.stream = new MediaStream([pc.getReceivers()[0].track])
    globalThis.audio = new AudioContext()
    audio.createMediaStreamSource(stream).connect(audio.createAnalyser())
  })
  await look('analysed')
  await receiver.run(async () => {
    globalThis.element = new Audio()
    element.muted = true
    element.srcObject = stream
    await element.play()
  })
  await look('muted element')
  console.log(`${receiver.name} receives from ${sender.name}; sources:`, seen)
  const unplayed = receiver.name === 'Chromium' ? 0 : 1
  assert.deepEqual(seen, { 'not played': unplayed, analysed: unplayed, 'muted element': 1 })
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
