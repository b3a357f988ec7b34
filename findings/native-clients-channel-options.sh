#!/usr/bin/env bash
# What: what is left of `ordered: false` and `maxRetransmits: 0` of a data channel between Chromium and clients for Node.
# Versions: werift 0.24.4, node-datachannel 0.33.4, @roamhq/wrtc 0.10.0, Chromium 156.0.8078.108 (Debian 12), Node 20. Seen: 2026-11-28.
# Guess: the options travel with the channel's opening message, so both sides show the same, with null where nothing was set.
# Seen: three clients, three faults. A channel that werift makes is `ordered` at Chromium, whatever it was told. node-datachannel shows each
#   channel that Chromium makes as ordered and reliable. wrtc shows the right values, but 65535 instead of null where nothing was set.
# Why it matters: state that must not wait for lost messages waits all the same with werift, and code that tells channels apart by their
#   options takes the wrong branch. Tell their purpose by label or protocol, and do not ask `maxRetransmits !== null`.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import wrtc from '@roamhq/wrtc'
import * as dataChannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import { chromium, version } from './lib/browsers.mjs'
import { accept, offer, until } from './lib/peers.mjs'

console.log(version('chromium'), '/ werift 0.24.4 / node-datachannel 0.33.4 / @roamhq/wrtc 0.10.0')
const page = await chromium()
const kinds = { plain: {}, unreliable: { ordered: false, maxRetransmits: 0 }, late: { ordered: false, maxPacketLifeTime: 100 } }
const right = { plain: 'true null null', unreliable: 'false 0 null', late: 'false null 100' }
async function exchange(peer) {
  const atPeer = {}
  peer.ondatachannel = ({ channel }) => { atPeer[channel.label] = [channel.ordered, channel.maxRetransmits ?? 'null', channel.maxPacketLifeTime ?? 'null'].join(' ') }
  await page.run((kinds) => {
    globalThis.pc = new RTCPeerConnection()
    globalThis.atPage = {}
    pc.ondatachannel = ({ channel: { label, ordered, maxRetransmits, maxPacketLifeTime } }) => {
      atPage[label] = [ordered, maxRetransmits ?? 'null', maxPacketLifeTime ?? 'null'].join(' ')
    }
    globalThis.channels = Object.entries(kinds).map(([label, options]) => pc.createDataChannel(label, options))
  }, kinds)
  await peer.setRemoteDescription(await offer(page))
  await peer.setLocalDescription(await peer.createAnswer())
  for (let i = 0; peer.iceGatheringState !== 'complete' && i < 500; i++) await delay(20)
  await accept(page, { type: 'answer', sdp: peer.localDescription.sdp })
  while (Object.keys(atPeer).length < 3) await delay(20)
  for (const [label, options] of Object.entries(kinds)) peer.createDataChannel(label, options)
  await until(page, () => Object.keys(atPage).length === 3)
  const { plain, unreliable, late } = await page.run(() => atPage)
  await page.run(() => pc.close())
  peer.close()
  const received = { plain: atPeer.plain, unreliable: atPeer.unreliable, late: atPeer.late }
  return { 'made by Chromium, shown here': received, 'made here, shown by Chromium': { plain, unreliable, late } }
}
const expected = {
  werift: [right, { plain: 'true null null', unreliable: 'true 0 null', late: 'true null 100' }],
  'node-datachannel': [{ plain: 'true null null', unreliable: 'true null null', late: 'true null null' }, right],
  wrtc: [{ plain: 'true 65535 65535', unreliable: 'false 0 65535', late: 'false 65535 100' }, right],
}
const peers = {
  werift: () => new werift.RTCPeerConnection({ iceServers: [] }),
  'node-datachannel': () => new dataChannel.RTCPeerConnection({ iceServers: [] }),
  wrtc: () => new wrtc.RTCPeerConnection(),
}
for (const [name, make] of Object.entries(peers)) {
  const seen = await exchange(make())
  console.log(`${name} (ordered, maxRetransmits, maxPacketLifeTime):`, seen)
  assert.deepEqual(Object.values(seen), expected[name])
}
await page.close()
process.exit()
MODULE
