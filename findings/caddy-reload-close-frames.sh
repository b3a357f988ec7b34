#!/usr/bin/env bash
# What: which close code each side of a proxied WebSocket sees when Caddy reloads its configuration or stops.
# Versions: Caddy 2.6.2 (Debian 12), ws 8.23.0, Node 20. Seen: 2026-11-28.
# Guess: Caddy drops the TCP connections, and both sides see 1006, as with nginx and HAProxy at the end of their grace.
# Seen: each client gets a proper close frame with 1001. The server gets one, too, but without the mask that the protocol requires of
#   a client, so that a correct server reports a protocol error ("MASK must be set") and a broken connection, 1006. Once, on a
#   loaded machine, the server saw a regular 1001 without an error instead, as if the user had closed the page.
# Why it matters: the server cannot rely on either code after a reload: one that takes 1001 for leaving on purpose may end a call that
#   goes on. And the protocol errors in its log are not the clients' faults.
. "$(dirname "$0")/lib/setup.sh"
need caddy caddy
npm_packages ws@8.23.0
echo "Caddy $(caddy version)"
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { freePort, listening } from './lib/ports.mjs'

const work = process.argv[2]
const http = createServer()
const server = new WebSocketServer({ server: http })
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const [port, admin] = [await freePort(), await freePort()]
const configure = (header) => writeFileSync(`${work}/Caddyfile`, `{
	admin 127.0.0.1:${admin}
	auto_https off
}
http://127.0.0.1:${port} {
	header X-Version ${header}
	reverse_proxy 127.0.0.1:${http.address().port}
}
`)
const env = { ...process.env, HOME: work, XDG_DATA_HOME: work, XDG_CONFIG_HOME: work }
const run = (...command) => spawn('caddy', [...command, '--adapter', 'caddyfile', '--config', `${work}/Caddyfile`], { stdio: 'ignore', env })
configure('1')
const caddy = run('run')
process.on('exit', () => caddy.kill())
await listening(port)

async function ends(action) {
  const servers = []
  const clients = []
  for (let number = 0; number < 100; number++) {
    const accepted = once(server, 'connection')
    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(client, 'open')
    const [socket] = await accepted
    let reported = 'no error'
    socket.on('error', (error) => { reported = error.message })
    servers.push(new Promise((resolve) => socket.on('close', (code) => resolve(`${code}, ${reported}`))))
    clients.push(once(client, 'close').then(([code]) => String(code)))
  }
  await action()
  const count = async (ends) => (await Promise.all(ends)).reduce((counts, end) => ({ ...counts, [end]: (counts[end] ?? 0) + 1 }), {})
  return { clients: await count(clients), server: await count(servers) }
}
const seen = {
  reload: await ends(async () => {
    configure('2')
    const [status] = await once(run('reload', '--address', `127.0.0.1:${admin}`), 'exit')
    assert.equal(status, 0)
  }),
  stop: await ends(() => caddy.kill('SIGTERM')),
}
console.log(seen)
const unmasked = '1006, Invalid WebSocket frame: MASK must be set'
for (const { clients, server } of Object.values(seen)) {
  assert.deepEqual(clients, { 1001: 100 })
  assert(server[unmasked] > 0)
  assert.equal((server[unmasked] ?? 0) + (server['1001, no error'] ?? 0), 100)
}
process.exit()
MODULE
