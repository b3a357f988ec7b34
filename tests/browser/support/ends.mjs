// Ends of connections in real browsers, each on a page that has nothing else; the test carries the descriptions between
// them. What the browsers do to each other is seen here without our own scripts.

import { eventually } from './wait.mjs';

/** One end: an RTCPeerConnection in `page`, kept there under `name`. Several may be on one page. */
export class End {
  static #count = 0;

  constructor(page) {
    this.page = page;
    this.name = `end ${End.#count++}`;
  }

  /** Makes the connection; `f(pc)`, if given, runs in the page right then. */
  static async on(page, f = () => {}, config = {}) {
    const end = new End(page);
    await page.evaluate(([name, given]) => {
      window.ends ??= {};
      const pc = (window.ends[name] = new RTCPeerConnection(given));
      pc.states = [];
      pc.addEventListener('connectionstatechange', () => pc.states.push(pc.connectionState));
    }, [end.name, config]);
    await end.run(f);
    return end;
  }

  /** What `f(pc, arg)` returns, which runs in the page. */
  run(f, arg) {
    const call = `(${f})(window.ends[${JSON.stringify(this.name)}], ${JSON.stringify(arg)})`;
    // As text Chromium's page takes an expression, Firefox's a function.
    return this.page.evaluate('context' in this.page ? call : `() => ${call}`);
  }

  /** A description with all candidates in it. */
  describe() {
    return this.run(async (pc) => {
      await pc.setLocalDescription();
      while (pc.iceGatheringState !== 'complete') {
        await new Promise((resolve) => pc.addEventListener('icegatheringstatechange', resolve, { once: true }));
      }
      return pc.localDescription.toJSON();
    });
  }

  accept(description) {
    return this.run((pc, remote) => pc.setRemoteDescription(remote), description);
  }

  comesTo(state) {
    return eventually(state, () => this.run((pc, wanted) => pc.connectionState === wanted, state));
  }

  close() {
    return this.run((pc) => pc.close());
  }
}

/** A whole negotiation. Gives back both descriptions. */
export async function negotiate(offerer, answerer) {
  const offer = await offerer.describe();
  await answerer.accept(offer);
  const answer = await answerer.describe();
  await offerer.accept(answer);
  return { offer, answer };
}

/** The first negotiation, and both are connected. */
export async function connectEnds(offerer, answerer) {
  const descriptions = await negotiate(offerer, answerer);
  await Promise.all([offerer, answerer].map((end) => end.comesTo('connected')));
  return descriptions;
}

/** The name and the beginning of the message of what `promise` is rejected with, or what it gives. */
export const outcome = (promise) => promise.then(() => 'done', (error) => String(error.message ?? error));
