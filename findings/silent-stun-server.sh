#!/usr/bin/env bash
# What: how long gathering takes when the STUN server does not answer, as on a network without internet or behind a firewall.
# Versions: Chromium 156.0.8078.108, Firefox 153.8.0esr (Debian 12), werift 0.24.4, node-datachannel 0.33.4 (polyfill), @roamhq/wrtc 0.10.0,
#   aiortc 1.16.0, Node 20, Python 3.11. Seen: 2026-11-28.
# Guess: about 10 seconds in browsers and what is built on their code, 5 to 10 seconds elsewhere; setLocalDescription returns at once.
# Seen: gathering is complete after 40 seconds in Chromium and wrtc, 24 in node-datachannel, 11 in Firefox and 5 in werift and aiortc. In
#   these last two setLocalDescription itself waits for it; elsewhere it returns at once.
# Why it matters: a client that sends the description only when gathering is complete makes each call wait that long in a classroom without
#   internet. Send candidates one by one, stop waiting after a second or two, or name no STUN server: aiortc and werift ask a public
#   one unless they are given an empty list.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
pip_packages aiortc==1.16.0
cat >"$work/gather.py" <<'PYTHON'
import asyncio, sys, time
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

async def main():
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[RTCIceServer(urls=sys.argv[1])]))
    connection.createDataChannel("x")
    start = time.monotonic()
    await connection.setLocalDescription(await connection.createOffer())
    print(round(time.monotonic() - start))
    await connection.close()

asyncio.run(main())
PYTHON
run_module "$python" "$work/gather.py" <<'MODULE'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as datachannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import wrtc from '@roamhq/wrtc'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { ownAddress } from './lib/ports.mjs'

console.log(version('chromium'), '/', version('firefox'))
const silent = createSocket('udp4').bind(0, ownAddress())
await once(silent, 'listening')
const url = `stun:${ownAddress()}:${silent.address().port}`

// Seconds until setLocalDescription resolves and until gathering is complete.
async function gather(RTCPeerConnection, url) {
  const connection = new RTCPeerConnection({ iceServers: [{ urls: url }] })
  connection.createDataChannel('x')
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  await connection.setLocalDescription(await connection.createOffer())
  const set = seconds()
  while (connection.iceGatheringState !== 'complete') await new Promise((next) => setTimeout(next, 100))
  const complete = seconds()
  connection.close()
  return { set, complete }
}
const inPage = async (start) => {
  const page = await start()
  const seen = await page.run(`async (url) => (${gather})(RTCPeerConnection, url)`, url)
  await page.close()
  return seen
}
const [python, script] = process.argv.slice(2)
const inPython = async () => {
  const { stdout } = await promisify(execFile)(python, [script, url], { timeout: 100_000 })
  return { set: Number(stdout), complete: Number(stdout) }
}
const [inChromium, inFirefox, ofWerift, ofDatachannel, ofWrtc, ofAiortc] = await Promise.all([
  inPage(chromium), inPage(firefox), gather(werift.RTCPeerConnection, url), gather(datachannel.RTCPeerConnection, url),
  gather(wrtc.RTCPeerConnection, url), inPython(),
])
const seen = { Chromium: inChromium, Firefox: inFirefox, werift: ofWerift, 'node-datachannel': ofDatachannel, wrtc: ofWrtc, aiortc: ofAiortc }
console.log('seconds until the local description is set, and until gathering is complete:', seen)
const expected = { Chromium: [0, 40], Firefox: [0, 11], werift: [5, 5], 'node-datachannel': [0, 24], wrtc: [0, 40], aiortc: [5, 5] }
for (const [name, [set, complete]] of Object.entries(expected)) {
  assert(Math.abs(seen[name].set - set) <= 3, `${name} returned after ${seen[name].set} s`)
  assert(Math.abs(seen[name].complete - complete) <= 4, `${name} was complete after ${seen[name].complete} s`)
}
process.exit()
MODULE
