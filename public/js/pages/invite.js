// The address of a room, for others to open: to copy, and as a code for a phone.

import { byId, setText } from '../ui.js';

/** As much as the server makes a code of, in bytes. */
const LONGEST_CODE = 512;

const inviteEl = byId('invite');
const openEl = byId('open-invite');
const linkEl = byId('link');
const qrEl = byId('qr');

/** @param {string} path of the address, on this server */
export function connectInvite(path) {
  openEl.addEventListener('click', () => openInvite(inviteEl.hidden));
  byId('copy').addEventListener('click', copy);
  linkEl.addEventListener('focus', () => linkEl.select());
  qrEl.addEventListener('load', () => (qrEl.hidden = false));
  showAddress(path);
}

/** @param {boolean} isOpen */
export function openInvite(isOpen) {
  inviteEl.hidden = !isOpen;
  openEl.setAttribute('aria-expanded', String(isOpen));
}

async function showAddress(path) {
  // An address of this machine alone is of no use to a phone.
  const address = isLoopback(location.hostname) ? (await addressesInNetwork())[0] : location.origin;
  const link = `${address ?? location.origin}${path}`;
  linkEl.value = link;
  if (!address) setText(byId('invite-hint'), 'This address works on this computer only.');
  else if (new TextEncoder().encode(link).length <= LONGEST_CODE) qrEl.src = `/api/qr.svg?text=${encodeURIComponent(link)}`;
}

function isLoopback(host) {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}

/** Under which this computer is reached from others. */
async function addressesInNetwork() {
  try {
    const { addresses } = await (await fetch('/api/addresses')).json();
    return addresses ?? [];
  } catch {
    return []; // Behind another server perhaps: what the browser shows is all that is known.
  }
}

async function copy() {
  try {
    await navigator.clipboard.writeText(linkEl.value);
    setText(byId('copied'), 'Copied.');
  } catch {
    // Only pages with https may, and only if the browser likes.
    linkEl.focus();
    linkEl.select();
    setText(byId('copied'), 'Selected: copy it with Ctrl+C, or by a long press.');
  }
}
