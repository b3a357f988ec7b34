// Where this server is: behind a reverse proxy perhaps below a path. All other addresses are relative to it.

export const root = new URL('../', import.meta.url);

/**
 * @param {string} path of something on this server, without a slash before it
 * @returns {string}
 */
export function addressOf(path) {
  return new URL(path, root).href;
}
