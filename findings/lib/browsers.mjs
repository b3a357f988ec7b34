// Starts headless Chromium and Firefox on an empty page of a loopback server and runs functions in that page.
// Chromium is driven by the DevTools protocol over a pipe, Firefox by Marionette over TCP: no packages are needed.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const TIMEOUT = 60_000
const open = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(3))
process.on('exit', () => {
  for (const browser of open) browser.kill()
})

const commands = { chromium: process.env.CHROMIUM ?? 'chromium', firefox: process.env.FIREFOX ?? 'firefox-esr' }
export const version = (name) =>
  execFileSync(commands[name], ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

let server
async function page() {
  if (!server) {
    server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    server.unref()
  }
  return `http://127.0.0.1:${server.address().port}/`
}

function start(command, flags, profile, stdio) {
  const child = spawn(command, flags, { stdio, detached: true, env: { ...process.env, MOZ_HEADLESS: '1', HOME: profile } })
  const browser = {
    child,
    kill() {
      open.delete(browser)
      // The process group is the one that `detached` made for this browser alone.
      try { process.kill(-child.pid, 'SIGKILL') } catch { /* It is gone already. */ }
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
    async close() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null
      try { process.kill(-child.pid, 'SIGKILL') } catch { /* It is gone already. */ }
      await ended
      browser.kill()
    },
  }
  open.add(browser)
  return browser
}

// A call in the page: the outcome travels as JSON, an exception as its name and message.
const wrap = (fn, args) => `(async () => {
  try { return JSON.stringify({ value: await (${fn})(...${JSON.stringify(args)}) }) }
  catch (e) { return JSON.stringify({ error: e.name + ': ' + e.message }) }
})()`
const unwrap = (text) => {
  const { value, error } = JSON.parse(text)
  if (error) throw new Error(error)
  return value
}

export async function chromium({ flags = [], media = false, insecure = false } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'finding-'))
  const browser = start(commands.chromium, [
    '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync',
    '--disable-component-update', '--disable-features=Translate,OptimizationHints', '--remote-debugging-pipe', `--user-data-dir=${profile}`,
    ...(media ? ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'] : []),
    ...(insecure ? ['--ignore-certificate-errors'] : []), ...flags, 'about:blank',
  ], profile, ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'])
  const [, , , input, output] = browser.child.stdio
  input.on('error', () => {})
  const waiting = new Map()
  let id = 0
  let buffer = ''
  output.setEncoding('utf8').on('data', (chunk) => {
    const parts = (buffer + chunk).split('\0')
    buffer = parts.pop()
    for (const part of parts) {
      const message = JSON.parse(part)
      waiting.get(message.id)?.(message)
      waiting.delete(message.id)
    }
  })
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${method}: no answer from Chromium`)), TIMEOUT)
    waiting.set(++id, ({ result, error }) => {
      clearTimeout(limit)
      error ? reject(new Error(error.message)) : resolve(result)
    })
    input.write(JSON.stringify({ id, method, params, sessionId }) + '\0')
  })
  const { targetId } = await send('Target.createTarget', { url: await page() })
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
  const command = (method, params) => send(method, params, sessionId)
  await command('Runtime.enable')
  const run = async (fn, ...args) => {
    const { result, exceptionDetails } = await command('Runtime.evaluate', {
      expression: wrap(fn, args), awaitPromise: true, returnByValue: true, userGesture: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.text)
    return unwrap(result.value)
  }
  const loaded = async (url) => {
    while (!(await run((url) => location.href === url && document.readyState === 'complete', url))) await delay(20)
  }
  await loaded(await page())
  const navigate = async (url) => {
    await command('Page.navigate', { url })
    await loaded(url)
  }
  return { name: 'Chromium', run, command, navigate, close: browser.close }
}

export async function firefox({ prefs = {}, media = false } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'finding-'))
  const all = {
    'marionette.port': 0,
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'app.normandy.enabled': false,
    'media.gmp-manager.updateEnabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'services.settings.server': '',
    'toolkit.telemetry.enabled': false,
    ...(media ? { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true } : {}),
    ...prefs,
  }
  writeFileSync(join(profile, 'user.js'),
    Object.entries(all).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`).join('\n'))
  const browser = start(commands.firefox,
    ['--headless', '--marionette', '--no-remote', '--profile', profile], profile, 'ignore')
  let port
  for (const end = Date.now() + TIMEOUT; !port; await delay(50)) {
    try { port = Number(readFileSync(join(profile, 'MarionetteActivePort'), 'utf8')) } catch { assert(Date.now() < end, 'Firefox did not start') }
  }
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const waiting = new Map()
  let id = 0
  let buffer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const colon = buffer.indexOf(':')
      const length = Number(buffer.subarray(0, colon).toString())
      if (colon < 0 || buffer.length < colon + 1 + length) return
      const message = JSON.parse(buffer.subarray(colon + 1, colon + 1 + length))
      buffer = buffer.subarray(colon + 1 + length)
      if (!Array.isArray(message)) continue
      waiting.get(message[1])?.(message)
      waiting.delete(message[1])
    }
  })
  const command = (name, params = {}) => new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${name}: no answer from Firefox`)), TIMEOUT)
    waiting.set(++id, ([, , error, result]) => {
      clearTimeout(limit)
      error ? reject(new Error(error.message)) : resolve(result)
    })
    const text = JSON.stringify([0, id, name, params])
    socket.write(`${Buffer.byteLength(text)}:${text}`)
  })
  await command('WebDriver:NewSession', { capabilities: { alwaysMatch: { timeouts: { script: TIMEOUT } } } })
  const navigate = (url) => command('WebDriver:Navigate', { url })
  await navigate(await page())
  // Without a sandbox, the functions share the page's own global object.
  const run = async (fn, ...args) => {
    const { value } = await command('WebDriver:ExecuteAsyncScript', {
      script: `const done = arguments[0]; window.eval(${JSON.stringify(wrap(fn, args))}).then(done)`, args: [], sandbox: null,
    })
    return unwrap(value)
  }
  return { name: 'Firefox', run, command, navigate, close: browser.close }
}
