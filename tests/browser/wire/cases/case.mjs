// What a case is. Each is played against both servers; what it saw must be the same, but for what
// differs on purpose.

import { mask } from '../session.mjs';

/**
 * A case: `play(server, see)` does something with the server and writes down what came of it.
 * `purpose` is what Switchboard shall do otherwise, see `onPurpose`.
 * `settings` asks for servers of its own, as does `alone` (it stops them).
 */
export function wireCase(name, play, { purpose = {}, settings, alone = false } = {}) {
  return { name, play, purpose, settings, alone };
}

/**
 * Headers that are Switchboard's own matter: `x-content-type-options`, because browsers must not take a text for a
 * script, and those of CORS, which has cases of its own (`cors.mjs`).
 */
const OWN_HEADERS = /^(x-content-type-options|vary|access-control-.*)$/;

/**
 * The same purpose for several things seen: `ours` has what each shall be. With `sometimes` the
 * official server does the same at times, by a race.
 */
export function onPurpose(why, ours, { sometimes = false } = {}) {
  const things = Object.entries(ours).map(([thing, value]) => [thing, { ours: value, why, sometimes }]);
  return { purpose: Object.fromEntries(things) };
}

/** Writes down what is seen; a reply by its status, its headers and its body. */
export class Seen {
  #all = new Map();

  note(name, value) {
    this.#all.set(name, value);
  }

  reply(reply, name = 'reply') {
    if (!reply) return this.note(name, 'closed without a reply');
    this.note(`${name} status`, reply.status);
    for (const [header, value] of reply.headers) {
      if (!OWN_HEADERS.test(header)) this.note(`${name} ${header}`, value);
    }
    this.note(`${name} body`, mask(reply.body));
  }

  get all() {
    return this.#all;
  }
}
