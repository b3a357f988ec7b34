// The address of a page or a room, for others to open: to copy, to share, and as a code for a phone; and what others need
// besides it.

import { recall } from '../memory.js';
import { addressOf, root } from '../root.js';
import { byId, createElement, icon, setText } from '../ui.js';
import { t } from '../words.js';

/** As much as the server makes a code of, in bytes. */
const LONGEST_CODE = 512;

/** The password of a server that was started without another one. */
const USUAL_PASSWORD = 'x';

const inviteEl = byId('invite');
const openEl = byId('open-invite');
const linkEl = byId('link');
const qrEl = byId('qr');
const hintEl = byId('invite-hint');
const certificateEl = createElement('p', { className: 'hint', hidden: true });

/** What the page says of its address, in the user's language. */
const usualHint = hintEl.textContent.trim();
/** What is wrong with the address, if that is known; nothing else counts then. */
let localHint = '';
/** Whether the address leads to a certificate that only this server's own authority vouches for. */
let isUnknownToOthers = false;

/**
 * @param {string} path of the address, below the server's own
 * @returns {Promise<boolean>} whether the address leads other devices here, as far as that is known
 */
export function connectInvite(path) {
  openEl.addEventListener('click', () => openInvite(inviteEl.hidden));
  byId('copy').addEventListener('click', copy);
  if (navigator.share) addShareButton();
  linkEl.addEventListener('focus', () => linkEl.select());
  qrEl.addEventListener('load', () => (qrEl.hidden = false));
  hintEl.after(certificateEl);
  return showAddress(path);
}

/** @param {boolean} isOpen */
export function openInvite(isOpen) {
  inviteEl.hidden = !isOpen;
  openEl.setAttribute('aria-expanded', String(isOpen));
  // The user may have entered another password meanwhile.
  if (isOpen) showHints();
}

async function showAddress(path) {
  const { publicUrl, addresses, ownAuthority } = await knownAddresses();
  // An address of this machine alone is of no use to a phone.
  const own = isLoopback(location.hostname) ? addresses?.[0] : root.href.replace(/\/$/, '');
  const server = publicUrl ?? own;
  const link = server ? `${server}/${path}` : addressOf(path);
  linkEl.value = link;
  if (!server) {
    localHint = addresses
      ? t`This address works on this computer only: the server listens on no address of a network.`
      : t`This address works on this computer only. Open this page by the address that the server printed when it started (“Open …”), and it shows one for other devices.`;
  } else if (new TextEncoder().encode(link).length <= LONGEST_CODE) {
    qrEl.src = addressOf(`api/qr.svg?text=${encodeURIComponent(link)}`);
  }
  if (ownAuthority && server?.startsWith('https:')) warnOfCertificate(`${server}/ca`);
  showHints();
  return Boolean(server);
}

/** What is true of the address for whom it is given to, as far as this tab knows. */
function showHints() {
  const needs = () => {
    if (recall('sessionStorage', 'token')) return t`Others need a link with a token of their own: this address alone lets nobody in.`;
    const password = recall('sessionStorage', 'password') ?? USUAL_PASSWORD;
    return password === USUAL_PASSWORD ? usualHint : `${usualHint} ${t`They also need the server’s password.`}`;
  };
  setText(hintEl, localHint || needs());
  certificateEl.hidden = !isUnknownToOthers || Boolean(localHint);
}

/** @param {string} href of the server's page about its own authority */
function warnOfCertificate(href) {
  isUnknownToOthers = true;
  certificateEl.replaceChildren(
    t`The browser there will warn of the certificate, since it does not know this server: continue there, or install its authority.`, ' ',
    createElement('a', { href, target: '_blank', rel: 'noopener' }, href));
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

/** To the programs of the device: messages, mail, another device nearby. What the page is, and not its state at that moment. */
function addShareButton() {
  const { title } = document;
  const shareEl = createElement('button', { id: 'share', type: 'button' }, icon('share'), t`Share`);
  shareEl.addEventListener('click', () => navigator.share({ title, url: linkEl.value }).catch(() => {})); // The user chose none.
  byId('copy').after(shareEl);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(linkEl.value);
    setText(byId('copied'), t`Copied.`);
  } catch {
    // Only pages with https may, and only if the browser likes.
    linkEl.focus();
    linkEl.select();
    setText(byId('copied'), t`Selected: copy it with Ctrl+C, or by a long press.`);
  }
}
