// What the browser itself must give: a secure page, a certificate that it trusts or that the user accepted, camera and
// microphone.

import { addressOf } from './root.js';
import { failed, ok, untried } from './rows.js';

export function checkSecure() {
  if (window.isSecureContext) return ok(`This page was opened with ${location.protocol.replace(':', '')} at ${location.host}.`);
  const secure = new URL(location.href);
  secure.protocol = 'https:';
  return failed(`Browsers give camera and microphone only to pages opened with https. Open ${secure.href} instead.`);
}

/**
 * Chromium starts no service worker from a server whose certificate was accepted by hand, and no other browser tells a page
 * which of the two it is.
 */
export async function checkCertificate() {
  if (location.protocol !== 'https:') {
    if (window.isSecureContext) return untried('On the computer of the server itself browsers need none.');
    return untried('This page was opened without https.');
  }
  const isAccepted = ok('Accepted: the browser let you continue past its warning, if there was one. It may warn again later; to end'
    + ' that, install the authority (“ca” at this server).');
  if (!navigator.serviceWorker) return isAccepted;
  try {
    const options = { scope: addressOf('check/js/') };
    const registration = await navigator.serviceWorker.register(addressOf('check/js/no-worker.js'), options);
    await registration.unregister();
    const isChromium = 'userAgentData' in navigator;
    return isChromium ? ok('Trusted: the browser knows the authority that signed it.') : isAccepted;
  } catch {
    return isAccepted;
  }
}

export async function checkDevices() {
  if (!navigator.mediaDevices?.getUserMedia) return failed('The browser gives this page no camera and no microphone: open it with https.');
  const [video, audio] = [await problemOf({ video: true }), await problemOf({ audio: true })];
  if (!video && !audio) return ok('Both can be used. They are off again.');
  const sentences = [];
  if (video && audio && video.name === audio.name) sentences.push(cureOf('camera and microphone', video));
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

function cureOf(device, { name, message }) {
  switch (name) {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${device.replace(' and ', ' or ')} found: connect one, then start again.`;
    case 'NotAllowedError':
    case 'SecurityError':
      return `The browser does not let this page use the ${device}: allow it by the icon beside the address, and in the settings`
        + ' of the device for this browser, then start again.';
    case 'NotReadableError':
    case 'AbortError':
      return `The ${device} cannot be opened, perhaps because another program uses it: close that, then start again.`;
    default:
      return `The ${device} did not start (${message || name}): restart the browser, then start again.`;
  }
}
