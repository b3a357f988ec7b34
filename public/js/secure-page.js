// This page by https. Without https browsers give no camera and no microphone, except on the machine of the server itself.

import { addressOf } from './root.js';

/** @returns {Promise<string|null>} its address; null where the server speaks http alone (`--http-only`) */
export async function securePage() {
  if (await isWithoutHttps()) return null;
  const secure = new URL(location.href);
  secure.protocol = 'https:';
  return secure.href;
}

async function isWithoutHttps() {
  try {
    return (await (await fetch(addressOf('api/addresses'))).json()).https === false;
  } catch {
    return false; // It is not known.
  }
}
