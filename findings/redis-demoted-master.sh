#!/usr/bin/env bash
# What: what readers and writers notice that are connected to a Redis master when a failover makes it a replica.
# Version: redis-server 7.0.15 (Debian 12), Node 20. Seen: 2026-11-28.
# Guess: both kinds of readers are treated alike: a blocked XREAD and a subscriber stay connected, wait, and hear nothing more; the
#   writers are refused.
# Seen: the blocked XREAD gets the error UNBLOCKED, and its connection is closed. The subscriber stays connected without a word, and hears
#   what is published at the new master, too. XADD is refused with READONLY, but PUBLISH succeeds and says how many received it: only
#   the subscribers of the demoted server, none of those at the new master.
# Why it matters: with streams all nodes of a signaling server move to the new master at once. With publish/subscribe a node whose
#   connection survives the failover still hears everything, but what it sends reaches only a part of the nodes, without an error.
. "$(dirname "$0")/lib/setup.sh"
need redis-server redis-server
redis-server --version
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, listening } from './lib/ports.mjs'

const work = process.argv[2]
async function start(name) {
  const port = await freePort()
  mkdirSync(`${work}/${name}`)
  const server = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', `${work}/${name}`,
    '--repl-diskless-sync-delay', '0'], { stdio: 'ignore' })
  process.on('exit', () => server.kill())
  await listening(port)
  return port
}
const redis = (port, ...command) => execFileSync('redis-cli', ['-p', port, ...command], { encoding: 'utf8' }).trim()
async function until(condition) {
  for (const end = Date.now() + 60_000; !condition(); await delay(100)) assert(Date.now() < end, String(condition))
}
/// Sends a command; the function that it gives tells what came since it was last called.
function say(port, command) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (data) => { text += data }).on('close', () => { text += 'closed' }).on('error', () => {})
  socket.write(`${command}\r\n`)
  return () => { const last = text.replaceAll('\r\n', ' '); text = ''; return last }
}

const old = await start('old')
const next = await start('next')
redis(next, 'REPLICAOF', '127.0.0.1', old)
await until(() => /state=online/.test(redis(old, 'INFO', 'replication')))
const reader = say(old, 'XREAD BLOCK 0 STREAMS signals $')
const subscriber = say(old, 'SUBSCRIBE signals')
const movedSubscriber = say(next, 'SUBSCRIBE signals')
await until(() => /blocked_clients:1/.test(redis(old, 'INFO', 'clients')))
await delay(300)
subscriber()
movedSubscriber()

redis(next, 'REPLICAOF', 'NO', 'ONE')
redis(old, 'REPLICAOF', '127.0.0.1', next)
await until(() => /state=online/.test(redis(next, 'INFO', 'replication')))
await delay(500)
const seen = { 'blocked XREAD': reader(), subscriber: subscriber() || 'nothing, connected' }
redis(next, 'PUBLISH', 'signals', 'from-the-new-master')
await until(() => (seen['subscriber, of a PUBLISH at the new master'] ??= subscriber() || undefined))
movedSubscriber()
seen['XADD at the demoted master'] = redis(old, 'XADD', 'signals', '*', 'a', 'b')
seen['PUBLISH there: receivers'] = redis(old, 'PUBLISH', 'signals', 'from-the-demoted-master')
await delay(2000)
seen['subscriber there'] = subscriber()
seen['subscriber at the new master'] = movedSubscriber() || 'nothing'
console.log(seen)
assert.match(seen['blocked XREAD'], /^-UNBLOCKED .*closed$/)
assert.equal(seen.subscriber, 'nothing, connected')
assert.match(seen['subscriber, of a PUBLISH at the new master'], /from-the-new-master/)
assert.match(seen['XADD at the demoted master'], /^READONLY/)
assert.equal(seen['PUBLISH there: receivers'], '1')
assert.match(seen['subscriber there'], /from-the-demoted-master/)
assert.equal(seen['subscriber at the new master'], 'nothing')
process.exit()
MODULE
