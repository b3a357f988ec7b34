#!/usr/bin/env bash
# What: whether the older form of WebRTC methods, with two callbacks, takes a Proxy of a function as a callback.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: a Proxy of a function is a function, and is called as one.
# Seen: Chromium calls it. Firefox accepts it and never calls it, neither for success nor for failure; the returned promise resolves. A function
#   that calls the same Proxy works in both.
# Why it matters: tools that watch a page, and libraries with reactive objects, hand out proxies. In Firefox a page with callbacks then waits for
#   ever, without an error.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
for (const page of [await chromium(), await firefox()]) {
  const seen = await page.run(async () => {
    const called = {}
    const pc = new RTCPeerConnection()
    pc.createDataChannel('a')
    const wait = () => new Promise((resolve) => setTimeout(resolve, 1_000))
    const use = async (name, dress) => {
      const success = dress(() => { called[`${name}, success`] = true })
      const failure = dress(() => { called[`${name}, failure`] = true })
      await pc.createOffer(success, failure)
      await pc.addIceCandidate({ candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' }, success, failure)
      await wait()
    }
    await use('function', (work) => (...values) => work(...values))
    await use('proxy', (work) => new Proxy(work, {}))
    await use('function around a proxy', (work) => { const proxy = new Proxy(work, {}); return (...values) => proxy(...values) })
    pc.close()
    return Object.keys(called).sort()
  })
  console.log(`${page.name} calls:`, seen.join('; '))
  const all = ['function', 'function around a proxy', 'proxy'].flatMap((name) => [`${name}, failure`, `${name}, success`])
  const expected = page.name === 'Firefox' ? all.filter((name) => !name.startsWith('proxy')) : all
  assert.deepEqual(seen, expected.sort())
  await page.close()
}
process.exit()
MODULE
