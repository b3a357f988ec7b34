#!/usr/bin/env bash
# What: whether a message that is sent on a data channel right before the connection is closed arrives.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: `channel.send('bye'); pc.close()` loses the message, since close() aborts at once; after `channel.close()` nothing is certain either.
# Seen: before `pc.close()` a short message on an idle channel arrives in every pair, but of 1 MB that is queued there hardly anything arrives.
#   `channel.close()` delivers everything that was queued, in every pair, and only then closes.
# Why it matters: a page may say goodbye on the channel and close, but that is luck of an idle channel and not a promise; after a
#   transfer, close the channel first and the connection in its `close` event.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium(), await firefox()]
async function received(sender, receiver, messages, size, close) {
  for (const page of [sender, receiver]) await page.run(() => { globalThis.pc = new RTCPeerConnection() })
  await receiver.run(() => {
    globalThis.count = 0
    pc.ondatachannel = ({ channel }) => {
      globalThis.channel = channel
      channel.onmessage = () => count++
    }
  })
  await sender.run(() => { globalThis.channel = pc.createDataChannel('chat') })
  await connect(sender, receiver)
  await until(sender, () => channel.readyState === 'open')
  await until(receiver, () => globalThis.channel?.readyState === 'open')
  await sender.run((messages, size, close) => {
    for (let i = 0; i < messages; i++) channel.send('x'.repeat(size))
    globalThis[close].close()
  }, messages, size, close)
  await until(receiver, () => channel.readyState === 'closed')
  // What is under way when the close is noticed would come in this time.
  await delay(300)
  const count = await receiver.run(() => count)
  for (const page of [sender, receiver]) await page.run(() => { pc.close(); delete globalThis.channel })
  return count
}
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  const seen = {
    'one short message, pc.close()': await received(sender, receiver, 1, 3, 'pc'),
    '40 messages of 25 kB, pc.close()': await received(sender, receiver, 40, 25_000, 'pc'),
    '40 messages of 25 kB, channel.close()': await received(sender, receiver, 40, 25_000, 'channel'),
  }
  console.log(`${sender.name} to ${receiver.name}, messages received:`, seen)
  const [short, queued, closed] = Object.values(seen)
  assert.equal(short, 1)
  assert(queued < 40)
  assert.equal(closed, 40)
}
for (const page of pages) await page.close()
process.exit()
MODULE
