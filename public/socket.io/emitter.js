// The base of all parts: an object that notifies listeners. Transports, the engine, the manager and
// each socket are emitters; each layer of this client listens to the layer below by `subscribe`, and
// the page listens to the sockets by `on`.

export class Emitter {
  _listeners = new Map();

  on(event, callback) {
    return this._add(event, { callback, once: false });
  }

  once(event, callback) {
    return this._add(event, { callback, once: true });
  }

  /** Without a callback all listeners of the event go, without an event all there are. */
  off(event, callback) {
    if (event === undefined) {
      this._listeners.clear();
    } else if (callback === undefined) {
      this._listeners.delete(String(event));
    } else {
      this._remove(event, (entry) => entry.callback === callback);
    }
    return this;
  }

  listeners(event) {
    return (this._listeners.get(String(event)) ?? []).map((entry) => entry.callback);
  }

  hasListeners(event) {
    return this.listeners(event).length > 0;
  }

  emit(event, ...args) {
    return this.fire(event, ...args);
  }

  /** Calls the listeners. Apart from `emit`, because on a socket `emit` means to send. */
  fire(event, ...args) {
    for (const entry of [...(this._listeners.get(String(event)) ?? [])]) {
      if (entry.once) this._remove(event, (other) => other === entry);
      callSafely(() => entry.callback.apply(this, args));
    }
    return this;
  }

  _add(event, entry) {
    const name = String(event);
    if (!this._listeners.has(name)) this._listeners.set(name, []);
    this._listeners.get(name).push(entry);
    return this;
  }

  _remove(event, matches) {
    const entries = this._listeners.get(String(event)) ?? [];
    const index = entries.findIndex(matches);
    if (index >= 0) entries.splice(index, 1);
  }
}

// The names that other emitters have for the same verbs.
Object.assign(Emitter.prototype, {
  addEventListener: Emitter.prototype.on,
  removeListener: Emitter.prototype.off,
  removeAllListeners: Emitter.prototype.off,
  removeEventListener: Emitter.prototype.off,
});

/** A fault in a page's listener belongs on the console; it must not cost the next event. */
export function callSafely(callback) {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Adds several listeners and returns the function that takes them away again. */
export function subscribe(emitter, listeners) {
  for (const [event, callback] of Object.entries(listeners)) emitter.on(event, callback);
  return () => {
    for (const [event, callback] of Object.entries(listeners)) emitter.off(event, callback);
  };
}
