// Networks of the test's own, by Linux's network namespaces: a server with a public address, and visitors in networks
// between which no packet finds a way.
//
//   ann 203.0.113.2 ──── 203.0.113.1 ┐
//                                    server 192.0.2.1 (does not forward packets)
//   bob 198.51.100.2 ── 198.51.100.1 ┘
//
// The addresses are those for documentation (RFC 5737), so that none of them is this machine's.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the visitors reach the server. */
export const SERVER = '192.0.2.1';
export const NETWORKS = { ann: '203.0.113', bob: '198.51.100' };

/** Why there can be no namespaces here, or null if there can. In the CI there must be. */
export function whyNoNamespaces() {
  let reason = null;
  if (process.platform !== 'linux') reason = 'network namespaces need Linux';
  else if (process.getuid() !== 0) reason = 'network namespaces need root';
  else {
    const name = `sb-${process.pid}-try`;
    try {
      ip('netns', 'add', name);
      ip('netns', 'delete', name);
    } catch (error) {
      reason = `network namespaces cannot be made here (${String(error.message).split('\n').at(-1)}); do you have iproute2?`;
    }
  }
  if (reason && process.env.CI === 'true') throw new Error(reason);
  return reason;
}

/**
 * Makes the networks for the time of the test `t`. Returns the names of programs that run what comes behind them within a
 * network: `programFor('ann', '/usr/bin/chromium')`.
 */
export function makeNetworks(t) {
  const name = (network) => `sb-${process.pid}-${network}`;
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-networks-'));
  const made = [];
  t.after(() => {
    for (const network of made) ip('netns', 'delete', name(network));
    rmSync(folder, { recursive: true, force: true });
  });
  for (const network of ['server', ...Object.keys(NETWORKS)]) {
    ip('netns', 'add', name(network));
    made.push(network);
    // Chromium gives up what it loads when an address is added, as IPv6 does by itself a second after a link comes up.
    within(network, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    within(network, 'ip', 'link', 'set', 'lo', 'up');
  }
  within('server', 'sysctl', '-qw', 'net.ipv4.ip_forward=0');
  within('server', 'ip', 'address', 'add', `${SERVER}/32`, 'dev', 'lo');
  for (const [network, prefix] of Object.entries(NETWORKS)) {
    within('server', 'ip', 'link', 'add', network, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(network));
    within('server', 'ip', 'address', 'add', `${prefix}.1/24`, 'dev', network);
    within('server', 'ip', 'link', 'set', network, 'up');
    within(network, 'ip', 'address', 'add', `${prefix}.2/24`, 'dev', 'eth0');
    within(network, 'ip', 'link', 'set', 'eth0', 'up');
    within(network, 'ip', 'route', 'add', 'default', 'via', `${prefix}.1`);
  }

  function within(network, ...command) {
    return execFileSync('ip', ['netns', 'exec', name(network), ...command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  return {
    within,
    /** A program that runs `program` in this network, with the same arguments. */
    programFor(network, program) {
      const path = join(folder, `${network}-${program.split('/').at(-1)}`);
      writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${name(network)} ${program} "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    },
  };
}

function ip(...args) {
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
