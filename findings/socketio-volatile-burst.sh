#!/usr/bin/env bash
# What: which of several volatile Socket.IO events arrive that are emitted at once on an open, idle connection.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: `volatile` drops events while the client is disconnected or the connection is congested. On an idle local WebSocket
#   everything arrives.
# Seen: only the first of ten arrives, from the client, from the server and by broadcast, by WebSocket and by long-polling. A volatile
#   event right behind a plain one does not arrive at all. The transport counts as not writable until its write has been
#   reported, which takes a turn of the event loop by WebSocket and a whole request by long-polling.
# Why it matters: who sends several volatile values in one function (position and status, one event for each peer) always loses the
#   same ones, on the best network. Put them into one event, or leave a turn of the event loop between them.
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
const numbers = Array.from({ length: 10 }, (_, index) => index)

for (const transport of ['websocket', 'polling']) {
  const client = io(`http://127.0.0.1:${http.address().port}`, { transports: [transport], forceNew: true })
  const connected = once(client, 'connect')
  const [socket] = await once(server, 'connection')
  await connected
  const received = []
  for (const side of [client, socket]) side.onAny((name) => received.push(name))
  const idle = async () => { await delay(500); return received.splice(0).join(' ') }
  await idle()

  const burst = (sender) => { for (const number of numbers) sender.volatile.emit(String(number)); return idle() }
  const seen = {
    client: await burst(client),
    server: await burst(socket),
    broadcast: await burst(server),
  }
  client.emit('plain')
  client.volatile.emit('volatile')
  seen['behind a plain event'] = await idle()
  for (const number of numbers) { client.emit(String(number)) }
  seen['not volatile'] = await idle()
  console.log(transport, seen)
  assert.deepEqual(seen, {
    client: '0', server: '0', broadcast: '0', 'behind a plain event': 'plain', 'not volatile': numbers.join(' '),
  })
  if (transport === 'websocket') {
    for (const number of numbers) { client.volatile.emit(String(number)); await delay(5) }
    const spaced = await idle()
    console.log(transport, 'five milliseconds apart:', spaced)
    assert.equal(spaced, numbers.join(' '))
  }
  client.close()
}
server.close()
process.exit()
MODULE
