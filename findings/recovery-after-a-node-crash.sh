#!/usr/bin/env bash
# What: connection state recovery with the Redis streams adapter when a node of a cluster ends.
# Versions: socket.io and socket.io-client 4.8.4, @socket.io/redis-streams-adapter 0.3.1, redis 6.3.1, redis-server 7.0.15 (Debian 12),
#   Node 20. Seen: 2026-11-28.
# Guess: sessions and missed events are kept in Redis, so any node can recover the clients of a node that crashed.
# Seen: a node writes a session to Redis when the client's connection ends, not before. After io.close() clients are recovered by
#   another node, with the events that they missed; after SIGKILL of their node they are new clients, and what they missed is lost to
#   them although it lies in the stream.
# Why it matters: recovery covers rolling restarts, not crashes, memory kills and power cuts. State that signaling needs after a
#   crash has to be written when it changes.
. "$(dirname "$0")/lib/setup.sh"
need redis-server redis-server
npm_packages socket.io@4.8.4 socket.io-client@4.8.4 @socket.io/redis-streams-adapter@0.3.1 redis@6.3.1
redis-server --version
redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --dir "$work" >/dev/null &
children+=($!)
for _ in $(seq 100); do redis-cli -s "$work/redis.sock" ping >/dev/null 2>&1 && break; sleep 0.1; done
cat >"$work/node.mjs" <<'MODULE'
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const redis = createClient({ socket: { path: process.argv[2] } })
redis.on('error', () => {})
await redis.connect()
const http = createServer()
const server = new Server(http, { adapter: createAdapter(redis), connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
server.on('connection', (socket) => {
  socket.on('join', (room, done) => { socket.join(room); done() })
  socket.emit('welcome')
})
process.on('message', (order) => {
  if (order === 'close') server.close(() => process.exit())
  else server.to('room').emit('missed')
})
http.listen(0, '127.0.0.1', () => process.send(http.address().port))
MODULE
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { io } from 'socket.io-client'

const work = process.argv[2]
async function node() {
  const child = fork(`${work}/node.mjs`, [`${work}/redis.sock`])
  process.on('exit', () => child.kill('SIGKILL'))
  const [port] = await once(child, 'message')
  return { child, port }
}
async function outcome(end) {
  const [first, second] = [await node(), await node()]
  let port = first.port
  const balancer = net.createServer((fromClient) => {
    const toNode = net.connect(port, '127.0.0.1')
    for (const [one, other] of [[fromClient, toNode], [toNode, fromClient]]) one.on('error', () => {}).on('close', () => other.destroy())
    fromClient.pipe(toNode).pipe(fromClient)
  })
  balancer.listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  const client = io(`http://127.0.0.1:${balancer.address().port}`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 1000 })
  const missed = []
  client.on('missed', () => missed.push('missed'))
  await once(client, 'welcome')
  await client.timeout(5000).emitWithAck('join', 'room')
  const { id } = client
  port = second.port
  const left = once(client, 'disconnect')
  const back = once(client, 'connect')
  end(first.child)
  await left
  second.child.send('emit')
  await back
  // Time for the replay of what was missed.
  await delay(500)
  const seen = { recovered: client.recovered, sameId: client.id === id, missed: missed.length }
  client.close()
  balancer.close()
  for (const { child } of [first, second]) child.kill('SIGKILL')
  return seen
}
const closed = await outcome((child) => child.send('close'))
console.log('node ends by io.close():', closed)
const killed = await outcome((child) => child.kill('SIGKILL'))
console.log('node ends by SIGKILL:   ', killed)
assert.deepEqual(closed, { recovered: true, sameId: true, missed: 1 })
assert.deepEqual(killed, { recovered: false, sameId: false, missed: 0 })
process.exit()
MODULE
