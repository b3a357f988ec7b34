// The switch “Force relay”: pages that are loaded while it is on use a relay (TURN server) only. While it is on, a bar at the
// top says so. The server switches it off by itself after some time, and when the last inspector has gone.

import { byId, setText } from './ui.js';
import { clock, textOf } from './run-words.js';

/** The server switches it off by itself after so long, in ms. */
const LASTS = 600_000;

export class RelaySwitch {
  /** Until when it is on, on the server's clock. @type {number | null} */
  #until = null;
  /** Whether the server gives out a TURN server. */
  #hasRelay = false;

  /**
   * @param {object} page
   * @param {(on: boolean) => Promise<object>} page.send
   * @param {() => number} page.now on the server's clock
   * @param {(sentence: string) => void} page.onError
   */
  constructor(page) {
    this.page = page;
    byId('force-relay').addEventListener('change', ({ target }) => {
      byId('more').open = false; // The menu would cover the bar.
      this.#set(target.checked);
    });
    byId('relay-off').addEventListener('click', () => this.#set(false));
    setInterval(() => this.#show(), 1000);
  }

  /** @param {object | null} header of the server */
  take(header) {
    byId('force-relay').disabled = !header || !('forceRelay' in header);
    this.#until = Number.isFinite(header?.forceRelay) ? header.forceRelay : null;
    this.#hasRelay = Array.isArray(header?.iceServers) && header.iceServers.includes('turn');
    this.#show();
  }

  /** The server is gone, and with it the switch. */
  forget() {
    this.take(null);
  }

  #show() {
    const left = this.#until === null ? 0 : this.#until - this.page.now();
    const isOn = left > 0;
    byId('relay-bar').hidden = !isOn;
    byId('force-relay').checked = isOn;
    const servers = this.#hasRelay
      ? 'Pages without a TURN server of their own use this server’s.'
      : 'This server gives out no TURN server (start it with --turn): pages need one of their own.';
    setText(byId('relay-words'), isOn ? `Force relay is on: pages that are loaded from now on use a relay only. ${servers} Reload your page.` : '');
    setText(byId('relay-rest'), isOn ? `Off by itself in ${clock(left)}` : '');
  }

  async #set(on) {
    const reply = await this.page.send(on);
    // The next header says it more exactly.
    if (reply?.ok) this.#until = on ? this.page.now() + LASTS : null;
    else this.page.onError(textOf(reply?.error?.message) || 'The server did not accept it.');
    this.#show();
  }
}
