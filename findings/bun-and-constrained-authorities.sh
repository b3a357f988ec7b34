#!/usr/bin/env bash
# What: whether Node, Deno and Bun accept a certificate of an authority that is limited to names and to networks of addresses.
# Versions: Bun 1.4.5, Deno 2.9.6, Node 20, OpenSSL 3.0 for the certificates. Seen: 2026-11-29.
# Guess: name constraints (RFC 5280, section 4.2.1.10) of both kinds are checked by all three: the certificate fits, so it is accepted.
# Seen: where the authority has a constraint on IP addresses and the certificate has an address, Bun (BoringSSL) rejects it ("unsupported
#   name constraint type"), though the address fits, and also when it connects by the name. With constraints on DNS names alone it
#   accepts the same certificate. Node and Deno accept both.
# Why it matters: a private authority that may sign for the local network only is good practice, and Bun cannot be made to trust
#   it: neither the option `ca` nor NODE_EXTRA_CA_CERTS helps, only switching the check off.
. "$(dirname "$0")/lib/setup.sh"
npm_packages bun@1.4.5 deno@2.9.6
cd "$work"
for kind in names addresses; do
  limits=permitted\;DNS:localhost
  [ $kind = names ] || limits+=,permitted\;IP:127.0.0.0/255.0.0.0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $kind-ca.key -out $kind-ca.crt -days 2 -subj /CN=authority \
    -addext "nameConstraints=critical,$limits" -addext keyUsage=critical,keyCertSign 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $kind.key -out $kind.csr -subj / 2>/dev/null
  openssl x509 -req -in $kind.csr -CA $kind-ca.crt -CAkey $kind-ca.key -CAcreateserial -days 1 -out $kind.crt \
    -extfile <(echo subjectAltName=critical,DNS:localhost,IP:127.0.0.1) 2>/dev/null
done
cat >client.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { get } from 'node:https'
const [url, ca] = process.argv.slice(2)
get(url, { ca: readFileSync(ca), agent: false }, (response) => response.resume().on('end', () => console.log('accepted')))
  .on('error', (error) => console.log(error.message))
JS
run_module "$work" <<'MODULE'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { promisify } from 'node:util'

const [work] = process.argv.slice(2)
const runtimes = { node: ['node'], deno: [`${work}/node_modules/.bin/deno`, 'run', '--allow-all'], bun: [`${work}/node_modules/.bin/bun`] }
const seen = {}
for (const kind of ['names', 'addresses']) {
  const read = (name) => readFileSync(`${work}/${kind}.${name}`)
  const server = createServer({ key: read('key'), cert: read('crt') }, (_, response) => response.end())
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const args = [`${work}/client.mjs`, `https://localhost:${server.address().port}`, `${work}/${kind}-ca.crt`]
  for (const [name, [command, ...options]] of Object.entries(runtimes)) {
    const { stdout } = await promisify(execFile)(command, [...options, ...args])
    seen[`${name}, ${kind}`] = stdout.trim()
  }
  server.close()
}
console.log(seen)
const accepted = ['node, names', 'deno, names', 'bun, names', 'node, addresses', 'deno, addresses']
for (const one of accepted) assert.equal(seen[one], 'accepted', one)
assert.match(seen['bun, addresses'], /unsupported name constraint/)
process.exit()
MODULE
