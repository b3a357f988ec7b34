#!/usr/bin/env bash
# What: whether a client gives its TURN allocation back when its peer connection is closed.
# Versions: coturn 4.6.1 (Debian 12), werift 0.24.4, node-datachannel 0.33.4 (polyfill), @roamhq/wrtc 0.10.0, aiortc 1.16.0, Node 20,
#   Python 3.11. Seen: 2026-11-28.
# Guess: close() sends a Refresh with lifetime 0, as the TURN standard recommends.
# Seen: wrtc and aiortc do, at once. werift and node-datachannel send nothing, a minute later neither (the script waits 4 seconds), so
#   that the allocation stays in the server for the rest of its lifetime, which is ten minutes by default.
# Why it matters: a bot that makes a new peer connection for each call runs into the user's quota or into the end of the relay ports,
#   though it closes everything. Plan the quota by calls in ten minutes and not by calls at a time.
. "$(dirname "$0")/lib/setup.sh"
need turnserver coturn
npm_packages werift@0.24.4 node-datachannel@0.33.4 @roamhq/wrtc@0.10.0
pip_packages aiortc==1.16.0
cat >"$work/allocate.py" <<'PYTHON'
import asyncio, sys
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

async def main():
    server = RTCIceServer(urls=sys.argv[1], username="user", credential="password")
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[server]))
    connection.createDataChannel("x")
    await connection.setLocalDescription(await connection.createOffer())
    await connection.close()

asyncio.run(main())
PYTHON
echo "coturn $(turnserver --version | tail -n 1)"
run_module "$work" "$python" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import * as datachannel from 'node-datachannel/polyfill'
import * as werift from 'werift'
import wrtc from '@roamhq/wrtc'
import { freePort, listening } from './lib/ports.mjs'

const [work, python] = process.argv.slice(2)
const port = await freePort()
const coturn = spawn('turnserver', ['-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${port}`,
  '--lt-cred-mech', '--user=user:password', '--realm=test', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--simple-log',
  '--verbose', `--pidfile=${work}/coturn.pid`])
process.on('exit', () => coturn.kill())
let log = ''
coturn.stdout.on('data', (data) => { log += data })
await listening(port)
const url = `turn:127.0.0.1:${port}?transport=udp`
const count = (pattern) => log.match(pattern)?.length ?? 0

const inNode = ({ RTCPeerConnection }) => async () => {
  const connection = new RTCPeerConnection({ iceServers: [{ urls: url, username: 'user', credential: 'password' }] })
  connection.createDataChannel('x')
  await connection.setLocalDescription(await connection.createOffer())
  for (const end = Date.now() + 30_000; connection.iceGatheringState !== 'complete' && Date.now() < end;) await delay(50)
  connection.close()
}
const clients = {
  werift: inNode(werift),
  'node-datachannel': inNode(datachannel),
  wrtc: inNode(wrtc),
  aiortc: async () => {
    const child = spawn(python, [`${work}/allocate.py`, url], { stdio: 'inherit' })
    process.on('exit', () => child.kill())
    await once(child, 'exit')
  },
}
const seen = {}
for (const [name, call] of Object.entries(clients)) {
  log = ''
  await call()
  await delay(4000)
  seen[name] = { made: count(/ new, realm/g), 'given back': count(/lifetime=0/g) }
}
console.log('allocations:', seen)
for (const name of ['werift', 'node-datachannel']) assert(seen[name].made > 0 && seen[name]['given back'] === 0, name)
for (const name of ['wrtc', 'aiortc']) assert(seen[name].made > 0 && seen[name]['given back'] === seen[name].made, name)
process.exit()
MODULE
