#!/usr/bin/env bash
# What: connection state recovery of Socket.IO works only for a client that has received an event before the break.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: with `connectionStateRecovery` on the server, each client that comes back in time has `recovered === true`.
# Seen: a client that had received nothing, or nothing but acknowledgements, gets a new id and an empty session. The client
#   takes its offset from the last event that it received and sends no usable offset before that; acknowledgements carry none.
# Why it matters: in signaling, callers mostly send and wait. A client that only registered and offered, with answers by
#   acknowledgement, is never recovered; a welcome event right after `connection` is enough to change that.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4 socket.io-client@4.8.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
const require = createRequire(import.meta.url)
for (const name of ['socket.io', 'socket.io-client']) console.log(name, require(`${name}/package.json`).version)

const http = createServer()
const server = new Server(http, { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
server.on('connection', (socket) => {
  socket.on('question', (answer) => answer('answer'))
  socket.on('welcome, please', () => socket.emit('welcome'))
})
http.listen(0, '127.0.0.1')
await once(http, 'listening')

async function returns(prepare) {
  const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 100 })
  await once(client, 'connect')
  await prepare(client)
  const { id } = client
  client.io.engine.transport.ws.terminate()
  await once(client, 'disconnect')
  await once(client, 'connect')
  const outcome = { recovered: client.recovered, sameId: client.id === id }
  client.close()
  return outcome
}
const cases = {
  'nothing received': () => {},
  'acknowledgement received': (client) => client.timeout(5000).emitWithAck('question'),
  'event received': async (client) => {
    const welcome = once(client, 'welcome')
    client.emit('welcome, please')
    await welcome
  },
}
const seen = {}
for (const [name, prepare] of Object.entries(cases)) {
  seen[name] = await returns(prepare)
  console.log(`${name}:`, seen[name])
}
assert.deepEqual(seen, {
  'nothing received': { recovered: false, sameId: false },
  'acknowledgement received': { recovered: false, sameId: false },
  'event received': { recovered: true, sameId: true },
})
server.close()
MODULE
