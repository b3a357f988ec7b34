// What the browser itself must give: a secure page, a certificate that it trusts or that the user accepted, camera and
// microphone.

import { addressOf } from './root.js';
import { failed, ok, untried } from './rows.js';
import { securePage } from './secure-page.js';
import { t } from './words.js';

export async function checkSecure() {
  if (window.isSecureContext) return ok(t`This page was opened with ${location.protocol.replace(':', '')} at ${location.host}.`);
  const secure = await securePage();
  return failed(secure
    ? t`Browsers give camera and microphone only to pages opened with https. Open ${secure} instead.`
    : t`Browsers give camera and microphone only to pages opened with https.`);
}

/**
 * Chromium starts no service worker from a server whose certificate was accepted by hand, and no other browser tells a page
 * which of the two it is.
 */
export async function checkCertificate() {
  if (location.protocol !== 'https:') {
    if (window.isSecureContext) return untried(t`On the computer of the server itself browsers need none.`);
    return untried(t`This page was opened without https.`);
  }
  const isAccepted = ok(t`Accepted: the browser let you continue past its warning, if there was one. It may warn again later; to end that, install the authority (“ca” at this server).`);
  if (!navigator.serviceWorker) return isAccepted;
  try {
    const options = { scope: addressOf('check/js/') };
    const registration = await navigator.serviceWorker.register(addressOf('check/js/no-worker.js'), options);
    await registration.unregister();
    const isChromium = 'userAgentData' in navigator;
    return isChromium ? ok(t`Trusted: the browser knows the authority that signed it.`) : isAccepted;
  } catch {
    return isAccepted;
  }
}

export async function checkDevices() {
  if (!navigator.mediaDevices?.getUserMedia) return failed(t`The browser gives this page no camera and no microphone: open it with https.`);
  const [video, audio] = [await problemOf({ video: true }), await problemOf({ audio: true })];
  if (!video && !audio) return ok(t`Both can be used. They are off again.`);
  const sentences = [];
  if (video && audio && video.name === audio.name) sentences.push(cureOf('both', video));
  else {
    if (video) sentences.push(cureOf('camera', video));
    if (audio) sentences.push(cureOf('microphone', audio));
  }
  return failed(sentences.join(' '));
}

/** Asks for a device and lets go of it. @returns {Promise<DOMException|null>} why there is none */
async function problemOf(constraints) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    for (const track of stream.getTracks()) track.stop();
    return null;
  } catch (error) {
    return error;
  }
}

/** By the names that browsers give; “both” fail for the same reason. */
const CAUSES = {
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotReadableError: 'occupied',
  AbortError: 'occupied',
};

const CURES = {
  both: {
    missing: () => t`No camera or microphone found: connect one, then start again.`,
    refused: () => t`The browser does not let this page use the camera and microphone: allow them by the icon beside the address, and in the settings of the device for this browser, then start again.`,
    occupied: () => t`The camera and microphone cannot be opened, perhaps because another program uses them: close that, then start again.`,
    other: (why) => t`The camera and microphone did not start (${why}): restart the browser, then start again.`,
  },
  camera: {
    missing: () => t`No camera found: connect one, then start again.`,
    refused: () => t`The browser does not let this page use the camera: allow it by the icon beside the address, and in the settings of the device for this browser, then start again.`,
    occupied: () => t`The camera cannot be opened, perhaps because another program uses it: close that, then start again.`,
    other: (why) => t`The camera did not start (${why}): restart the browser, then start again.`,
  },
  microphone: {
    missing: () => t`No microphone found: connect one, then start again.`,
    refused: () => t`The browser does not let this page use the microphone: allow it by the icon beside the address, and in the settings of the device for this browser, then start again.`,
    occupied: () => t`The microphone cannot be opened, perhaps because another program uses it: close that, then start again.`,
    other: (why) => t`The microphone did not start (${why}): restart the browser, then start again.`,
  },
};

function cureOf(device, { name, message }) {
  return CURES[device][CAUSES[name] ?? 'other'](message || name);
}
