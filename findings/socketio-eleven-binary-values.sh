#!/usr/bin/env bash
# What: a Socket.IO event or acknowledgement with a list of small binary values, such as the pieces of a file.
# Versions: Socket.IO 4.8.3 with its parser 4.2.7 (server and client), Node 20. Seen: 2026-11-28.
# Guess: only the size counts (maxHttpBufferSize, 1 MB), so any number of small values arrives.
# Seen: ten arrive. Eleven end the connection, whichever side sends them: the receiving server says "forced close" and its client
#   "transport close", the receiving client "parse error"; then the client connects again, and the event is lost without an answer.
#   With `retries: 3` it costs four connections, and the events behind it wait that long. Only the server's socket has an `error` event,
#   which says "too many attachments".
# Why it matters: it looks like a bad network, comes only with the eleventh value, and came with a patch release of a dependency (4.2.5 has no such limit).
#   Put the values into one Buffer, or give the receiving side a `parser` whose Decoder has a larger maxAttachments.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.3 socket.io-client@4.8.3 socket.io-parser@4.2.7
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import * as parser from 'socket.io-parser'

console.log('socket.io 4.8.3, socket.io-parser 4.2.7')
const values = (number) => Array.from({ length: number }, () => Buffer.from('piece'))
const wide = { ...parser, Decoder: class extends parser.Decoder { constructor() { super({ maxAttachments: 100 }) } } }
function serve(options) {
  const server = new Server(0, options)
  const log = { connections: 0, reasons: [], errors: [] }
  server.on('connection', (socket) => {
    log.connections++
    socket.on('disconnect', (reason) => log.reasons.push(reason))
    socket.on('error', ({ message }) => log.errors.push(message))
    socket.on('count', (list, reply) => reply(list.length))
    socket.on('give', (number, reply) => reply(values(number)))
    socket.on('emit', (number) => socket.emit('values', values(number)))
  })
  return { url: `http://127.0.0.1:${server.httpServer.address().port}`, log }
}
async function exchange(server, what, number, options) {
  const socket = io(server.url, { forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 100, ...options })
  await once(socket, 'connect')
  server.log.reasons.length = server.log.errors.length = 0
  const reasons = []
  socket.on('disconnect', (reason) => reasons.push(reason))
  let outcome
  if (what === 'event of the server') {
    socket.emit('emit', number)
    outcome = await Promise.race([once(socket, 'values').then(([list]) => list.length), delay(1500, 'nothing')])
  } else {
    const reply = socket.timeout(1500).emitWithAck(...(what === 'event of the client' ? ['count', values(number)] : ['give', number]))
    outcome = await reply.then((answer) => answer.length ?? answer, ({ message }) => message)
  }
  const seen = { what, values: number, outcome, client: reasons.join(), server: server.log.reasons.join(), errors: server.log.errors.join() }
  socket.disconnect()
  await delay(100)
  return seen
}
const server = serve()
const seen = []
for (const number of [10, 11]) {
  for (const what of ['event of the client', 'event of the server', 'acknowledgement of the server']) seen.push(await exchange(server, what, number))
}
console.table(seen)
assert.deepEqual(seen.map(({ outcome, client, errors }) => [outcome, client, errors]), [
  [10, '', ''], [10, '', ''], [10, '', ''],
  ['socket has been disconnected', 'transport close', 'too many attachments'],
  ['nothing', 'parse error', ''], ['socket has been disconnected', 'parse error', ''],
])
assert.equal(seen[3].server, 'forced close')

const retried = serve()
const socket = io(retried.url, { retries: 3, ackTimeout: 1000, reconnectionDelay: 100, reconnectionDelayMax: 100 })
await once(socket, 'connect')
let next = 'lost'
socket.emit('count', values(11), () => {})
socket.emit('count', values(1), () => { next = 'answered' })
await delay(8000)
console.log(`with retries: ${retried.log.connections} connections, the event behind it is ${next}`)
assert(retried.log.connections === 5 && next === 'answered')
socket.disconnect()

const remedied = await exchange(serve({ parser: wide }), 'event of the client', 11)
console.log('maxAttachments 100 at the server:', remedied.outcome)
assert.equal(remedied.outcome, 11)
process.exit()
MODULE
