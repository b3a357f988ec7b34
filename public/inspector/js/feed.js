// The live feed: asks the server for records over Socket.IO, in the namespace /inspector. The key is in the fragment of
// the page's address and is kept for the tab.

const KEPT = 'inspector-key';

/** The key in the address, else the one of this tab; empty if there is none. */
export function readKey() {
  const key = keyIn(location.hash);
  if (key) sessionStorage.setItem(KEPT, key);
  return key || sessionStorage.getItem(KEPT) || '';
}

/** The key in what a user pasted: the whole address of the start-up lines, or the key alone. */
export function keyIn(text) {
  const after = text.includes('#') ? text.slice(text.lastIndexOf('#') + 1) : text;
  return decodeURIComponent(after.trim().replace(/^key=/, '').replaceAll('%', '%25'));
}

export function keepKey(key) {
  sessionStorage.setItem(KEPT, key);
  history.replaceState(null, '', `#${key}`);
}

export function forgetKey() {
  sessionStorage.removeItem(KEPT);
}

export class Feed {
  #socket = null;
  #after = 0;
  #reading = 0;
  #startedAt = null;

  /**
   * @param {object} listener
   * @param {(state: 'live'|'gone'|'wrong-key'|'off'|'no-client', words?: string) => void} listener.onState
   * @param {(header: object, isOther: boolean) => void} listener.onHeader `isOther`: of another start of the server
   * @param {(records: object[], lost: number) => void} listener.onRecords
   */
  constructor(listener) {
    this.listener = listener;
    this.isUnmasked = false;
  }

  connect(key) {
    this.#socket?.disconnect();
    if (typeof globalThis.io !== 'function') {
      this.listener.onState('no-client');
      return;
    }
    const socket = globalThis.io('/inspector', { auth: { key }, path: ioPath(), forceNew: true });
    this.#socket = socket;
    socket.on('connect', () => {
      this.listener.onState('live');
      this.#read();
    });
    socket.on('disconnect', () => socket === this.#socket && this.listener.onState('gone'));
    socket.on('connect_error', (error) => {
      if (socket !== this.#socket) return;
      if (error.data?.code === 'wrong-key') this.listener.onState('wrong-key', error.message);
      else if (/invalid namespace/i.test(error.message)) this.listener.onState('off');
      else this.listener.onState('gone');
    });
  }

  /** Asks again for everything, with or without addresses and secrets. */
  readAgain(isUnmasked) {
    this.isUnmasked = isUnmasked;
    this.#after = 0;
    if (this.#socket?.connected) this.#read();
  }

  clear() {
    this.#socket?.emit('clear', () => {});
  }

  /** Chaos: resolves with what the server acknowledges. */
  chaos(wanted) {
    return this.#ask('chaos', wanted);
  }

  /** Pages that are loaded from now on use the relay only, or no longer. */
  forceRelay(on) {
    return this.#ask('force-relay', { on });
  }

  #ask(event, wanted) {
    return new Promise((resolve) => {
      if (!this.#socket?.connected) resolve({ ok: false, error: { message: 'The server is not connected.' } });
      else this.#socket.emit(event, wanted, resolve);
    });
  }

  /** One `read` at a time: a later one makes the earlier one's reply void. */
  #read() {
    this.#reading += 1;
    const reading = this.#reading;
    const socket = this.#socket;
    socket.emit('read', { after: this.#after, unmasked: this.isUnmasked }, (reply) => {
      if (reading !== this.#reading || socket !== this.#socket) return;
      this.#take(reply);
      if (reading === this.#reading && socket.connected) this.#read();
    });
  }

  #take({ server, records, last, lost }) {
    const isOther = this.#startedAt !== null && this.#startedAt !== server?.startedAt;
    this.#startedAt = server?.startedAt ?? null;
    if (isOther && this.#after) {
      // Another start of the server counts from 1 again.
      this.#after = 0;
      this.listener.onHeader(server, true);
      return;
    }
    this.listener.onHeader(server, isOther);
    if (Number.isSafeInteger(last)) this.#after = last;
    if (Array.isArray(records)) this.listener.onRecords(records, lost ?? 0);
  }
}

/** Beneath a proxy's sub-path the transport is there, too: the page's own address ends in `inspector`. */
function ioPath() {
  return new URL('socket.io/', document.baseURI).pathname;
}
