#!/usr/bin/env bash
# What: how often a Redis command is executed if the connection breaks before its reply, by client library.
# Versions: redis-server 7.0.15 (Debian 12), ioredis 6.0.0, redis (for Node) 6.3.1, redis (for Python) 8.1.0, Node 20, Python 3.11.
#   Seen: 2026-11-28. All clients with their default options.
# Guess: XADD and INCR are not idempotent, so the libraries report the error and leave the decision to the program.
# Seen: only Node's redis rejects, with one entry in the stream. ioredis, and redis for Python with both of its clients, send the command
#   again without a word: the call succeeds, and the stream has two entries. ioredis does the same with INCR and PUBLISH.
# Why it matters: a signaling server that distributes its messages through Redis delivers an offer twice after a short break. Give
#   each message an id and let the readers drop repeats, give XADD an explicit id, or switch repeating off (`autoResendUnfulfilledCommands: false`
#   in ioredis, `retry=Retry(NoBackoff(), 0)` in Python).
. "$(dirname "$0")/lib/setup.sh"
need redis-server redis-server
npm_packages ioredis@6.0.0 redis@6.3.1
pip_packages redis==8.1.0
redis-server --version
run_module "$work" "$python" <<'MODULE'
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Redis from 'ioredis'
import { createClient } from 'redis'
import { freePort, listening } from './lib/ports.mjs'

const [work, python] = process.argv.slice(2)
const port = await freePort()
const server = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', work], { stdio: 'ignore' })
process.on('exit', () => server.kill())
await listening(port)
const redis = (...command) => execFileSync('redis-cli', ['-p', port, ...command], { encoding: 'utf8' }).trim()

// A line that breaks once, between the named command's execution and its reply.
let command
const line = createServer((near) => {
  const far = connect(port, '127.0.0.1')
  let breaks = false
  near.on('data', (data) => {
    if (command && data.toString('latin1').toUpperCase().includes(command)) { breaks = true; command = undefined }
    far.write(data)
  })
  far.on('data', (data) => { if (breaks) { near.resetAndDestroy(); far.destroy() } else near.write(data) })
  for (const [one, other] of [[near, far], [far, near]]) { one.on('error', () => {}); one.on('close', () => other.destroy()) }
}).listen(0, '127.0.0.1')
await once(line, 'listening')
const linePort = line.address().port

const outcome = (promise) => Promise.race([promise.then(() => 'succeeds', () => 'fails'), delay(20_000, 'pending')])
const inPython = (lines) => async (key) => {
  command = 'XADD'
  const child = spawn(python, ['-c', `import asyncio, redis, redis.asyncio\n${lines(key)}`], { stdio: ['ignore', 'ignore', 'ignore'] })
  const [status] = await once(child, 'exit')
  return status === 0 ? 'succeeds' : 'fails'
}
const ioredis = (call) => async (key) => {
  const client = new Redis(linePort, '127.0.0.1').on('error', () => {})
  await client.ping()
  command = call.name.toUpperCase()
  const result = await outcome(call(client, key))
  client.disconnect()
  return result
}
const clients = {
  ioredis: ioredis(function xadd(client, key) { return client.xadd(key, '*', 'offer', 'x') }),
  'redis for Node': async (key) => {
    const client = createClient({ url: `redis://127.0.0.1:${linePort}` }).on('error', () => {})
    await client.connect()
    command = 'XADD'
    const result = await outcome(client.xAdd(key, '*', { offer: 'x' }))
    client.destroy()
    return result
  },
  'redis for Python': inPython((key) => `
client = redis.Redis(port=${linePort})
client.ping()
client.xadd('${key}', {'offer': 'x'})`),
  'redis for Python, asyncio': inPython((key) => `
async def main():
    client = redis.asyncio.Redis(port=${linePort})
    await client.ping()
    await client.xadd('${key}', {'offer': 'x'})
asyncio.run(main())`),
}
const seen = {}
for (const [name, add] of Object.entries(clients)) {
  const result = await add(name)
  assert.equal(command, undefined, 'the line broke')
  seen[name] = `${result}, entries: ${redis('XLEN', name)}`
}
await ioredis(function incr(client) { return client.incr('number') })()
seen['ioredis, one INCR'] = redis('GET', 'number')
const subscriber = new Redis(port, '127.0.0.1')
let messages = 0
subscriber.on('message', () => { messages++ })
await subscriber.subscribe('channel')
await ioredis(function publish(client) { return client.publish('channel', 'x') })()
await delay(500)
seen['ioredis, messages of one PUBLISH'] = messages
console.log(seen)
assert.deepEqual(seen, {
  ioredis: 'succeeds, entries: 2',
  'redis for Node': 'fails, entries: 1',
  'redis for Python': 'succeeds, entries: 2',
  'redis for Python, asyncio': 'succeeds, entries: 2',
  'ioredis, one INCR': '2',
  'ioredis, messages of one PUBLISH': 2,
})
process.exit()
MODULE
