#!/usr/bin/env bash
# What: which ports a STUN or TURN URL may have.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: any port from 1 to 65535. The list of ports that browsers block belongs to fetch(), and ICE is no fetch.
# Seen: Chromium accepts each port but 0. Firefox applies its list to turn: and stun: as well, UDP included: it throws a SyntaxError for 82
#   ports up to 11,099, among them 22, 25, 5060, 6000, 6667 and 10080. One such URL in the list is enough: `new RTCPeerConnection` and
#   setConfiguration throw, though the other servers of the list are fine. 53, 80, 443, 3478 and 5349 are accepted by both.
# Why it matters: an operator who moves TURN to a port that firewalls leave open (5060, of telephones, is a usual choice) breaks the page
#   in Firefox before it has made an offer, and tests in Chromium do not show it.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const refused = (page) => page.run(() => {
  const good = { urls: 'stun:127.0.0.1:3478' }
  const pc = new RTCPeerConnection()
  const ports = []
  const errors = new Set()
  for (let port = 0; port < 11_100; port++) {
    try {
      pc.setConfiguration({ iceServers: [good, { urls: `turn:127.0.0.1:${port}?transport=udp`, username: 'u', credential: 'c' }] })
    } catch ({ name }) {
      ports.push(port)
      errors.add(name)
    }
  }
  pc.close()
  let constructed = true
  try { new RTCPeerConnection({ iceServers: [good, { urls: 'turn:127.0.0.1:5060', username: 'u', credential: 'c' }] }).close() } catch { constructed = false }
  return { ports, errors: [...errors], constructed }
})
const seen = {}
for (const start of [chromium, firefox]) {
  const page = await start()
  seen[page.name] = await refused(page)
  console.log(page.name, 'refuses', seen[page.name].ports.length, 'ports:', seen[page.name].ports.join(' '), seen[page.name].errors)
  await page.close()
}
assert.deepEqual(seen.Chromium.ports, [0])
assert(seen.Chromium.constructed)
assert.deepEqual(seen.Firefox.errors, ['SyntaxError'])
assert(!seen.Firefox.constructed)
for (const port of [22, 25, 5060, 6000, 6667, 10080]) assert(seen.Firefox.ports.includes(port), `${port}`)
for (const port of [53, 80, 443, 3478, 5349]) assert(!seen.Firefox.ports.includes(port), `${port}`)
process.exit()
MODULE
