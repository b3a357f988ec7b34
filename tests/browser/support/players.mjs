// Browsers that need no more than to open a page, and so are simply started with its address:
// Debian's Chromium, and Debian's Firefox where there is one.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Features of Chromium that change nothing in a page, and take more time than all else: each window, which here is each
 * page, loads the menus of its address bar in two renderers of their own; the spare renderer is one more process for each
 * page, begun for one that may be opened next.
 */
export const NEEDLESS = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess'];

/** What Chromium leaves out. */
export const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[
    'WebRtcHideLocalIpsWithMdns', 'HttpsUpgrades', 'Translate', 'OptimizationHints', 'MediaRouter',
    ...NEEDLESS,
  ]}`,
];

/**
 * Quiet, and without its patience for WebSocket servers that it could not reach a moment ago; with
 * a camera and a microphone that are made up and need no permission. What pulses while a page waits
 * takes a processor to draw: there is no motion.
 */
export const FIREFOX_PREFERENCES = `
user_pref('app.normandy.enabled', false);
user_pref('app.update.enabled', false);
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('media.navigator.permission.disabled', true);
user_pref('media.navigator.streams.fake', true);
user_pref('media.autoplay.default', 0);
user_pref('media.navigator.video.default_fps', 5);
user_pref('media.peerconnection.ice.obfuscate_host_addresses', false);
user_pref('network.captive-portal-service.enabled', false);
user_pref('network.connectivity-service.enabled', false);
user_pref('network.websocket.delay-failed-reconnects', false);
user_pref('services.settings.server', 'http://127.0.0.1:1/');
user_pref('toolkit.telemetry.enabled', false);
user_pref('ui.prefersReducedMotion', 1);
`;

export const PLAYERS = {
  Chromium: {
    path: process.env.CHROMIUM ?? '/usr/bin/chromium',
    flags: (profile, address) => ['--headless=new', ...QUIET, `--user-data-dir=${profile}`, address],
  },
  Firefox: {
    path: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    flags: (profile, address) => ['--headless', '--no-remote', '--profile', profile, address],
  },
};

export function isInstalled({ path }) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Opens `address` in a browser with a fresh profile. Returns the function that closes it. */
export async function play({ path, flags }, address) {
  const profile = await mkdtemp(join(tmpdir(), 'switchboard-player-'));
  await writeFile(join(profile, 'user.js'), FIREFOX_PREFERENCES);
  const browser = spawn(path, flags(profile, address), { stdio: 'ignore' });
  const ended = once(browser, 'exit');
  return async () => {
    browser.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
