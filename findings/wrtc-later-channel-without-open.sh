#!/usr/bin/env bash
# What: the `open` event of data channels in clients for Node: the first channel, one made in a running connection, and received ones.
# Versions: @roamhq/wrtc 0.10.0, node-datachannel 0.33.4, werift 0.24.4, Node 20. Seen: 2026-11-28.
# Guess: as in browsers: `open` comes once for each channel, after createDataChannel() has returned or the `datachannel` event has been handled.
# Seen: node-datachannel and werift do so. A channel that wrtc makes in a running connection is `open` when createDataChannel() returns, and
#   its `open` event never comes, though `onopen` is set at once; messages pass. wrtc's first channel and all that it receives have the event.
# Why it matters: code that waits for `open` before it sends waits for ever, though only with the second channel. Look
#   at readyState first.
. "$(dirname "$0")/lib/setup.sh"
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import wrtc from '@roamhq/wrtc'
import * as dataChannel from 'node-datachannel/polyfill'
import * as werift from 'werift'

console.log('@roamhq/wrtc 0.10.0 / node-datachannel 0.33.4 / werift 0.24.4')
const make = {
  wrtc: () => new wrtc.RTCPeerConnection(),
  'node-datachannel': () => new dataChannel.RTCPeerConnection({ iceServers: [] }),
  werift: () => new werift.RTCPeerConnection({ iceServers: [] }),
}
async function gathered(peer) {
  for (const end = Date.now() + 20_000; peer.iceGatheringState !== 'complete'; await delay(20)) assert(Date.now() < end, 'gathering does not end')
  return { type: peer.localDescription.type, sdp: peer.localDescription.sdp }
}
function watch(channel) {
  const seen = { channel, 'at once': channel.readyState, 'open events': 0 }
  channel.onopen = () => { seen['open events']++ }
  return seen
}
const told = ({ channel, ...seen }) => ({ ...seen, later: channel.readyState })
async function events(callerName, calleeName) {
  const [caller, callee] = [make[callerName](), make[calleeName]()]
  const received = []
  callee.ondatachannel = ({ channel }) => received.push(watch(channel))
  const first = watch(caller.createDataChannel('first'))
  await caller.setLocalDescription(await caller.createOffer())
  await callee.setRemoteDescription(await gathered(caller))
  await callee.setLocalDescription(await callee.createAnswer())
  await caller.setRemoteDescription(await gathered(callee))
  for (const end = Date.now() + 20_000; received.length < 1 || first.channel.readyState !== 'open'; await delay(20)) assert(Date.now() < end, 'no connection')
  await delay(1000)
  const later = watch(caller.createDataChannel('later'))
  await delay(3000)
  assert.equal(received.length, 2)
  const seen = [told(first), told(later), ...received.map(told)]
  await Promise.all([caller.close(), callee.close()])
  return seen
}
for (const [caller, callee] of [['wrtc', 'node-datachannel'], ['node-datachannel', 'wrtc'], ['werift', 'wrtc'], ['wrtc', 'werift']]) {
  const [first, later, ...received] = await events(caller, callee)
  console.log(`${caller} to ${callee}:`)
  const rows = { [`${caller}, first`]: first, [`${caller}, later`]: later, [`${callee}, received first`]: received[0], [`${callee}, received later`]: received[1] }
  console.table(rows)
  for (const [name, { 'at once': atOnce, 'open events': count, later: afterwards }] of Object.entries(rows)) {
    assert.equal(afterwards, 'open')
    assert.equal(count, name === 'wrtc, later' ? 0 : 1, name)
    if (name === 'wrtc, later') assert.equal(atOnce, 'open')
  }
}
process.exit()
MODULE
