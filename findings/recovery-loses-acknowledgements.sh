#!/usr/bin/env bash
# What: after a recovered connection, an acknowledgement that the server was waiting for is lost for ever.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: `recovered === true` means that nothing is missing; the client's acknowledgement, sent after the return, reaches the server,
#   or the server's promise is rejected as the client's own one is ("socket has been disconnected").
# Seen: the client's pending `emitWithAck` is rejected at the break. The server's `emitWithAck` without time-out stays pending: the
#   client does acknowledge after its return, but the server has a new Socket object, which does not know the number. With a
#   time-out it fails, although the client had handled the event. An event with acknowledgement that is emitted while the client
#   is away is not replayed, a plain event beside it is.
# Why it matters: a server that hands over an offer with `emitWithAck` takes a handled offer for an unhandled one, or waits without
#   end. Events that must survive a recovered break need a plain event and an answer that is an event of its own.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4 socket.io-client@4.8.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
const require = createRequire(import.meta.url)
for (const name of ['socket.io', 'socket.io-client']) console.log(name, require(`${name}/package.json`).version)

const http = createServer()
const server = new Server(http, { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], reconnectionDelay: 300, randomizationFactor: 0 })
const welcome = once(client, 'welcome')
const [socket] = await once(server, 'connection')
socket.emit('welcome')
await welcome

const state = (promise) => Promise.race([
  promise.then((value) => `resolved: ${value}`, (error) => `rejected: ${error.message}`),
  delay(1500, 'pending'),
])
let finish
const handled = []
client.on('offer', (done) => { handled.push('offer'); finish = done })
client.on('plain', () => handled.push('plain'))
client.on('with acknowledgement', (done) => { handled.push('with acknowledgement'); done() })
const fromServer = socket.emitWithAck('offer')
const fromServerWithTimeout = socket.timeout(2000).emitWithAck('offer')
const fromClient = client.emitWithAck('question')
fromServerWithTimeout.catch(() => {})
fromClient.catch(() => {})
while (handled.length < 2) await delay(10)

const back = once(client, 'connect')
const left = once(socket, 'disconnect')
client.io.engine.transport.ws.terminate()
await left
socket.emit('plain')
socket.timeout(2000).emit('with acknowledgement', () => {})
await back
finish('answer')
const seen = {
  recovered: client.recovered,
  'client waits for the server': await state(fromClient),
  'server waits, without time-out': await state(fromServer),
  'server waits, with time-out': await state(fromServerWithTimeout),
  'handled by the client': handled.join(', '),
}
console.log(seen)
assert.deepEqual(seen, {
  recovered: true,
  'client waits for the server': 'rejected: socket has been disconnected',
  'server waits, without time-out': 'pending',
  'server waits, with time-out': 'rejected: operation has timed out',
  'handled by the client': 'offer, offer, plain',
})
client.close()
server.close()
MODULE
