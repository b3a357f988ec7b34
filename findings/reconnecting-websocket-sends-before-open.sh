#!/usr/bin/env bash
# What: how the usual wrappers that reconnect a bare WebSocket treat what a page sends while it is away, and the server's farewell.
# Versions: reconnecting-websocket 4.4.0, partysocket 1.3.0, ws 8.18.3, Node 20. Seen: 2026-11-28.
# Guess: the `open` handler comes first after a reconnection, so that its "join" precedes the messages of the time between; close code 1000
#   from the server is an end, as an `onclose` handler would take it.
# Seen: both send the messages of the time between before they call the `open` handler, on the first connection, too. Both connect again
#   after 1000 as after any code, and after a handshake that was refused with 401, for ever.
# Why it matters: a signaling server gets an offer or a candidate from a client that has not joined its room yet, and drops it or closes. Keep
#   messages back until the server has answered the "join", and close the wrapper when the server says that the end is meant.
. "$(dirname "$0")/lib/setup.sh"
npm_packages reconnecting-websocket@4.4.0 partysocket@1.3.0 ws@8.18.3
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket as PartyWebSocket } from 'partysocket'
import reconnecting from 'reconnecting-websocket'
import { WebSocket, WebSocketServer } from 'ws'

console.log('reconnecting-websocket 4.4.0 / partysocket 1.3.0')
async function serve(onconnection, verifyClient) {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new WebSocketServer({ server: http, verifyClient })
  server.on('connection', onconnection)
  return { url: `ws://127.0.0.1:${http.address().port}`, close: () => http.close() }
}
const options = { WebSocket, minReconnectionDelay: 200, maxReconnectionDelay: 400 }
async function order(Wrapper) {
  const received = []
  let last
  const server = await serve((socket) => {
    last = socket
    received.push('(connection)')
    socket.on('message', (data) => received.push(String(data)))
  })
  const socket = new Wrapper(server.url, [], options)
  socket.onopen = () => socket.send('join')
  socket.send('early offer')
  while (received.length < 3) await delay(20)
  last.terminate()
  while (socket.readyState === WebSocket.OPEN) await delay(5)
  socket.send('offer')
  socket.send('candidate')
  while (received.length < 7) await delay(20)
  socket.close()
  server.close()
  return received.join(', ')
}
async function connections(Wrapper, code) {
  let count = 0
  const server = code === 401
    ? await serve(() => {}, (_, decide) => decide((count++, false), 401))
    : await serve((socket) => {
      count++
      socket.close(code)
    })
  const socket = new Wrapper(server.url, [], options)
  socket.onerror = () => {}
  await delay(4000)
  socket.close()
  server.close()
  return count
}
for (const [name, Wrapper] of [['reconnecting-websocket', reconnecting.default ?? reconnecting], ['partysocket', PartyWebSocket]]) {
  const received = await order(Wrapper)
  console.log(`${name}: the server receives ${received}`)
  assert.equal(received, '(connection), early offer, join, (connection), offer, candidate, join')
  for (const code of [1000, 1008, 401]) {
    const count = await connections(Wrapper, code)
    console.log(`${name}: ${count} connections in 4 seconds to a server that ${code === 401 ? 'refuses with' : 'closes with'} ${code}`)
    assert(count > 3)
  }
}
process.exit()
MODULE
