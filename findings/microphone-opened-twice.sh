#!/usr/bin/env bash
# What: whether a microphone that is in use can be opened a second time with other processing, such as without noise suppression.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: the second track has the processing that was asked for, or getUserMedia rejects; applyConstraints changes an open track.
# Seen: in Chromium, with the first track as the browser opens it (all three on), asking for no noise suppression gives a second track
#   without echo cancellation and gain control as well; asking for it with the other two on gives the old processing, without an error.
#   Of the wishes tried here only all off is done as asked. applyConstraints on the open track resolves and changes nothing; with `exact` it rejects. Once the first
#   track is stopped, each wish is granted exactly. Firefox's test microphone has nothing to switch, so nothing is said of Firefox.
# Why it matters: a page that shows a preview or a level of the microphone and then opens it for the call gets other processing than it asked
#   for, or loses echo cancellation, so that the other side hears itself. Stop all tracks of the device first, and read getSettings().
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { chromium, firefox, version } from './lib/browsers.mjs'

console.log(version('chromium'), '/', version('firefox'))
const names = ['noiseSuppression', 'echoCancellation', 'autoGainControl']
const asked = {
  'no noise suppression': { noiseSuppression: false },
  'no noise suppression (exact)': { noiseSuppression: { exact: false } },
  'no gain control': { autoGainControl: false },
  'no noise suppression, the others on': { noiseSuppression: false, echoCancellation: true, autoGainControl: true },
  'all off': { noiseSuppression: false, echoCancellation: false, autoGainControl: false },
}
const capabilities = (page) => page.run(async (names) => {
  const [track] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()
  const all = track.getCapabilities()
  track.stop()
  return names.map((name) => all[name].join(' ')).join()
}, names)
const page = await chromium({ media: true })
const seen = await page.run(async (names, asked) => {
  const open = async (audio) => (await navigator.mediaDevices.getUserMedia({ audio })).getTracks()[0]
  const settings = (track) => names.map((name) => track.getSettings()[name] ? 'on' : 'off').join()
  const opened = async (audio) => {
    const track = await open(audio)
    track.stop()
    return settings(track)
  }
  const first = await open(true)
  const seen = { first: settings(first) }
  for (const [name, audio] of Object.entries(asked)) {
    const second = await opened(audio)
    const applied = await first.applyConstraints(audio).then(() => 'resolves', ({ name }) => name)
    seen[name] = { second, applied: `${applied}, then ${settings(first)}` }
  }
  first.stop()
  for (const [name, audio] of Object.entries(asked)) seen[name].alone = await opened(audio)
  return seen
}, names, asked)
console.log(`Chromium (${names}):`, seen)
const nothing = { applied: 'resolves, then on,on,on' }
assert.deepEqual(seen, {
  first: 'on,on,on',
  'no noise suppression': { second: 'off,off,off', ...nothing, alone: 'off,on,on' },
  'no noise suppression (exact)': { second: 'off,off,off', applied: 'OverconstrainedError, then on,on,on', alone: 'off,on,on' },
  'no gain control': { second: 'off,off,off', ...nothing, alone: 'on,on,off' },
  'no noise suppression, the others on': { second: 'on,on,on', ...nothing, alone: 'off,on,on' },
  'all off': { second: 'off,off,off', ...nothing, alone: 'off,off,off' },
})
assert.match(await capabilities(page), /^true false,true false\b.*,true false$/)
await page.close()
const other = await firefox({ media: true })
const few = await capabilities(other)
console.log(`Firefox's own test microphone (${names}):`, few)
assert.equal(few, 'false,false,false')
await other.close()
process.exit()
MODULE
