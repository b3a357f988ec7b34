#!/usr/bin/env bash
# What: in which order a server receives what a Socket.IO client emitted while it was away and what its `connect` handler emits.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: the `connect` handler runs first, as its place for `join` or `register` suggests, and the buffered events follow. And
#   `disconnect()` throws the buffer away, since it ends the connection on purpose.
# Seen: the buffer is sent before `connect` is emitted, at the first connection and after each break, with the option `retries`, too: `offer`
#   reaches the server before `join`. Events that were buffered before `disconnect()` stay, and are sent by the next `connect()`.
# Why it matters: a server that requires `join` before `offer` rejects the offer of each client whose network was away for a second,
#   and only then. Who has joined belongs in `auth`, which the server has before any event; or emit from within the `connect` handler only.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4 socket.io-client@4.8.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
const require = createRequire(import.meta.url)
for (const name of ['socket.io', 'socket.io-client']) console.log(name, require(`${name}/package.json`).version)

const http = createServer()
const server = new Server(http)
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const received = []
server.on('connection', (socket) => socket.onAny((name, ...values) => { received.push(name); values.at(-1)?.() }))
const order = async () => { await delay(1000); return received.splice(0).join(' ') }

const seen = {}
for (const [name, options] of Object.entries({ plain: {}, 'with retries': { retries: 2, ackTimeout: 5000 } })) {
  const client = io(`http://127.0.0.1:${http.address().port}`, {
    transports: ['websocket'], autoConnect: false, forceNew: true, reconnectionDelay: 300, randomizationFactor: 0, ...options,
  })
  client.on('connect', () => client.emit('join'))
  client.emit('offer')
  client.connect()
  const first = await order()

  const left = once(client, 'disconnect')
  client.io.engine.transport.ws.terminate()
  await left
  client.emit('offer')
  const afterABreak = await order()

  client.disconnect()
  client.emit('offer')
  client.disconnect()
  client.connect()
  seen[name] = { first, 'after a break': afterABreak, 'emitted, then disconnect(), then connect()': await order() }
  client.close()
}
console.log(seen)
const offerFirst = { first: 'offer join', 'after a break': 'offer join', 'emitted, then disconnect(), then connect()': 'offer join' }
assert.deepEqual(seen, { plain: offerFirst, 'with retries': offerFirst })
server.close()
process.exit()
MODULE
