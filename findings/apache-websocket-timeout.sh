#!/usr/bin/env bash
# What: when Apache cuts a WebSocket that is silent in both directions.
# Versions: apache2 2.4.71 (Debian 12) with `ProxyPass ... upgrade=websocket`, ws 8.23.0, Node 20. Seen: 2026-11-28.
# Guess: after `ProxyTimeout`, which defaults to `Timeout`: that is what the documentation says of a proxied request.
# Seen: after the longer of the two. `Timeout 3` with `ProxyTimeout 9` and `Timeout 9` with `ProxyTimeout 3` both give 9 seconds,
#   while a plain request beside the WebSocket ends with 502 after exactly `ProxyTimeout`.
# Why it matters: a shorter `ProxyTimeout` does not make Apache drop dead signaling connections earlier (Debian's `Timeout` is 300),
#   and a longer `Timeout`, set for uploads, lets them live longer.
. "$(dirname "$0")/lib/setup.sh"
PATH=$PATH:/usr/sbin
need apache2 apache2
npm_packages ws@8.23.0
apache2 -v | sed -n 1p
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { freePort, listening } from './lib/ports.mjs'

const modules = '/usr/lib/apache2/modules'
const work = process.argv[2]
const http = createServer(() => { /* A plain request is never answered. */ })
new WebSocketServer({ server: http }).on('connection', (socket) => socket.on('error', () => {}))
http.listen(0, '127.0.0.1')
await once(http, 'listening')

async function seconds(timeout, proxyTimeout) {
  const folder = `${work}/${timeout}-${proxyTimeout}`
  mkdirSync(folder)
  const port = await freePort()
  writeFileSync(`${folder}/httpd.conf`, `ServerName localhost
ServerRoot ${folder}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
Listen 127.0.0.1:${port}
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule proxy_module ${modules}/mod_proxy.so
LoadModule proxy_http_module ${modules}/mod_proxy_http.so
User www-data
Group www-data
Timeout ${timeout}
ProxyTimeout ${proxyTimeout}
ProxyPass / http://127.0.0.1:${http.address().port}/ upgrade=websocket
`)
  const apache = spawn('apache2', ['-f', `${folder}/httpd.conf`, '-DFOREGROUND'], { stdio: 'inherit' })
  const exit = once(apache, 'exit')
  process.on('exit', () => apache.kill())
  await listening(port)
  const start = Date.now()
  const plain = fetch(`http://127.0.0.1:${port}/`).then(({ status }) => [status, Math.round((Date.now() - start) / 1000)])
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  await once(socket, 'open')
  const opened = Date.now()
  const [code] = await once(socket, 'close')
  const seen = { websocket: [code, Math.round((Date.now() - opened) / 1000)], plain: await plain }
  apache.kill()
  await exit
  console.log(`Timeout ${timeout}, ProxyTimeout ${proxyTimeout}: [outcome, seconds]`, seen)
  return seen
}
const within = ([code, seconds], expected, about) => assert(code === expected && Math.abs(seconds - about) <= 2, `${code} after ${seconds} s`)
for (const [timeout, proxyTimeout] of [[3, 3], [3, 9], [9, 3]]) {
  const { websocket, plain } = await seconds(timeout, proxyTimeout)
  within(websocket, 1006, Math.max(timeout, proxyTimeout))
  within(plain, 502, proxyTimeout)
}
process.exit()
MODULE
