// The address of a page or a room, for others to open: to copy, and as a code for a phone.

import { recall } from '../memory.js';
import { addressOf, root } from '../root.js';
import { byId, setText } from '../ui.js';

/** As much as the server makes a code of, in bytes. */
const LONGEST_CODE = 512;

const LOCAL_ONLY = 'This address works on this computer only.';
const OPEN_BY_KEY = 'Open this page by the address that the server printed when it started (“Open …”), and it shows one for other devices.';

const inviteEl = byId('invite');
const openEl = byId('open-invite');
const linkEl = byId('link');
const qrEl = byId('qr');

/** @param {string} path of the address, below the server's own */
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
  const { publicUrl, addresses } = await knownAddresses();
  // An address of this machine alone is of no use to a phone.
  const own = isLoopback(location.hostname) ? addresses?.[0] : root.href.replace(/\/$/, '');
  const server = publicUrl ?? own;
  const link = server ? `${server}/${path}` : addressOf(path);
  linkEl.value = link;
  if (!server) setText(byId('invite-hint'), addresses ? LOCAL_ONLY : `${LOCAL_ONLY} ${OPEN_BY_KEY}`);
  else if (new TextEncoder().encode(link).length <= LONGEST_CODE) qrEl.src = addressOf(`api/qr.svg?text=${encodeURIComponent(link)}`);
}

function isLoopback(host) {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}

/** The address of this server for other devices, as far as the server gives it. */
async function knownAddresses() {
  try {
    const headers = { Authorization: `Bearer ${recall('sessionStorage', 'key') ?? ''}` };
    return await (await fetch(addressOf('api/addresses'), { headers })).json();
  } catch {
    return {}; // What the browser shows is all that is known.
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
