#!/usr/bin/env bash
# What: which traffic keeps a WebSocket alive behind nginx and HAProxy.
# Versions: nginx 1.22.1 and HAProxy 2.6.12 (Debian 12), ws 8.23.0, Node 20. Seen: 2026-11-28.
# Guess: `proxy_read_timeout` counts what the upstream sends and `timeout client` what the client sends, so that a connection with
#   traffic in one direction only is cut: by nginx if just the client talks, by HAProxy (without `timeout tunnel`) either way.
# Seen: after the upgrade each byte in either direction restarts the time in both proxies. Only a connection that is silent in
#   both directions is cut.
# Why it matters: a signaling server need not answer a client's heartbeat, nor the client the server's, to survive these proxies; one
#   side's periodic message is enough. A cut connection therefore means that neither side sent anything.
. "$(dirname "$0")/lib/setup.sh"
PATH=$PATH:/usr/sbin
need nginx nginx
need haproxy haproxy
npm_packages ws@8.23.0
nginx -v 2>&1
haproxy -v | sed -n 1p
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'
import { freePort, listening } from './lib/ports.mjs'

const work = process.argv[2]
const http = createServer()
const server = new WebSocketServer({ server: http })
server.on('connection', (socket, { url }) => {
  socket.on('error', () => {})
  const timer = setInterval(() => url === '/server' && socket.send('tick'), 500)
  socket.on('close', () => clearInterval(timer))
})
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const upstream = `127.0.0.1:${http.address().port}`

const ports = { nginx: await freePort(), haproxy: await freePort() }
const folder = (name) => (mkdirSync(`${work}/${name}`), `${work}/${name}`)
writeFileSync(`${work}/nginx.conf`, `daemon off; pid ${work}/nginx.pid; error_log /dev/null; events {}
http { access_log off; client_body_temp_path ${folder('body')}; proxy_temp_path ${folder('proxy')};
  fastcgi_temp_path ${folder('fastcgi')}; uwsgi_temp_path ${folder('uwsgi')}; scgi_temp_path ${folder('scgi')};
  server { listen 127.0.0.1:${ports.nginx}; location / { proxy_pass http://${upstream}; proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_read_timeout 3s; proxy_send_timeout 3s; } } }`)
writeFileSync(`${work}/haproxy.cfg`, `defaults
  mode http
  timeout connect 3s
  timeout client 3s
  timeout server 3s
listen signaling
  bind 127.0.0.1:${ports.haproxy}
  server upstream ${upstream}
`)
const proxies = [
  spawn('nginx', ['-e', '/dev/null', '-c', `${work}/nginx.conf`], { stdio: 'inherit' }),
  spawn('haproxy', ['-q', '-db', '-f', `${work}/haproxy.cfg`], { stdio: 'inherit' }),
]
process.on('exit', () => proxies.forEach((proxy) => proxy.kill()))

async function outcome(port, talker) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${talker}`)
  await once(socket, 'open')
  const timer = setInterval(() => talker === 'client' && socket.send('tick'), 500)
  const end = await Promise.race([once(socket, 'close').then(([code]) => `cut, ${code}`), delay(9000, 'open after three times the time-out')])
  clearInterval(timer)
  socket.terminate()
  return end
}
for (const [name, port] of Object.entries(ports)) {
  await listening(port)
  const talkers = ['nobody', 'client', 'server']
  const seen = Object.fromEntries(await Promise.all(talkers.map(async (talker) => [talker, await outcome(port, talker)])))
  console.log(name, 'by who talks:', seen)
  const open = 'open after three times the time-out'
  assert.deepEqual(seen, { nobody: 'cut, 1006', client: open, server: open })
}
process.exit()
MODULE
