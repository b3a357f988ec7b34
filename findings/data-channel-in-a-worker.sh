#!/usr/bin/env bash
# What: a data channel that the `datachannel` event hands over and the page transfers to a worker at once.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-28.
# Guess: Firefox cannot transfer data channels; where it works, the worker gets `open` first and then the messages.
# Seen: both can. In Firefox the channel comes to the worker `open`. In Chromium the worker gets the first message while the channel
#   still says `connecting`, and `open` after it: an answer from that message handler throws InvalidStateError. On the main thread the
#   order is as expected. A channel that was once used cannot be transferred in either.
# Why it matters: a request and answer protocol in a worker loses its first answer in Chromium only. Wait for `open` in the worker
#   and hold back what comes before it.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
async function inWorker() {
  const caller = new RTCPeerConnection()
  const callee = new RTCPeerConnection()
  caller.onicecandidate = ({ candidate }) => candidate && callee.addIceCandidate(candidate)
  callee.onicecandidate = ({ candidate }) => candidate && caller.addIceCandidate(candidate)
  const code = `onmessage = ({ data: channel }) => {
    const log = ['transferred: ' + channel.readyState]
    const done = () => log.length === 3 && postMessage(log)
    channel.onopen = () => done(log.push('open'))
    channel.onmessage = () => {
      let outcome = 'answered'
      try { channel.send('answer') } catch (error) { outcome = error.name }
      done(log.push('message, state ' + channel.readyState + ', ' + outcome))
    }
  }`
  const worker = new Worker(URL.createObjectURL(new Blob([code])))
  const report = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data) })
  callee.ondatachannel = ({ channel }) => worker.postMessage(channel, [channel])
  const channel = caller.createDataChannel('requests')
  channel.onopen = () => channel.send('request')
  await caller.setLocalDescription()
  await callee.setRemoteDescription(caller.localDescription)
  await callee.setLocalDescription()
  await caller.setRemoteDescription(callee.localDescription)
  const log = await report
  let late = 'transferred'
  try { worker.postMessage(channel, [channel]) } catch (error) { late = error.name }
  caller.close()
  callee.close()
  return [...log, `transfer of a used channel: ${late}`]
}
const expected = {
  Chromium: ['transferred: connecting', 'message, state connecting, InvalidStateError', 'open', 'transfer of a used channel: DataCloneError'],
  Firefox: ['transferred: open', 'open', 'message, state open, answered', 'transfer of a used channel: DataCloneError'],
}
for (const start of [chromium, firefox]) {
  const page = await start()
  // Several times, since threads decide about the order.
  for (let i = 0; i < 5; i++) {
    const seen = await page.run(inWorker)
    if (i === 0) console.log(page.name, seen)
    assert.deepEqual(seen, expected[page.name])
  }
  await page.close()
}
process.exit()
MODULE
