#!/usr/bin/env bash
# What: two ends of a data channel that send to each other at once, of which one calls `close()` in the middle.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: closing hands over what waits in both directions, so the end that closes receives the other's messages until its `close` event.
# Seen: the end that closes gets a few messages more (0 to 21 of 97, in both browsers); its own 100 arrive all. At the
#   other end everything looks sent: `bufferedAmount` is 0, no `error`.
# Why it matters: a page that sends its last message and closes, while the other side is still sending, throws away what the other
#   side believes to be delivered: its `bufferedAmount` is 0, and it gets no error. Agree on the end by messages, and close afterwards.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium(), await firefox()]
for (const [closer, other] of [pages, [...pages].reverse()]) {
  for (const page of pages) {
    await page.run(() => {
      globalThis.pc = new RTCPeerConnection()
      globalThis.channel = pc.createDataChannel('x', { negotiated: true, id: 0 })
      channel.binaryType = 'arraybuffer'
      globalThis.received = 0
      globalThis.errors = []
      channel.onerror = ({ error }) => errors.push(error.message)
      channel.onmessage = () => received++
    })
  }
  await connect(closer, other)
  for (const page of pages) await until(page, () => channel.readyState === 'open')
  await closer.run(() => {
    channel.onmessage = () => {
      received++
      if (received !== 3) return
      for (let n = 0; n < 100; n++) channel.send(new Uint8Array(60_000))
      channel.close()
      globalThis.before = received
    }
  })
  await other.run(() => { for (let n = 0; n < 100; n++) channel.send(new Uint8Array(60_000)) })
  for (const page of pages) await until(page, () => channel.readyState === 'closed')
  const seen = {
    'received by the end that closes, before close()': await closer.run(() => before),
    'after it': await closer.run(() => received - before),
    'received by the other': await other.run(() => received),
    'waits there': await other.run(() => channel.bufferedAmount),
    errors: await other.run(() => errors),
  }
  console.log(`${closer.name} closes:`, seen)
  assert.ok(seen['after it'] <= 40)
  assert.deepEqual([seen['received by the other'], seen['waits there'], seen.errors], [100, 0, []])
  for (const page of pages) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
