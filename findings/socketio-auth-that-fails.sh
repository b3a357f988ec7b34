#!/usr/bin/env bash
# What: what a Socket.IO client's user hears if the `auth` function cannot get its token.
# Versions: socket.io 4.8.4 with connectTimeout 2000 (default 45000), socket.io-client 4.8.4, Node 20. Seen: 2026-11-28.
# Guess: an `auth` function that rejects, or never calls back, leads to `connect_error`; without a connection there is no `disconnect`.
# Seen: the rejection of an async `auth` function is an unhandled rejection, nothing else. In both cases the transport stays
#   open until the server's connectTimeout, 45 seconds by default. Then the client emits `disconnect` ("transport close") without ever having
#   emitted `connect`, tries again after its usual delay, and so on for ever: the manager says `reconnect` each time. `connect_error` never comes.
# Why it matters: a page whose token request fails shows "Connecting..." for 45 seconds and then "Connection lost". Catch the failure in `auth`
#   itself, show it there, and call `disconnect()`.
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
const server = new Server(http, { connectTimeout: 2000 })
http.listen(0, '127.0.0.1')
await once(http, 'listening')
let unhandled = 0
process.on('unhandledRejection', (error) => { assert.equal(error.message, 'no token'); unhandled++ })

const cases = {
  'never calls back': () => {},
  rejects: async () => { throw new Error('no token') },
}
for (const [name, auth] of Object.entries(cases)) {
  unhandled = 0
  const client = io(`http://127.0.0.1:${http.address().port}`, {
    transports: ['websocket'], forceNew: true, auth, reconnectionDelay: 300, randomizationFactor: 0,
  })
  const heard = []
  for (const event of ['connect', 'connect_error', 'disconnect']) client.on(event, (reason) => heard.push(`${event} (${reason})`))
  client.io.on('reconnect', () => heard.push('reconnect'))
  await delay(1000)
  const afterASecond = heard.join(', ')
  while (heard.length < 4) await delay(50)
  console.log(name, { 'within a second': afterASecond, heard: heard.join(', '), 'unhandled rejections': unhandled })
  assert.equal(afterASecond, '')
  assert.deepEqual(heard.slice(0, 4), ['disconnect (transport close)', 'reconnect', 'disconnect (transport close)', 'reconnect'])
  assert.equal(unhandled > 0, name === 'rejects')
  client.close()
}
server.close()
process.exit()
MODULE
