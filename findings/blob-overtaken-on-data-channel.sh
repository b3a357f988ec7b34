#!/usr/bin/env bash
# What: the order of a Blob and a string sent one after the other on an ordered, reliable data channel.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: Chromium still rejects Blobs with NotSupportedError; where Blobs are supported, an ordered channel keeps the order of send().
# Seen: both browsers send Blobs. Firefox keeps the order. Chromium reads the Blob in the background and sends the string that came
#   after it first, although bufferedAmount counts the Blob at once. After an ArrayBuffer of the same content the order is kept.
# Why it matters: a file transfer that sends Blobs of the file and then the word "end" finishes too early when Chromium sends.
#   Read each slice with arrayBuffer() and send that.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium(), await firefox()]
async function order(sender, receiver, kind) {
  for (const page of [sender, receiver]) await page.run(() => { globalThis.pc = new RTCPeerConnection() })
  await receiver.run(() => {
    globalThis.received = []
    pc.ondatachannel = ({ channel }) => { channel.onmessage = ({ data }) => received.push(typeof data === 'string' ? data : 'file') }
  })
  await sender.run(() => { globalThis.channel = pc.createDataChannel('files') })
  await connect(sender, receiver)
  await until(sender, () => channel.readyState === 'open')
  const buffered = await sender.run((kind) => {
    const bytes = new Uint8Array(200_000)
    channel.send(kind === 'Blob' ? new Blob([bytes]) : bytes)
    channel.send('end')
    return channel.bufferedAmount
  }, kind)
  await until(receiver, () => received.length === 2)
  const received = await receiver.run(() => received)
  for (const page of [sender, receiver]) await page.run(() => pc.close())
  return { received: received.join(', '), buffered }
}
const seen = {}
for (const sender of pages) {
  for (const receiver of pages) {
    if (sender === receiver) continue
    for (const kind of ['Blob', 'ArrayBuffer']) seen[`${sender.name} sends ${kind}`] = await order(sender, receiver, kind)
  }
}
console.log(seen)
assert.deepEqual(Object.values(seen).map(({ received }) => received), ['end, file', 'file, end', 'file, end', 'file, end'])
assert.equal(seen['Chromium sends Blob'].buffered, 200_003)
for (const page of pages) await page.close()
process.exit()
MODULE
