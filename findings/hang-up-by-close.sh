#!/usr/bin/env bash
# What: what a client learns when the other side only calls close() on its peer connection.
# Versions: werift 0.24.4, node-datachannel 0.33.4 (polyfill), @roamhq/wrtc 0.10.0, Node 20. Seen: 2026-11-28.
# Guess: close() aborts SCTP and closes DTLS, so that the other side's data channel closes at once whatever the libraries are, and its
#   connectionState follows through `disconnected` within about ten seconds.
# Seen: wrtc tells the other side at once; node-datachannel mostly does, but on a busy machine wrtc missed it. werift's close() sends
#   nothing at all: the data channel stays open, and after 6 seconds of silence wrtc says `disconnected`, node-datachannel and werift
#   notice after 15 to 30 seconds. werift as the one that stays says `connected` for nearly 30 seconds even when its data channel has
#   been closed, and then `failed`, never `disconnected`. node-datachannel says `closed`, never `failed`.
# Why it matters: hanging up has to be a message of the signaling protocol. Where it is not, the data channel's close event is the only
#   early sign, and with werift there is none.
. "$(dirname "$0")/lib/setup.sh"
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import * as datachannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import wrtc from '@roamhq/wrtc'

const libraries = { werift, 'node-datachannel': datachannel, wrtc }
async function gathered(connection) {
  while (connection.iceGatheringState !== 'complete') await delay(20)
  return { type: connection.localDescription.type, sdp: connection.localDescription.sdp }
}
async function outcome(leaving, staying) {
  const [leaver, stayer] = [leaving, staying].map((name) => new libraries[name].RTCPeerConnection({ iceServers: [] }))
  const channel = leaver.createDataChannel('x')
  let far
  stayer.ondatachannel = (event) => { far = event.channel }
  await leaver.setLocalDescription(await leaver.createOffer())
  await stayer.setRemoteDescription(await gathered(leaver))
  if (stayer.signalingState !== 'stable') await stayer.setLocalDescription(await stayer.createAnswer())
  await leaver.setRemoteDescription(await gathered(stayer))
  while (channel.readyState !== 'open' || far?.readyState !== 'open' || stayer.connectionState !== 'connected') await delay(20)
  await delay(500)

  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  const states = {}
  let channelClosed = null
  leaver.close()
  while (seconds() < 40 && !['failed', 'closed'].includes(stayer.connectionState)) {
    if (far.readyState === 'closed') channelClosed ??= seconds()
    if (stayer.connectionState !== 'connected') states[stayer.connectionState] ??= seconds()
    await delay(100)
  }
  states[stayer.connectionState] ??= seconds()
  await delay(500)
  if (far.readyState === 'closed') channelClosed ??= seconds()
  stayer.close()
  return { channelClosed, states }
}
const names = Object.keys(libraries)
const seen = Object.fromEntries(await Promise.all(names.flatMap((leaver) => names.map(async (stayer) =>
  [`${leaver} leaves ${stayer}`, await outcome(leaver, stayer)]))))
console.log('seconds until the channel is closed and until each state of the one that stays:', seen)
for (const leaver of names) {
  for (const stayer of names) {
    const { channelClosed, states } = seen[`${leaver} leaves ${stayer}`]
    if (leaver === 'wrtc') assert(channelClosed !== null && channelClosed <= 2)
    if (leaver === 'werift') assert(channelClosed === null || channelClosed >= 6)
    if (stayer === 'werift') assert(states.failed >= 20 && !('disconnected' in states))
    if (stayer === 'node-datachannel') assert('closed' in states && !('failed' in states))
    if (stayer === 'wrtc') assert('failed' in states)
  }
}
process.exit()
MODULE
