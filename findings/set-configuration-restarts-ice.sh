#!/usr/bin/env bash
# What: what setConfiguration with other iceServers does to a running connection, for example when TURN credentials are renewed.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: nothing until restartIce() is called; the next offer, which only adds a track, keeps the ICE user name fragment.
# Seen: the next offer is an ICE restart in both browsers, though negotiationneeded does not fire. A new credential alone is enough,
#   the same list again is not, and going back to the first list does not undo it. If Firefox has called and the Chromium that answered
#   does so, the next offer fails: Firefox answers it with the other DTLS role, Chromium rejects that answer, and stays in have-local-offer.
# Why it matters: credentials are renewed by a timer, and the failure comes long after it, when a screen is shared. Renew them
#   only right before an intended restart, or only for new peer connections.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { connect, until } from './lib/peers.mjs'
import { freePort } from './lib/ports.mjs'

console.log(version('chromium'), '/', version('firefox'))
const pages = [await chromium({ media: true }), await firefox({ media: true })]
// Nothing listens there: the host candidates are enough.
const url = `turn:127.0.0.1:${await freePort()}?transport=tcp`
const servers = (credential) => [{ urls: url, username: 'user', credential }]
async function call(caller, callee) {
  for (const page of [caller, callee]) {
    await page.run((iceServers) => {
      globalThis.pc = new RTCPeerConnection({ iceServers })
      globalThis.needed = 0
    }, servers('first'))
  }
  await caller.run(() => { globalThis.channel = pc.createDataChannel('data') })
  await connect(caller, callee)
  await until(caller, () => channel.readyState === 'open')
  for (const page of [caller, callee]) await page.run(() => { pc.onnegotiationneeded = () => needed++ })
}
const hangUp = async () => { for (const page of pages) await page.run(() => pc.close()) }
const configure = (page, credential) => page.run((iceServers) => pc.setConfiguration({ iceServers }), servers(credential))
const nextOffer = (page) => page.run(async () => {
  const fragment = ({ sdp }) => /ice-ufrag:(\S+)/.exec(sdp)[1]
  return fragment(await pc.createOffer()) === fragment(pc.localDescription) ? 'keeps ICE' : 'restarts ICE'
})
async function addTrack(page, other) {
  const describe = (page) => page.run(async () => {
    await pc.setLocalDescription()
    return pc.localDescription.toJSON()
  })
  const accept = (page, description) => page.run((description) => pc.setRemoteDescription(description), description)
  await page.run(() => { pc.addTransceiver('audio') })
  await accept(other, await describe(page))
  try {
    await accept(page, await describe(other))
    return 'accepted'
  } catch ({ message }) {
    return message
  }
}
for (const [caller, callee] of [pages, [...pages].reverse()]) {
  await call(caller, callee)
  for (const page of [caller, callee]) {
    const seen = []
    for (const credential of ['first', 'second', 'first']) {
      await configure(page, credential)
      seen.push(await nextOffer(page))
    }
    console.log(`${caller.name} calls ${callee.name}; ${page.name} sets the same list, a new credential, the first list:`, seen)
    assert.deepEqual(seen, ['keeps ICE', 'restarts ICE', 'restarts ICE'])
    assert.equal(await page.run(() => needed), 0)
  }
  await hangUp()
  for (const renewed of [false, true]) {
    await call(caller, callee)
    if (renewed) await configure(callee, 'second')
    const outcome = await addTrack(callee, caller)
    const state = await callee.run(() => pc.signalingState)
    console.log(`${callee.name}, which answered, ${renewed ? 'has a new credential and' : ''} adds a track:`, outcome, `(${state})`)
    const fails = renewed && callee.name === 'Chromium'
    assert.equal(state, fails ? 'have-local-offer' : 'stable')
    fails ? assert.match(outcome, /Failed to set SSL role/) : assert.equal(outcome, 'accepted')
    await hangUp()
  }
}
for (const page of pages) await page.close()
process.exit()
MODULE
