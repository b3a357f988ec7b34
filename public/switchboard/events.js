// @ts-check
// The base of Client, Call, Room and others: an event is passed to the property `on…`, and to listeners that were
// added with `addEventListener`. No EventTarget itself: frameworks such as Vue wrap objects in proxies, for which an
// EventTarget does not work.

export class Events {
  constructor() {
    this._target = new EventTarget();
  }

  /**
   * @param {string} type
   * @param {any} listener
   * @param {boolean | AddEventListenerOptions} [options]
   */
  addEventListener(type, listener, options) {
    this._target.addEventListener(type, listener, options);
  }

  /**
   * @param {string} type
   * @param {any} listener
   * @param {boolean | EventListenerOptions} [options]
   */
  removeEventListener(type, listener, options) {
    this._target.removeEventListener(type, listener, options);
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  emit(type, detail) {
    try {
      this[`on${type}`]?.(detail);
    } catch (error) {
      reportError(error); // A fault of the page is no fault of the connection.
    }
    this._target.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
