#!/usr/bin/env bash
# What: messages on a channel with an agreed number (`negotiated: true`) that the receiver creates only after they were sent.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: the receiver has no such channel and nothing says that there will be one, so they are lost in every pair.
# Seen: the sender's channel is open and takes them in every pair. Chromium drops them; Firefox keeps them and delivers them, in
#   order, once the page creates the channel, here a second later.
# Why it matters: a page that creates its channels late works with Firefox at its end and loses the first messages with Chromium.
#   `open` of a negotiated channel does not say that the other page has it: create it before the first description, or wait for a
#   first message of the other side.
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
for (const [sender, receiver] of [pages, [...pages].reverse()]) {
  for (const page of [sender, receiver]) {
    await page.run(() => {
      globalThis.pc = new RTCPeerConnection()
      globalThis.first = pc.createDataChannel('first', { negotiated: true, id: 0 })
    })
  }
  await connect(sender, receiver)
  for (const page of [sender, receiver]) await until(page, () => first.readyState === 'open')
  await sender.run(() => { globalThis.later = pc.createDataChannel('later', { negotiated: true, id: 7 }) })
  await until(sender, () => later.readyState === 'open')
  await sender.run(() => { for (const text of ['one', 'two']) later.send(text) })
  await delay(1000)
  await receiver.run(() => {
    globalThis.texts = []
    globalThis.later = pc.createDataChannel('later', { negotiated: true, id: 7 })
    later.onmessage = ({ data }) => texts.push(data)
  })
  await sender.run(() => later.send('three'))
  await until(receiver, () => texts.includes('three'))
  const texts = await receiver.run(() => texts)
  console.log(`${sender.name} to ${receiver.name}, received:`, texts)
  assert.deepEqual(texts, receiver.name === 'Firefox' ? ['one', 'two', 'three'] : ['three'])
  for (const page of [sender, receiver]) await page.run(() => pc.close())
}
for (const page of pages) await page.close()
process.exit()
MODULE
