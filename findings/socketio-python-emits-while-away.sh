#!/usr/bin/env bash
# What: what python-socketio's asyncio client does with events emitted while the connection is broken, and when its `connect` handler runs.
# Versions: python-socketio 5.18.1 with aiohttp 3.14.5, socket.io 4.8.4, Node 20, Python 3.11. Seen: 2026-11-28.
# Guess: as in the JavaScript client, events are buffered during a reconnection and sent after it.
# Seen: `emit()` raises BadNamespaceError ("/ is not a connected namespace.") and the event is lost; so does `call()`, at once. After the
#   reconnection nothing is sent but what the `connect` handler emits. At the first connection, `connect()` waits for that
#   handler, which may await a `call()`, but no longer than `wait_timeout`, 1 second by default; then it returns without an error.
# Why it matters: code that was carried over from JavaScript loses candidates in each short break. Keep the events and send them from the
#   `connect` handler.
. "$(dirname "$0")/lib/setup.sh"
npm_packages socket.io@4.8.4
pip_packages python-socketio==5.18.1 aiohttp==3.14.5
"$python" -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("python-socketio", "aiohttp")))'
cat >"$work/client.py" <<'PYTHON'
import asyncio, socketio, sys

async def main():
    client = socketio.AsyncClient(reconnection_delay=0.3, randomization_factor=0)
    connections = asyncio.Queue()
    gone = asyncio.Event()

    @client.event
    async def connect():
        await asyncio.sleep(0.3)
        print("the connect handler hears", await client.call("join", timeout=5))
        connections.put_nowait(True)

    @client.event
    async def disconnect(reason):
        gone.set()

    await client.connect(sys.argv[1], transports=["websocket"], wait_timeout=60)
    print("connect() returned after the handler:", not connections.empty())
    await connections.get()
    await client.emit("offer")
    await client.emit("break me")
    await asyncio.wait_for(gone.wait(), 30)
    for send in (client.emit, client.call):
        try:
            await send("candidate")
            print("no error")
        except Exception as error:
            print(type(error).__name__)
    await asyncio.wait_for(connections.get(), 30)
    await asyncio.sleep(1)
    await client.disconnect()

asyncio.run(main())
PYTHON
run_module "$work" "$python" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { Server } from 'socket.io'

const [work, python] = process.argv.slice(2)
const http = createServer()
const server = new Server(http)
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const received = []
server.on('connection', (socket) => {
  socket.onAny((name, done) => {
    received.push(name)
    done?.('joined')
    if (name === 'break me') socket.conn.transport.socket.terminate()
  })
})
const client = spawn(python, [`${work}/client.py`, `http://127.0.0.1:${http.address().port}`], { stdio: ['ignore', 'pipe', 'inherit'] })
process.on('exit', () => client.kill())
const said = (await text(client.stdout)).trim().split('\n')
const seen = { client: said, server: received.join(', ') }
console.log(seen)
assert.deepEqual(seen, {
  client: [
    'the connect handler hears joined', 'connect() returned after the handler: True', 'BadNamespaceError', 'BadNamespaceError',
    'the connect handler hears joined',
  ],
  server: 'join, offer, break me, join',
})
process.exit()
MODULE
