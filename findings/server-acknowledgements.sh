#!/usr/bin/env bash
# What: how a Socket.IO server's wait for acknowledgements ends when nothing is said about the time, and when the client leaves.
# Versions: socket.io 4.8.4, socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: without timeout() a wait lasts until the answers are there; it is rejected when the client leaves, as the client's own wait is.
# Seen: server.to(room).emitWithAck() without timeout() is rejected at once with "operation has timed out", although the clients get the
#   event and answer it. A client that leaves does not end the wait: to one socket it never ends without timeout(), and with
#   timeout() it lasts to the full time, for a room with one leaver too. A room without members resolves at once with [].
# Why it matters: a server that passes an offer on with an acknowledgement cannot see by it that the callee has gone. It has to watch
#   `disconnect` beside it, and to name a time in each broadcast.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4 socket.io-client@4.8.4
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'

const http = createServer()
const server = new Server(http)
http.listen(0, '127.0.0.1')
await once(http, 'listening')
async function join(room, handler) {
  const client = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'], forceNew: true, reconnection: false })
  client.on('offer', handler)
  const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
  socket.join(room)
  return { client, socket }
}
// How a wait ends, and whether that was at once, before the 2 seconds of timeout(), after them, or not within 4.
function end(promise) {
  const start = Date.now()
  const when = () => (Date.now() - start < 200 ? 'at once' : Date.now() - start < 1900 ? 'early' : 'after the time-out')
  return Promise.race([
    promise.then((value) => `${JSON.stringify(value)} ${when()}`, (error) => `${error.message}, ${when()}`),
    delay(4000, 'pending'),
  ])
}
async function leave(client, promise) {
  const outcome = end(promise)
  await delay(300)
  client.close()
  return outcome
}
let heard = 0
const seen = {}
const answering = await join('answering', (done) => { heard++; done('yes') })
seen['room that answers, no timeout()'] = await end(server.to('answering').emitWithAck('offer'))
seen['room that answers, timeout()'] = await end(server.to('answering').timeout(2000).emitWithAck('offer'))
seen['empty room, timeout()'] = await end(server.to('empty').timeout(2000).emitWithAck('offer'))
const [first, second, third] = [await join('silent', () => {}), await join('other', () => {}), await join('other', () => {})]
seen['room whose member leaves, timeout()'] = await leave(first.client, server.to('silent').timeout(2000).emitWithAck('offer'))
seen['socket that leaves, no timeout()'] = await leave(second.client, second.socket.emitWithAck('offer'))
seen['socket that leaves, timeout()'] = await leave(third.client, third.socket.timeout(2000).emitWithAck('offer'))
seen['events heard by the client that answers'] = heard
console.log(seen)
assert.deepEqual(Object.values(seen), [
  'operation has timed out, at once', '["yes"] at once', '[] at once', 'operation has timed out, after the time-out',
  'pending', 'operation has timed out, after the time-out', 2,
])
answering.client.close()
process.exit()
MODULE
