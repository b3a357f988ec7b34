#!/usr/bin/env bash
# What: whether GStreamer's webrtcbin notices that the other side has closed its peer connection.
# Versions: GStreamer 1.22.0 with gst-plugins-bad 1.22.0 and libnice plugin 0.1.21 (Debian 12), @roamhq/wrtc 0.10.0, Node 20. Seen: 2026-11-28.
# Guess: close() ends SCTP and DTLS, so webrtcbin reports the data channel's close at once and `disconnected` or `failed` within 30 seconds.
# Seen: a closed data channel is reported at once, a closed connection never: after 60 seconds connection-state is still `connected`,
#   the channel has sent no on-close, and no error is on the bus. ice-connection-state is `new` all the time, even while data flow.
# Why it matters: a pipeline that records or plays for a page runs on for ever after the page is closed. The hang-up has to come by
#   the signaling server (the user's disconnect), or the page has to close its data channel first.
. "$(dirname "$0")/lib/setup.sh"
gst=/usr/lib/$(uname -m)-linux-gnu
[ -e "$gst/gstreamer-1.0/libgstwebrtc.so" ] && [ -e "$gst/gstreamer-1.0/libgstnice.so" ] && [ -e "$gst/girepository-1.0/GstWebRTC-1.0.typelib" ] ||
  debian_packages python3-gst-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-bad gstreamer1.0-nice
npm_packages @roamhq/wrtc@0.10.0
cat >"$work/answer.py" <<'PYTHON'
# Answers the offer on the first line of standard input, then prints each event as a line.
import json, sys, time
import gi

for name in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(name, "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC

Gst.init(None)

def say(event, value):
    print(json.dumps({event: value}), flush=True)

pipeline = Gst.Pipeline.new(None)
webrtc = Gst.ElementFactory.make("webrtcbin")
pipeline.add(webrtc)
channels = []

def state(name):
    return webrtc.get_property(name).value_nick

def on_data_channel(_, channel):
    channels.append(channel)
    channel.connect("on-close", lambda _: say("channel", "closed"))
    channel.connect("on-message-string", lambda _, text: say("message", text))

webrtc.connect("on-data-channel", on_data_channel)
webrtc.connect("notify::connection-state", lambda *_: say("connection", state("connection-state")))
pipeline.set_state(Gst.State.PLAYING)

def ask(signal, *arguments):
    promise = Gst.Promise.new()
    webrtc.emit(signal, *arguments, promise)
    promise.wait()
    return promise

_, offer = GstSdp.SDPMessage.new_from_text(json.loads(sys.stdin.readline()))
ask("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, offer))
promise = ask("create-answer", None)
# The description lives only as long as the reply that holds it.
reply = promise.get_reply()
ask("set-local-description", reply.get_value("answer"))
while state("ice-gathering-state") != "complete":
    time.sleep(0.05)
say("version", Gst.version_string())
say("answer", webrtc.get_property("local-description").sdp.as_text())
for _ in sys.stdin:
    say("states", [state("connection-state"), state("ice-connection-state")])
PYTHON
run_module "$work/answer.py" <<'MODULE'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import wrtc from '@roamhq/wrtc'

async function outcome(close, wait) {
  const gstreamer = spawn('/usr/bin/python3', [process.argv[2]], { stdio: ['pipe', 'pipe', 'ignore'] })
  process.on('exit', () => gstreamer.kill())
  const told = {}
  createInterface({ input: gstreamer.stdout }).on('line', (line) => Object.assign(told, JSON.parse(line)))
  const until = async (condition) => { while (!condition()) await delay(20) }
  const connection = new wrtc.RTCPeerConnection()
  const channel = connection.createDataChannel('x')
  await connection.setLocalDescription(await connection.createOffer())
  await until(() => connection.iceGatheringState === 'complete')
  gstreamer.stdin.write(JSON.stringify(connection.localDescription.sdp) + '\n')
  await until(() => told.answer)
  await connection.setRemoteDescription({ type: 'answer', sdp: told.answer })
  await until(() => channel.readyState === 'open')
  channel.send('hello')
  await until(() => told.message === 'hello')
  close(connection, channel)
  for (const end = Date.now() + wait; Date.now() < end && !told.channel && told.connection === 'connected';) await delay(50)
  gstreamer.stdin.write('\n')
  await until(() => told.states)
  connection.close()
  gstreamer.kill()
  await once(gstreamer, 'exit')
  return { version: told.version, channel: told.channel ?? 'no close', connection: told.states[0], ice: told.states[1] }
}
const channel = await outcome((_, channel) => channel.close(), 20_000)
console.log('the other side closes the channel:', channel)
const connection = await outcome((connection) => connection.close(), 60_000)
console.log('the other side closes the connection, 60 seconds later:', connection)
assert.equal(channel.channel, 'closed')
assert.deepEqual([connection.channel, connection.connection, connection.ice], ['no close', 'connected', 'new'])
process.exit()
MODULE
