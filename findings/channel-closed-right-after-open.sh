#!/usr/bin/env bash
# What: a data channel that is made for one message: createDataChannel, then in its `open` event send() and close().
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: close() delivers what was sent before, so the message arrives, and both sides get `close`.
# Seen: a Chromium that receives drops messages: of 40 from Chromium 15 to 31 arrived, from Firefox 28 to 39. The channels arrive, and both
#   sides get `close` without an error. From Chromium to Firefox 38 to 40 arrived, but of the channels 5 to 11 were never closed: Firefox says
#   `open`, Chromium `closing`. With half a second before close() all arrived and closed, as on a channel that has been open for a while.
# Why it matters: one channel for each file or request is a common pattern, and it works as long as the
#   messages are answered. Let the receiving side close the channel, or wait for its answer first.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium(), await firefox(), await chromium()]
async function count(sender, receiver, pause) {
  for (const page of [sender, receiver]) {
    await page.run(() => {
      globalThis.pc = new RTCPeerConnection()
      globalThis.channels = []
      globalThis.seen = { messages: 0, closed: 0 }
      pc.ondatachannel = ({ channel }) => {
        channels.push(channel)
        channel.onmessage = () => seen.messages++
        channel.onclose = () => seen.closed++
      }
    })
  }
  await sender.run(() => { globalThis.first = pc.createDataChannel('first') })
  await connect(sender, receiver)
  await until(receiver, () => channels.length === 1)
  await sender.run(async (pause) => {
    const wait = (milliseconds) => new Promise((next) => setTimeout(next, milliseconds))
    for (let i = 0; i < 40; i++) {
      const channel = pc.createDataChannel(`number ${i}`)
      channels.push(channel)
      channel.onclose = () => seen.closed++
      channel.onopen = async () => {
        channel.send('the only message')
        if (pause) await wait(pause)
        channel.close()
      }
      await wait(50)
    }
  }, pause)
  await delay(5000)
  const { messages, closed: there } = await receiver.run(() => seen)
  const { closed: here } = await sender.run(() => seen)
  const states = await sender.run(() => [...new Set(channels.map(({ readyState }) => readyState))].sort().join(', '))
  const made = await receiver.run(() => channels.length - 1)
  for (const page of [sender, receiver]) await page.run(() => pc.close())
  return { channels: made, messages, 'closed there': there, 'closed here': here, 'states here': states }
}
const [one, fox, two] = pages
for (const [sender, receiver, pause] of [[one, two], [one, fox], [fox, one], [one, two, 500], [one, fox, 500]]) {
  const seen = await count(sender, receiver, pause)
  const pair = `${sender.name} to ${receiver.name}`
  console.log(`${pair}, ${pause ? `close() after ${pause} ms` : 'close() at once'}:`, seen)
  const { messages, 'states here': states, 'closed here': here } = seen
  assert.equal(seen.channels, 40)
  if (pause) console.log('(shown, not asserted)')
  else if (receiver.name === 'Chromium') assert(messages < 40 && here === 40 && states === 'closed')
  else assert(messages > 35 && here < 40 && states === 'closed, closing')
}
for (const page of pages) await page.close()
process.exit()
MODULE
