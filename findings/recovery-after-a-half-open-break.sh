#!/usr/bin/env bash
# What: connection state recovery of Socket.IO for a client that comes back before the server has noticed the break.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: the sooner a client is back, the surer it is recovered.
# Seen: the server saves a session only when its own side of the connection ends. A client whose network changed notices at once and
#   comes back, while the server holds the old connection for open (up to pingInterval + pingTimeout, 45 seconds by default). That
#   client gets a new id, and its former self stays in its rooms as a second socket until the ping time-out.
# Why it matters: a phone that goes from Wi-Fi to mobile data is the very case that recovery is wanted for, and it is the one that is not
#   recovered. Signaling that must survive it needs an identity of its own in `auth`, and has to replace the old socket.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4 socket.io-client@4.8.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import * as net from 'node:net'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'

const http = createServer()
const server = new Server(http, { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
server.on('connection', (socket) => socket.emit('welcome'))
http.listen(0, '127.0.0.1')
await once(http, 'listening')

async function outcome(breakConnection) {
  // A proxy stands for the network: each half of the connection can end on its own.
  let halves
  const network = net.createServer((fromClient) => {
    const toServer = net.connect(http.address().port, '127.0.0.1')
    for (const half of [fromClient, toServer]) half.on('error', () => {})
    fromClient.pipe(toServer).pipe(fromClient)
    halves = { fromClient, toServer }
  })
  network.listen(0, '127.0.0.1')
  await once(network, 'listening')
  const client = io(`http://127.0.0.1:${network.address().port}`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 200 })
  await once(client, 'welcome')
  const { id } = client
  const { toServer } = halves
  breakConnection(halves)
  await once(client, 'disconnect')
  await once(client, 'connect')
  const seen = { recovered: client.recovered, sameId: client.id === id, sockets: (await server.fetchSockets()).length }
  client.close()
  toServer.destroy()
  network.close()
  return seen
}
const both = await outcome(({ fromClient, toServer }) => { fromClient.destroy(); toServer.destroy() })
console.log('both sides notice the break:', both)
const halfOpen = await outcome(({ fromClient }) => fromClient.destroy())
console.log('only the client notices it: ', halfOpen)
assert.deepEqual(both, { recovered: true, sameId: true, sockets: 1 })
assert.deepEqual(halfOpen, { recovered: false, sameId: false, sockets: 2 })
process.exit()
MODULE
