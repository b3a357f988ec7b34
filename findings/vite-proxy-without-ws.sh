#!/usr/bin/env bash
# What: a signaling server behind the proxy of Vite's development server, whose entry for /socket.io or /ws has no `ws: true`.
# Versions: Vite 8.3.8, http-proxy-middleware 4.2.1, Socket.IO 4.8.3, ws 8.18.3, Node 20. Seen: 2026-11-28.
# Guess: the WebSocket handshake is refused at once or passed on as an ordinary request; a Socket.IO client goes on by polling.
# Seen: Vite neither passes the handshake on nor answers it, and logs nothing: the WebSocket stays in CONNECTING without an event, for as
#   long as its page waits. A Socket.IO client by default goes on by polling without a sign; with transports: ['websocket'] it says
#   `connect_error` with "timeout" after 20 seconds. http-proxy-middleware without `ws` passes the handshake on,
#   but not the server's answer, so that its page waits as well.
# Why it matters: a page with a bare WebSocket shows nothing but "connecting" in development, and neither the console, the terminal nor the
#   server's log has a line. Write `ws: true`, and give each WebSocket a time limit.
. "$(dirname "$0")/lib/setup.sh"
npm_packages vite@8.3.8 http-proxy-middleware@4.2.1 socket.io@4.8.3 socket.io-client@4.8.3 ws@8.18.3
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { createServer, version } from 'vite'
import { WebSocket } from 'ws'
import { freePort } from './lib/ports.mjs'

console.log('Vite', version)
const http = createHttpServer()
let handshakes = 0
new Server(http)
http.prependListener('upgrade', () => handshakes++)
http.prependListener('request', ({ headers }) => { if (headers.upgrade) handshakes++ })
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const target = `http://127.0.0.1:${http.address().port}`
const root = new URL('./root', import.meta.url).pathname
mkdirSync(root)

async function vite(options) {
  const port = await freePort()
  const lines = []
  const log = (line) => { lines.push(line) }
  const customLogger = { info: log, warn: log, warnOnce: log, error: log, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false }
  const server = await createServer({
    configFile: false, root, customLogger,
    server: { host: '127.0.0.1', port, strictPort: true, proxy: { '/socket.io': { target, ...options } } },
  })
  await server.listen()
  lines.length = 0
  return { port, lines, close: () => server.close() }
}
async function middleware() {
  const server = createHttpServer(createProxyMiddleware({ target })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, lines: [], close: () => server.close() }
}
async function bare({ port }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
  socket.on('error', () => {})
  const outcome = await Promise.race([
    once(socket, 'open').then(() => 'open', () => 'error'),
    once(socket, 'unexpected-response').then(([, { statusCode }]) => `status ${statusCode}`),
    delay(30_000).then(() => 'connecting for 30 s'),
  ])
  socket.terminate()
  return outcome
}
async function client({ port }, options) {
  const start = performance.now()
  const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false, ...options })
  const outcome = await Promise.race([
    once(socket, 'connect').then(async () => {
      await delay(2000)
      return socket.io.engine.transport.name
    }),
    once(socket, 'connect_error').then(([{ message }]) => `${message} after ${Math.round((performance.now() - start) / 1000)} s`),
  ])
  socket.disconnect()
  return outcome
}
async function through(proxy) {
  handshakes = 0
  const [socket, standard, websocket] = await Promise.all([bare(proxy), client(proxy), client(proxy, { transports: ['websocket'] })])
  const seen = { 'bare WebSocket': socket, client: standard, 'client, WebSocket only': websocket, 'reached the server': handshakes > 0, log: proxy.lines }
  await proxy.close()
  return seen
}
const without = await through(await vite({}))
console.log('Vite:', without)
assert.deepEqual(Object.values(without), ['connecting for 30 s', 'polling', 'timeout after 20 s', false, []])
const withWs = await through(await vite({ ws: true }))
console.log('Vite, ws: true:', withWs)
assert.deepEqual(Object.values(withWs).slice(0, 4), ['open', 'websocket', 'websocket', true])
const other = await through(await middleware())
console.log('http-proxy-middleware:', other)
assert.deepEqual(Object.values(other), ['connecting for 30 s', 'polling', 'timeout after 20 s', true, []])
process.exit()
MODULE
