#!/usr/bin/env bash
# What: more data channels at a time than an SCTP association between two browsers has streams for.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: `sctp.maxChannels` tells the limit, and createDataChannel() or the channel fails when there is no stream left.
# Seen: Chromium says 65535, whatever is at the other end. To Firefox 1024 channels arrive; all above are `open` in Chromium, too, take messages
#   with a bufferedAmount of 0, and no error, no close ever tells that none of them has reached Firefox. Firefox has no maxChannels, and
#   throws on the 1026th channel. Between two Chromiums all 1200 arrive.
# Why it matters: `open` and an empty buffer do not say that the other side has the channel. Many short-lived channels must be closed
#   before more are opened, or better, one channel carries all.
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
async function count(caller, callee) {
  for (const page of [caller, callee]) {
    await page.run(() => {
      globalThis.pc = new RTCPeerConnection()
      globalThis.channels = []
      globalThis.received = 0
      pc.ondatachannel = ({ channel }) => {
        channels.push(channel)
        channel.onmessage = () => received++
      }
    })
  }
  await caller.run(() => { channels.push(pc.createDataChannel('first')) })
  await connect(caller, callee)
  await until(callee, () => channels.length === 1)
  const error = await caller.run(() => {
    globalThis.errors = 0
    try {
      for (let i = 1; i < 1200; i++) {
        const channel = pc.createDataChannel('')
        channels.push(channel)
        channel.onopen = () => channel.send('hello')
        channel.onerror = channel.onclose = () => errors++
      }
    } catch ({ name, message }) {
      return `${name}: ${message}`
    }
  })
  // All channels that arrive have done so after half of the time.
  await delay(8000)
  const seen = {
    maxChannels: await caller.run(() => pc.sctp.maxChannels),
    error: error ?? 'none',
    made: await caller.run(() => channels.length),
    open: await caller.run(() => channels.filter(({ readyState }) => readyState === 'open').length),
    errors: await caller.run(() => errors),
    buffered: await caller.run(() => channels.filter(({ bufferedAmount }) => bufferedAmount > 0).length),
    arrived: await callee.run(() => channels.length),
    messages: await callee.run(() => received),
    state: await caller.run(() => pc.connectionState),
  }
  for (const page of [caller, callee]) await page.run(() => pc.close())
  return seen
}
const [one, fox, two] = pages
for (const [caller, callee] of [[one, fox], [fox, one], [one, two]]) {
  const seen = await count(caller, callee)
  console.log(`${caller.name} opens channels to ${callee.name}:`, seen)
  const { maxChannels, error, open, errors, buffered, arrived } = seen
  assert.deepEqual([errors, buffered, seen.state], [0, 0, 'connected'])
  if (caller.name === 'Firefox') {
    assert.deepEqual([maxChannels, open, arrived], [null, 1024, 1024])
    assert.match(error, /^OperationError/)
  } else {
    assert.deepEqual([maxChannels, error, open, arrived], [65535, 'none', 1200, callee.name === 'Firefox' ? 1024 : 1200])
  }
}
for (const page of pages) await page.close()
process.exit()
MODULE
