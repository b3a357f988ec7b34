#!/usr/bin/env bash
# What: whether a relay candidate itself says by which TURN URL and protocol it was got.
# Versions: Chromium 156.0.8078.108, Firefox 153.8.0esr, coturn 4.6.1 (Debian 12). Seen: 2026-11-28.
# Guess: RTCIceCandidate has `url` and `relayProtocol` ('udp' or 'tcp') in both browsers, as the standard says.
# Seen: Chromium sets `url` always but `relayProtocol` only for TURN by TCP; for UDP it is null. Firefox sets neither. getStats() has
#   `relayProtocol` in both browsers for both, and `url` in Chromium only.
# Why it matters: a page that tells "relayed by TCP" from "relayed by UDP", to explain a bad picture, has to take it from getStats().
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
need turnserver coturn
echo "coturn $(turnserver --version | tail -n 1)"
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chromium, firefox, version } from './lib/browsers.mjs'
import { freePort, listening, ownAddress } from './lib/ports.mjs'

console.log(version('chromium'), '/', version('firefox'))
const address = ownAddress()
const port = await freePort(address)
const coturn = spawn('turnserver', ['-n', `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`, '--lt-cred-mech',
  '--user=user:password', '--realm=test', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', `--pidfile=${process.argv[2]}/pid`],
{ stdio: 'ignore' })
process.on('exit', () => coturn.kill())
await listening(port, address)

async function relay(url) {
  const connection = new RTCPeerConnection({ iceServers: [{ urls: url, username: 'user', credential: 'password' }] })
  connection.createDataChannel('x')
  let found
  connection.onicecandidate = ({ candidate }) => {
    if (candidate?.type === 'relay') found ??= { url: candidate.url ?? null, relayProtocol: candidate.relayProtocol ?? null }
  }
  await connection.setLocalDescription()
  while (connection.iceGatheringState !== 'complete' || !found) await new Promise((next) => setTimeout(next, 50))
  const stats = [...(await connection.getStats()).values()].find(({ candidateType }) => candidateType === 'relay')
  connection.close()
  return { ...found, 'url in stats': stats.url ?? null, 'relayProtocol in stats': stats.relayProtocol ?? null }
}
const seen = {}
for (const start of [chromium, firefox]) {
  const page = await start()
  for (const transport of ['udp', 'tcp']) {
    const { url, 'url in stats': inStats, ...others } = await page.run(relay, `turn:${address}:${port}?transport=${transport}`)
    seen[`${page.name}, ${transport}`] = { url: url !== null, 'url in stats': inStats !== null, ...others }
  }
  await page.close()
}
console.log(seen)
const row = (url, inStats, relayProtocol, protocolInStats) =>
  ({ url, 'url in stats': inStats, relayProtocol, 'relayProtocol in stats': protocolInStats })
assert.deepEqual(seen, {
  'Chromium, udp': row(true, true, null, 'udp'),
  'Chromium, tcp': row(true, true, 'tcp', 'tcp'),
  'Firefox, udp': row(false, false, null, 'udp'),
  'Firefox, tcp': row(false, false, null, 'tcp'),
})
process.exit()
MODULE
