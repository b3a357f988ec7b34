// Tokens as the server that knows the users would make them, and pages that are opened with one.

import { createHmac } from 'node:crypto';

/** The secret that the tests' servers share with the maker of tokens. */
export const SECRET = 'a secret of the tests, which is long enough';

/** A JSON Web Token with these claims, signed by HS256; good for an hour, unless they say otherwise. */
export function token(claims, secret = SECRET) {
  const now = Math.floor(Date.now() / 1000);
  const parts = [{ alg: 'HS256', typ: 'JWT' }, { exp: now + 3600, ...claims }];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** One that was good until an hour ago. */
export function expired(claims) {
  return token({ ...claims, exp: Math.floor(Date.now() / 1000) - 3600 });
}

/** Opens a link with another token in the tab that shows the page already. */
export async function openAgain(page, newToken) {
  await Promise.all([
    page.waitForEvent('load'),
    page.evaluate((behind) => (location.hash = behind), `token=${newToken}`),
  ]);
}
