#!/usr/bin/env bash
# What: a data channel on which werift sends an empty text or an empty buffer to wrtc, which has Chromium's WebRTC inside, or to node-datachannel.
# Versions: werift 0.24.4, @roamhq/wrtc 0.10.0, node-datachannel 0.33.4, Node 20. Seen: 2026-11-28.
# Guess: it arrives as an empty text or buffer, as it does between the others; at worst the empty message alone is lost.
# Seen: neither it nor anything that werift sends after it on that channel arrives, without an error. Both sides stay `connected`, the channel
#   `open`, another channel goes on, and what the other side sends still reaches werift, empty messages, too.
# Why it matters: an empty line of a chat, the empty last chunk of a file or a keep-alive of no bytes makes a channel of a bot
#   mute for good. Do not send an empty message from werift.
. "$(dirname "$0")/lib/setup.sh"
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import wrtc from '@roamhq/wrtc'
import * as dataChannel from 'node-datachannel/polyfill'
import * as werift from 'werift'

console.log('werift 0.24.4 / @roamhq/wrtc 0.10.0 / node-datachannel 0.33.4')
const others = {
  wrtc: () => new wrtc.RTCPeerConnection(),
  'node-datachannel': () => new dataChannel.RTCPeerConnection({ iceServers: [] }),
}
async function until(condition, what) {
  for (const end = Date.now() + 30_000; !condition(); await delay(20)) assert(Date.now() < end, what)
}
async function gathered(peer) {
  await until(() => peer.iceGatheringState === 'complete', 'gathering does not end')
  return { type: peer.localDescription.type, sdp: peer.localDescription.sdp }
}
const text = (data) => typeof data === 'string' ? data : Buffer.from(data).toString()
async function send(name, message) {
  const [peer, other] = [new werift.RTCPeerConnection({ iceServers: [] }), others[name]()]
  const [atPeer, atOther, channels, received] = [[], [], [], {}]
  for (const label of ['first', 'second']) {
    const channel = peer.createDataChannel(label)
    channel.onmessage = ({ data }) => atPeer.push(text(data))
    channels.push(channel)
  }
  other.ondatachannel = ({ channel }) => {
    received[channel.label] = channel
    channel.onmessage = ({ data }) => atOther.push(text(data))
  }
  await peer.setLocalDescription(await peer.createOffer())
  await other.setRemoteDescription(await gathered(peer))
  await other.setLocalDescription(await other.createAnswer())
  await peer.setRemoteDescription(await gathered(other))
  await until(() => received.first && received.second && channels.every(({ readyState }) => readyState === 'open'), 'no channel')
  channels[0].send(message)
  channels[0].send('after it')
  channels[1].send('on the other channel')
  received.first.send('')
  received.first.send('from the other side')
  await until(() => atPeer.length === 2 && atOther.includes('on the other channel'), 'no message')
  // Long enough for what would be sent again.
  await delay(5000)
  const seen = {
    received: atOther.sort(), 'werift received': atPeer,
    states: [peer.connectionState, other.connectionState, channels[0].readyState, received.first.readyState].join(', '),
  }
  await peer.close()
  other.close()
  assert.deepEqual(Object.values(seen).slice(1), [['', 'from the other side'], 'connected, connected, open, open'])
  return seen
}
for (const name of Object.keys(others)) {
  for (const [kind, message] of [['a text', 'one'], ['an empty text', ''], ['an empty buffer', Buffer.alloc(0)]]) {
    const seen = await send(name, message)
    console.log(`werift sends ${kind} to ${name}:`, seen)
    assert.deepEqual(seen.received, message.length ? ['after it', 'on the other channel', 'one'] : ['on the other channel'])
  }
}
process.exit()
MODULE
