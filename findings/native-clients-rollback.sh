#!/usr/bin/env bash
# What: whether client libraries outside browsers can be the polite peer, that is, take back their own offer when one comes in.
# Versions: werift 0.24.4, node-datachannel 0.33.4 (polyfill), @roamhq/wrtc 0.10.0, aiortc 1.16.0, Node 20, Python 3.11. Seen: 2026-11-28.
# Guess: a library either follows the standard (implicit rollback by setRemoteDescription, explicit by {type: 'rollback'}) or rejects
#   what it does not know.
# Seen: four libraries, four behaviours. werift knows both. wrtc rejects the implicit one and knows the explicit one. node-datachannel
#   resolves the explicit one without doing anything, and takes the offer all the same; it also answers every offer by itself, so that
#   setRemoteDescription(offer) ends in `stable`. aiortc returns from the explicit one without doing anything, and rejects the offer
#   both ways: it can only be the impolite peer.
# Why it matters: "await setLocalDescription({type: 'rollback'})" without an error proves nothing, signalingState has to be looked
#   at; a server that lets both sides call should give such a client the impolite role, or one peer connection for each offer.
. "$(dirname "$0")/lib/setup.sh"
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
pip_packages aiortc==1.16.0
cat >"$work/rollback.py" <<'PYTHON'
import asyncio, json, sys
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

async def offering():
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.createDataChannel("x")
    await connection.setLocalDescription(await connection.createOffer())
    return connection

async def main():
    offer = RTCSessionDescription(json.load(sys.stdin)["sdp"], "offer")
    seen = {}
    connection = await offering()
    await connection.setLocalDescription(RTCSessionDescription("", "rollback"))
    seen["explicit rollback"] = connection.signalingState
    try:
        await connection.setRemoteDescription(offer)
        seen["offer after it"] = connection.signalingState
    except Exception as error:
        seen["offer after it"] = type(error).__name__
    await connection.close()
    connection = await offering()
    try:
        await connection.setRemoteDescription(offer)
        seen["implicit rollback"] = connection.signalingState
    except Exception as error:
        seen["implicit rollback"] = type(error).__name__
    await connection.close()
    print(json.dumps(seen))

asyncio.run(main())
PYTHON
run_module "$python" "$work/rollback.py" <<'MODULE'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import * as datachannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import wrtc from '@roamhq/wrtc'

const libraries = { werift, 'node-datachannel': datachannel, wrtc }
const create = (name) => new libraries[name].RTCPeerConnection({ iceServers: [] })
const until = async (condition) => {
  for (const end = Date.now() + 15_000; !condition() && Date.now() < end;) await delay(20)
}
async function gathered(connection) {
  await until(() => connection.iceGatheringState === 'complete')
  return { type: connection.localDescription.type, sdp: connection.localDescription.sdp }
}
async function offer(connection) {
  connection.createDataChannel('x')
  await connection.setLocalDescription(await connection.createOffer())
  return gathered(connection)
}
// The state after the other side's offer came in, and whether the call then comes about.
async function take(connection) {
  const other = create('wrtc')
  try {
    await connection.setRemoteDescription(await offer(other))
    const state = connection.signalingState
    if (state === 'have-remote-offer') await connection.setLocalDescription(await connection.createAnswer())
    await other.setRemoteDescription(await gathered(connection))
    await until(() => other.connectionState === 'connected')
    return `${state}, other side ${other.connectionState}`
  } catch (error) {
    return error.name
  } finally {
    connection.close()
    other.close()
  }
}
const seen = {}
for (const name of Object.keys(libraries)) {
  const explicit = create(name)
  await offer(explicit)
  await explicit.setLocalDescription({ type: 'rollback' })
  const state = explicit.signalingState
  const implicit = create(name)
  await offer(implicit)
  seen[name] = { 'explicit rollback': state, 'offer after it': await take(explicit), 'implicit rollback': await take(implicit) }
  console.log(name, seen[name])
}
const caller = create('wrtc')
const [python, script] = process.argv.slice(2)
seen.aiortc = JSON.parse(execFileSync(python, [script], { input: JSON.stringify(await offer(caller)), timeout: 60_000 }))
console.log('aiortc', seen.aiortc)
assert.deepEqual(seen, {
  werift: {
    'explicit rollback': 'stable',
    'offer after it': 'have-remote-offer, other side connected',
    'implicit rollback': 'have-remote-offer, other side connected',
  },
  'node-datachannel': {
    'explicit rollback': 'have-local-offer',
    'offer after it': 'stable, other side connected',
    'implicit rollback': 'stable, other side connected',
  },
  wrtc: {
    'explicit rollback': 'stable',
    'offer after it': 'have-remote-offer, other side connected',
    'implicit rollback': 'InvalidStateError',
  },
  aiortc: { 'explicit rollback': 'have-local-offer', 'offer after it': 'InvalidStateError', 'implicit rollback': 'InvalidStateError' },
})
process.exit()
MODULE
