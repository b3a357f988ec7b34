#!/usr/bin/env bash
# What: the order of gathering events in the polyfill of node-datachannel.
# Versions: node-datachannel 0.33.4, @roamhq/wrtc 0.10.0 for comparison, Node 20. Seen: 2026-11-28.
# Guess: as in browsers: state `gathering`, the candidates, state `complete`, and an event without candidate at the end.
# Seen: `complete` comes before the first candidate event, and no event without candidate follows. localDescription holds all candidates at
#   that moment. With a STUN server that is slow to answer, the state during gathering is called `in-progress`, which is no value of
#   the standard.
# Why it matters: code that collects candidates until `complete`, or until the event without candidate, sends none or waits for
#   ever. Send each candidate when it comes, or take localDescription at `complete`.
. "$(dirname "$0")/lib/setup.sh"
npm_packages node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import * as datachannel from 'node-datachannel/polyfill'
import wrtc from '@roamhq/wrtc'

async function events({ RTCPeerConnection }, iceServers = []) {
  const connection = new RTCPeerConnection({ iceServers })
  const seen = []
  let described
  connection.onicegatheringstatechange = () => {
    seen.push(connection.iceGatheringState)
    if (connection.iceGatheringState === 'complete') described ??= connection.localDescription.sdp.match(/a=candidate/g)?.length
  }
  connection.onicecandidate = ({ candidate }) => seen.push(candidate ? 'candidate' : 'no candidate')
  connection.createDataChannel('x')
  await connection.setLocalDescription(await connection.createOffer())
  await delay(2000)
  connection.close()
  // Repeated candidates say nothing more.
  return { events: seen.filter((event, i) => event !== seen[i - 1]).join(', '), 'candidates described at complete': described }
}
const usual = await events(wrtc)
console.log('wrtc', usual)
const other = await events(datachannel)
console.log('node-datachannel', other)
const silent = createSocket('udp4').bind(0, '127.0.0.1')
await once(silent, 'listening')
const slow = await events(datachannel, [{ urls: `stun:127.0.0.1:${silent.address().port}` }])
console.log('node-datachannel, STUN server silent for the first 2 seconds:', slow.events)
assert.equal(usual.events, 'gathering, candidate, complete, no candidate')
assert.equal(other.events, 'complete, candidate')
assert(other['candidates described at complete'] > 0)
assert.equal(slow.events, 'in-progress, candidate')
process.exit()
MODULE
