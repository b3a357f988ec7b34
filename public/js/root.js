// Where this server is: behind a reverse proxy perhaps below a path. All other addresses are relative to it.

/** Each page is directly below the server's address, or has a base that leads there. */
export const root = new URL('./', globalThis.document?.baseURI ?? new URL('../', import.meta.url));

/**
 * @param {string} path of something on this server, without a slash before it
 * @returns {string}
 */
export function addressOf(path) {
  return new URL(path, root).href;
}
