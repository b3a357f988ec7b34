#!/usr/bin/env bash
# What: how the option `retries` of the Socket.IO client changes the speed and the callbacks of events that are acknowledged at once.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: events are still sent at once, and those without an acknowledgement in time are sent again. Callbacks of acknowledgements
#   receive what they received before.
# Seen: one event is on its way at a time, each waits for the acknowledgement of the one before. Over a round trip of 100 ms, 20
#   candidates take 2 seconds instead of 0.1. Each callback receives one more argument in front, an error or null, so that
#   `emit('question', (answer) => ...)` receives null as its answer.
# Why it matters: `retries` looks like a switch for more reliability. It turns the candidates of a call into as many round trips, and
#   breaks the existing callbacks silently. Send candidates in one event, or leave the option away and repeat what matters.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4 socket.io-client@4.8.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { connect, createServer as createTcpServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
const require = createRequire(import.meta.url)
for (const name of ['socket.io', 'socket.io-client']) console.log(name, require(`${name}/package.json`).version)

const http = createServer()
const server = new Server(http)
http.listen(0, '127.0.0.1')
await once(http, 'listening')
let received = 0
let all
server.on('connection', (socket) => {
  socket.on('candidate', (number, done) => { done?.(); if (++received === 20) all() })
  socket.on('question', (done) => done('answer'))
})

// A line with 50 ms in each direction.
const line = createTcpServer((near) => {
  const far = connect(http.address().port, '127.0.0.1')
  for (const [from, to] of [[near, far], [far, near]]) {
    from.on('data', (data) => setTimeout(() => to.writable && to.write(data), 50))
    from.on('error', () => {})
    from.on('close', () => to.destroy())
  }
}).listen(0, '127.0.0.1')
await once(line, 'listening')

const seen = {}
for (const [name, options] of Object.entries({ without: {}, with: { retries: 3, ackTimeout: 10_000 } })) {
  const client = io(`http://127.0.0.1:${line.address().port}`, { transports: ['websocket'], forceNew: true, ...options })
  await once(client, 'connect')
  received = 0
  const arrived = new Promise((resolve) => { all = resolve })
  const start = performance.now()
  for (let number = 0; number < 20; number++) client.emit('candidate', number)
  await arrived
  const milliseconds = Math.round(performance.now() - start)
  const callback = await new Promise((resolve) => client.emit('question', (...values) => resolve(values)))
  seen[name] = { '20 events arrived after ms': milliseconds, 'callback received': callback }
  client.close()
}
console.log(seen)
assert(seen.without['20 events arrived after ms'] < 1000)
assert(seen.with['20 events arrived after ms'] >= 1900)
assert.deepEqual(seen.without['callback received'], ['answer'])
assert.deepEqual(seen.with['callback received'], [null, 'answer'])
await delay(0)
process.exit()
MODULE
