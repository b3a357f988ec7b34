#!/usr/bin/env bash
# What: how a WebSocket of a page reaches HAProxy when the page itself came by HTTP/2.
# Versions: HAProxy 2.6.12, Chromium 156.0.8078.108 (Debian 12), ws 8.23.0, Node 20. Seen: 2026-11-28.
# Guess: by a new TCP connection with HTTP/1.1 and an Upgrade, as always; WebSocket over HTTP/2 would have to be switched on.
# Seen: HAProxy offers WebSocket over HTTP/2 (extended CONNECT) by itself as soon as `alpn h2` is there, and Chromium uses it: the
#   WebSocket is one more stream of the connection that brought the page. HAProxy turns it into an HTTP/1.1 upgrade for the server.
# Why it matters: a page and its signaling then share one TCP connection, and what looks at the upgrade request in front of HAProxy (a
#   firewall, a log, a rule on the Upgrade header or the method GET) sees none.
. "$(dirname "$0")/lib/setup.sh"
PATH=$PATH:/usr/sbin
need haproxy haproxy
need openssl openssl
need "${CHROMIUM:-chromium}" chromium
npm_packages ws@8.23.0
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat "$work/cert.pem" "$work/key.pem" >"$work/both.pem"
haproxy -v | sed -n 1p
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { chromium, version } from './lib/browsers.mjs'
import { freePort, listening } from './lib/ports.mjs'

const work = process.argv[2]
console.log(version('chromium'))
const connections = {}
const http = createServer(({ url, headers }, response) => {
  connections[url] = headers['x-connection']
  response.setHeader('content-type', 'text/html').end('<!doctype html>')
})
new WebSocketServer({ server: http }).on('connection', (socket, { headers }) => {
  socket.on('error', () => {})
  socket.send(JSON.stringify({ version: headers['x-version'], connection: headers['x-connection'] }))
})
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const port = await freePort()
writeFileSync(`${work}/haproxy.cfg`, `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen signaling
  bind 127.0.0.1:${port} ssl crt ${work}/both.pem alpn h2,http/1.1
  http-request set-header X-Version %[req.ver]
  http-request set-header X-Connection %[src_port]
  server upstream 127.0.0.1:${http.address().port}
`)
const haproxy = spawn('haproxy', ['-q', '-db', '-f', `${work}/haproxy.cfg`], { stdio: 'inherit' })
process.on('exit', () => haproxy.kill())
await listening(port)
const page = await chromium({ insecure: true })
await page.navigate(`https://127.0.0.1:${port}/page`)
const websocket = await page.run(() => new Promise((resolve, reject) => {
  const socket = new WebSocket(`wss://${location.host}/socket`)
  socket.onmessage = ({ data }) => resolve(JSON.parse(data))
  socket.onclose = ({ code }) => reject(new Error(`closed ${code}`))
}))
const seen = {
  'page came by': await page.run(() => performance.getEntriesByType('navigation')[0].nextHopProtocol),
  'WebSocket came by': `HTTP/${websocket.version}`,
  'same connection': websocket.connection === connections['/page'],
}
console.log(seen)
assert.deepEqual(seen, { 'page came by': 'h2', 'WebSocket came by': 'HTTP/2.0', 'same connection': true })
await page.close()
process.exit()
MODULE
