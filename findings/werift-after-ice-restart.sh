#!/usr/bin/env bash
# What: what is left of a connection between werift and a browser after the browser has restarted ICE.
# Versions: werift 0.24.4, Chromium 156.0.8078.108 (Debian 12), Node 20. Seen: 2026-11-28.
# Guess: werift has restartIce() and new credentials in its answer, so it can follow a restart.
# Seen: the negotiation succeeds and both sides stay `connected`, messages of the browser arrive, but nothing that werift sends ever
#   reaches the browser again. werift queues it without an error; neither side sees anything wrong.
# Why it matters: many pages restart ICE after a change of network. A werift peer (a recorder, a bot) is mute after it;
#   give such a peer a new peer connection instead of a restart.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
npm_packages werift@0.24.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { RTCPeerConnection } from 'werift'
import { chromium, version } from './lib/browsers.mjs'
import { accept, offer, until } from './lib/peers.mjs'

console.log(version('chromium'), '/ werift 0.24.4')
const page = await chromium()
const ufrag = (sdp) => /a=ice-ufrag:(\S+)/.exec(sdp)[1]
const peer = new RTCPeerConnection({ iceServers: [] })
const atPeer = []
let channel
peer.ondatachannel = (event) => {
  channel = event.channel
  channel.onmessage = ({ data }) => atPeer.push(data.toString())
}
async function negotiate() {
  await peer.setRemoteDescription(await offer(page))
  await peer.setLocalDescription(await peer.createAnswer())
  while (peer.iceGatheringState !== 'complete') await delay(20)
  await accept(page, { type: 'answer', sdp: peer.localDescription.sdp })
  return ufrag(peer.localDescription.sdp)
}
const say = async (text) => {
  channel.send(text)
  await page.run((text) => channel.send(text), text)
}
await page.run(() => {
  globalThis.pc = new RTCPeerConnection()
  globalThis.atPage = []
  globalThis.channel = pc.createDataChannel('chat')
  channel.onmessage = ({ data }) => atPage.push(data)
})
const first = await negotiate()
await until(page, () => channel.readyState === 'open')
while (channel?.readyState !== 'open') await delay(20)
await say('before')
await until(page, () => atPage.length === 1)

await page.run(() => pc.restartIce())
const second = await negotiate()
for (let i = 0; i < 8; i++) {
  await delay(1000)
  await say('after')
}
await delay(1000)
const seen = {
  'new credentials': first !== second,
  states: [await page.run(() => pc.connectionState), peer.connectionState],
  'werift received': atPeer.length,
  'browser received': await page.run(() => atPage.length),
}
console.log(seen)
assert.deepEqual(seen, {
  'new credentials': true, states: ['connected', 'connected'], 'werift received': 9, 'browser received': 1,
})
await page.close()
process.exit()
MODULE
