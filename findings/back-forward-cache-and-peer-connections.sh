#!/usr/bin/env bash
# What: which pages come back from the back-forward cache, with the same document and a `pageshow` that is `persisted`.
# Versions: Chromium 156.0.8078.108 and Firefox 153.8.0esr (Debian 12). Seen: 2026-11-29.
# Guess: Firefox keeps no page with a listener for `beforeunload` or `unload`; Chromium keeps the former, not the latter. Neither keeps one
#   with a peer connection that is not closed, connected or not; both keep one whose peer connections are closed.
# Seen: both keep a page with `beforeunload`, and none with `unload` or with connected peer connections; after pc.close() both keep it. A page
#   with a new peer connection that was never connected is kept by Chromium, and not by Firefox.
# Why it matters: a question before leaving does not make sure that the page starts from the beginning: it can come back with all that its
#   scripts held, in both browsers. One peer connection made in advance decides differently in each. Listen for `pageshow`.
. "$(dirname "$0")/lib/setup.sh"
need "${CHROMIUM:-chromium}" chromium
need "${FIREFOX:-firefox-esr}" firefox-esr
run_module <<'MODULE'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, firefox, version } from './lib/browsers.mjs'

const connected = `const a = new RTCPeerConnection(), b = new RTCPeerConnection()
  a.onicecandidate = ({ candidate }) => b.addIceCandidate(candidate)
  b.onicecandidate = ({ candidate }) => a.addIceCandidate(candidate)
  a.createDataChannel('a').onopen = opened
  a.setLocalDescription().then(() => b.setRemoteDescription(a.localDescription)).then(() => b.setLocalDescription())
    .then(() => a.setRemoteDescription(b.localDescription))`
const scripts = {
  nothing: 'ready()',
  beforeunload: `addEventListener('beforeunload', () => {}); ready()`,
  unload: `addEventListener('unload', () => {}); ready()`,
  'new peer connection': 'window.pc = new RTCPeerConnection(); ready()',
  'connected peer connections': `const opened = () => { window.pcs = [a, b]; ready() }; ${connected}`,
  'closed peer connections': `const opened = () => { a.close(); b.close(); ready() }; ${connected}`,
}
const names = Object.keys(scripts)
const server = createServer(({ url }, response) => {
  const script = scripts[names[url.slice(1)]] ?? ''
  response.setHeader('content-type', 'text/html').end(`<!doctype html><script>
    const ready = () => setTimeout(() => { window.isReady = true })
    addEventListener('pageshow', ({ persisted }) => { window.shown = [...(window.shown ?? []), persisted] })
    ${script}</script>`)
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${server.address().port}`

console.log(version('chromium'), '/', version('firefox'))
// Preferences that Marionette recommends to tests would switch off "beforeunload" in Firefox.
const pages = [await chromium(), await firefox({ prefs: { 'remote.prefs.recommended': false } })]
async function back(page, url) {
  if (page.name === 'Firefox') await page.command('WebDriver:Back')
  else {
    const { currentIndex, entries } = await page.command('Page.getNavigationHistory')
    await page.command('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1].id })
  }
  const isShown = () => page.run((url) => location.href === url && document.readyState === 'complete' && Boolean(window.shown), url).catch(() => false)
  while (!(await isShown())) await delay(50)
  await delay(500)
  // A page that was kept has both events, one that was loaded again only its own.
  return page.run(() => shown)
}
const kept = {}
for (const page of pages) {
  kept[page.name] = []
  for (const [index, name] of names.entries()) {
    const url = `${origin}/${index}`
    await page.navigate(url)
    while (!(await page.run(() => window.isReady ?? false))) await delay(50)
    await page.navigate(`${origin}/away`)
    const shown = await back(page, url)
    assert.deepEqual(shown, shown.length > 1 ? [false, true] : [false])
    const isKept = shown.at(-1)
    if (isKept) kept[page.name].push(name)
    console.log(`${page.name}, ${name}: ${isKept ? 'kept' : 'loaded again'}`)
  }
}
const both = ['nothing', 'beforeunload', 'closed peer connections']
assert.deepEqual(kept, { Chromium: names.filter((name) => both.includes(name) || name === 'new peer connection'), Firefox: both })
for (const page of pages) await page.close()
process.exit()
MODULE
