#!/usr/bin/env bash
# What: what @roamhq/wrtc does with a message that is larger than the other side accepts.
# Versions: @roamhq/wrtc 0.10.0, node-datachannel 0.33.4 (polyfill), werift 0.24.4, Node 20. Seen: 2026-11-28.
# Guess: send() throws a TypeError, as in browsers and as the standard says, and the channel goes on.
# Seen: send() returns; the channel closes on the sender's side only, without an error event. The receiver still has an open channel
#   and gets nothing more. node-datachannel and werift throw and keep the channel.
# Why it matters: a bot that sends a large JSON text seems to have hung up on itself, and its peer waits at an open channel. Compare
#   each message with connection.sctp.maxMessageSize first: it is 65536 towards werift, 262144 towards browsers.
. "$(dirname "$0")/lib/setup.sh"
npm_packages @roamhq/wrtc@0.10.0 node-datachannel@0.33.4 werift@0.24.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import * as datachannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import wrtc from '@roamhq/wrtc'

const libraries = { wrtc, 'node-datachannel': datachannel, werift }
async function gathered(connection) {
  while (connection.iceGatheringState !== 'complete') await delay(20)
  return { type: connection.localDescription.type, sdp: connection.localDescription.sdp }
}
async function outcome(sending, receiving) {
  const [sender, receiver] = [sending, receiving].map((name) => new libraries[name].RTCPeerConnection({ iceServers: [] }))
  const channel = sender.createDataChannel('x')
  const events = []
  channel.onerror = () => events.push('error')
  channel.onclose = () => events.push('close')
  let far
  receiver.ondatachannel = (event) => { far = event.channel }
  await sender.setLocalDescription(await sender.createOffer())
  await receiver.setRemoteDescription(await gathered(sender))
  if (receiver.signalingState !== 'stable') await receiver.setLocalDescription(await receiver.createAnswer())
  const answer = await gathered(receiver)
  await sender.setRemoteDescription(answer)
  while (channel.readyState !== 'open' || far?.readyState !== 'open') await delay(20)
  const limit = Number(/a=max-message-size:(\d+)/.exec(answer.sdp)[1])
  let sent = 'returns'
  try { channel.send(Buffer.alloc(limit + 1)) } catch { sent = 'throws' }
  await delay(1000)
  const seen = { limit, sent, events: events.join(), sender: channel.readyState, receiver: far.readyState }
  sender.close()
  receiver.close()
  return seen
}
const seen = {}
for (const [sending, receiving] of [['wrtc', 'werift'], ['wrtc', 'node-datachannel'], ['node-datachannel', 'werift'], ['werift', 'node-datachannel']]) {
  seen[`${sending} to ${receiving}`] = await outcome(sending, receiving)
}
console.log(seen)
const silent = { sent: 'returns', events: 'close', sender: 'closed', receiver: 'open' }
const loud = { sent: 'throws', events: '', sender: 'open', receiver: 'open' }
assert.deepEqual(seen, {
  'wrtc to werift': { limit: 65536, ...silent },
  'wrtc to node-datachannel': { limit: 262144, ...silent },
  'node-datachannel to werift': { limit: 65536, ...loud },
  'werift to node-datachannel': { limit: 262144, ...loud },
})
process.exit()
MODULE
