#!/usr/bin/env bash
# What: what becomes of a call between Chromium and aiortc when Chromium restarts ICE and aiortc answers.
# Versions: aiortc 1.16.0, Chromium 156, Python 3.11, Node 20. Seen: 2026-11-29.
# Guess: aiortc either follows the restart with credentials of its own that are new, or rejects the offer; otherwise Chromium's checks
#   with the new credentials fail and the connection becomes `disconnected`.
# Seen: aiortc answers without an error and with its old credentials. Chromium accepts that answer: its state
#   stays `connected`, and messages pass 20 seconds later, too.
# Why it matters: restartIce() resolves into `stable` and `connected`, and yet the other side has restarted nothing.
#   Whether ICE was restarted is seen only by comparing `a=ice-ufrag` of the two remote descriptions.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
pip_packages aiortc==1.16.0
cat >"$work/answer.py" <<'PYTHON'
# Answers each offer, a line of standard input, by a line; sends back what comes by data channel.
import asyncio, json, sys
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

async def main():
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    @connection.on("datachannel")
    def on_datachannel(channel):
        channel.on("message", lambda message: channel.send(message))

    while line := await asyncio.to_thread(sys.stdin.readline):
        await connection.setRemoteDescription(RTCSessionDescription(**json.loads(line)))
        await connection.setLocalDescription(await connection.createAnswer())
        print(json.dumps({"type": "answer", "sdp": connection.localDescription.sdp}), flush=True)
    await connection.close()

asyncio.run(main())
PYTHON
run_module "$python" "$work/answer.py" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, version } from './lib/browsers.mjs'
import { accept, offer, until } from './lib/peers.mjs'

const aiortc = spawn(process.argv[2], [process.argv[3]], { stdio: ['pipe', 'pipe', 'inherit'] })
process.on('exit', () => aiortc.kill())
const answers = createInterface({ input: aiortc.stdout })[Symbol.asyncIterator]()
const page = await chromium()
console.log(version('chromium'))
await page.run(() => {
  globalThis.pc = new RTCPeerConnection()
  globalThis.heard = []
  globalThis.channel = pc.createDataChannel('echo')
  channel.onmessage = ({ data }) => heard.push(data)
})
const credentials = ({ sdp }) => /^a=ice-ufrag:(\S+)/m.exec(sdp)[1]
async function negotiate() {
  const offered = await offer(page)
  aiortc.stdin.write(JSON.stringify(offered) + '\n')
  const answered = JSON.parse((await answers.next()).value)
  await accept(page, answered)
  return { offered: credentials(offered), answered: credentials(answered) }
}
const first = await negotiate()
await until(page, () => channel.readyState === 'open')
await page.run(() => {
  globalThis.states = []
  pc.oniceconnectionstatechange = () => states.push(pc.iceConnectionState)
  pc.restartIce()
})
const second = await negotiate()
await delay(20_000)
await page.run(() => channel.send('later'))
await until(page, () => heard.includes('later'))
const seen = {
  'Chromium has new credentials': second.offered !== first.offered,
  'aiortc has new credentials': second.answered !== first.answered,
  'changes of state in 20 seconds': await page.run(() => states),
  states: await page.run(() => [pc.signalingState, pc.connectionState]),
  'a later message comes back': true,
}
console.log(seen)
assert.deepEqual(seen, {
  'Chromium has new credentials': true,
  'aiortc has new credentials': false,
  'changes of state in 20 seconds': [],
  states: ['stable', 'connected'],
  'a later message comes back': true,
})
await page.close()
process.exit()
MODULE
