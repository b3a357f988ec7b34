#!/usr/bin/env bash
# What: what becomes of a connection between node-datachannel and a browser when the browser restarts ICE.
# Versions: node-datachannel 0.33.4 (libdatachannel), Chromium 156.0.8078.108 (Debian 12), Node 20. Seen: 2026-11-28.
# Guess: it follows the restart, as wrtc does, or its answer keeps the old credentials and the connection goes on as it is.
# Seen: setRemoteDescription throws "Invalid ICE settings from remote SDP". Messages still flow on the old path, but Chromium is left in
#   have-local-offer, and after a rollback its next offer, only meant to add something, is a restart again and is refused again:
#   nothing can be negotiated in this connection any more. wrtc follows the restart.
# Why it matters: a page that restarts ICE after each change of network ends the negotiation with a peer whose connection was sound.
#   Do not restart ICE towards node-datachannel; when its connection fails, begin a new peer connection.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
npm_packages node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import wrtc from '@roamhq/wrtc'
import * as dataChannel from 'node-datachannel/polyfill'
import { chromium, version } from './lib/browsers.mjs'
import { accept, offer, until } from './lib/peers.mjs'

console.log(version('chromium'), '/ node-datachannel 0.33.4 / @roamhq/wrtc 0.10.0')
const page = await chromium()
async function restart(peer) {
  const atPeer = []
  let channel
  peer.ondatachannel = (event) => {
    channel = event.channel
    channel.onmessage = ({ data }) => atPeer.push(data)
  }
  await page.run(() => {
    globalThis.pc = new RTCPeerConnection()
    globalThis.atPage = []
    globalThis.channel = pc.createDataChannel('chat')
    channel.onmessage = ({ data }) => atPage.push(data)
  })
  const seen = {}
  async function negotiate() {
    await peer.setRemoteDescription(await offer(page))
    await peer.setLocalDescription(await peer.createAnswer())
    for (let i = 0; peer.iceGatheringState !== 'complete' && i < 500; i++) await delay(20)
    await accept(page, { type: 'answer', sdp: peer.localDescription.sdp })
    return 'accepted'
  }
  const both = async (text) => {
    channel.send(text)
    await page.run((text) => channel.send(text), text)
    await delay(3000)
    return `${atPeer.splice(0).join()} / ${await page.run(() => atPage.splice(0).join())}`
  }
  await negotiate()
  await until(page, () => channel.readyState === 'open')
  while (channel?.readyState !== 'open') await delay(20)
  seen['before (here / page)'] = await both('a')
  await page.run(() => pc.restartIce())
  seen.restart = await negotiate().catch(({ message }) => message)
  seen.states = [peer.signalingState, await page.run(() => pc.signalingState), peer.connectionState, await page.run(() => pc.connectionState)].join(', ')
  seen.then = await both('b')
  if (seen.restart !== 'accepted') {
    await page.run(() => pc.setLocalDescription({ type: 'rollback' }))
    seen['after a rollback'] = await both('c')
    seen['next offer'] = await page.run(async () => {
      pc.createDataChannel('more')
      const { sdp } = await pc.createOffer()
      return /ufrag:(\S+)/.exec(sdp)[1] === /ufrag:(\S+)/.exec(pc.localDescription.sdp)[1] ? 'keeps ICE' : 'restarts ICE'
    })
    seen['next negotiation'] = await negotiate().catch(({ message }) => message)
  }
  await page.run(() => pc.close())
  peer.close()
  return seen
}
const refused = /Invalid ICE settings/
const followed = await restart(new wrtc.RTCPeerConnection())
console.log('wrtc:', followed)
assert.deepEqual(Object.values(followed), ['a / a', 'accepted', 'stable, stable, connected, connected', 'b / b'])
const seen = await restart(new dataChannel.RTCPeerConnection({ iceServers: [] }))
console.log('node-datachannel:', seen)
assert.match(seen.restart, refused)
assert.equal(seen.states, 'stable, have-local-offer, connected, connected')
assert.deepEqual([seen.then, seen['after a rollback'], seen['next offer']], ['b / b', 'c / c', 'restarts ICE'])
assert.match(seen['next negotiation'], refused)
await page.close()
process.exit()
MODULE
