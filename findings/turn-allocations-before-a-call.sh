#!/usr/bin/env bash
# What: how many allocations one peer connection makes at a TURN server, by `iceCandidatePoolSize`, which some tutorials set to 10.
# Versions: Chromium 156.0.8078.114, Firefox 153.8.0esr, coturn 4.6.1 (Debian 12). Seen: 2026-11-30.
# Guess: the pool gathers early what the call needs anyway, so that the number stays the same; and one allocation for audio, video
#   and a data channel, which are bundled, in both browsers.
# Seen: Chromium makes one for each place in the pool when the connection is constructed, and gives back all but one when it is
#   connected; without a pool three with the offer. Firefox makes none before the offer, whatever the pool, then five, of
#   which two stay.
# Why it matters: a page that makes its connection at load takes ten of a user's places at the relay before anybody calls, and a few
#   tabs are enough for error 486. Leave the pool out, and plan a user's quota by five for each connection.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
need turnserver coturn
echo "coturn $(turnserver --version | tail -n 1)"
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { freePort, listening, ownAddress } from './lib/ports.mjs'

console.log(version('chromium'), '/', version('firefox'))
const address = ownAddress()
const port = await freePort(address)
const coturn = spawn('turnserver', ['-n', '-v', `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`, '--lt-cred-mech',
  '--user=user:password', '--realm=test', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', `--pidfile=${process.argv[2]}/pid`],
{ stdio: ['ignore', 'pipe', 'ignore'] })
let log = ''
coturn.stdout.on('data', (text) => { log += text })
process.on('exit', () => coturn.kill())
await listening(port, address)
const times = (text) => log.split(text).length - 1
const open = () => times('ALLOCATE processed, success') - times('delete: realm')

const seen = {}
for (const start of [chromium, firefox]) {
  const page = await start()
  for (const iceCandidatePoolSize of [0, 10]) {
    await page.run((urls, iceCandidatePoolSize) => {
      globalThis.pc = new RTCPeerConnection({ iceServers: [{ urls, username: 'user', credential: 'password' }], iceCandidatePoolSize })
      globalThis.other = new RTCPeerConnection()
      pc.onicecandidate = ({ candidate }) => candidate && other.addIceCandidate(candidate)
      other.onicecandidate = ({ candidate }) => candidate && pc.addIceCandidate(candidate)
    }, `turn:${address}:${port}`, iceCandidatePoolSize)
    const counts = []
    const count = async () => {
      await delay(2500)
      counts.push(open())
    }
    await count()
    await page.run(async () => {
      pc.addTransceiver('audio')
      pc.addTransceiver('video')
      pc.createDataChannel('x')
      const offer = await pc.createOffer()
      await other.setRemoteDescription(offer)
      await pc.setLocalDescription(offer)
    })
    await count()
    await page.run(async () => {
      await other.setLocalDescription()
      await pc.setRemoteDescription(other.localDescription)
      while (pc.connectionState !== 'connected') await new Promise((next) => setTimeout(next, 50))
    })
    await count()
    await page.run(() => {
      pc.close()
      other.close()
    })
    await count()
    seen[`${page.name}, pool ${iceCandidatePoolSize}`] = counts
  }
  await page.close()
}
console.log('open allocations: constructed, offered, connected, closed', seen)
assert.deepEqual(seen, {
  'Chromium, pool 0': [0, 3, 1, 0],
  'Chromium, pool 10': [10, 10, 1, 0],
  'Firefox, pool 0': [0, 5, 2, 0],
  'Firefox, pool 10': [0, 5, 2, 0],
})
process.exit()
MODULE
