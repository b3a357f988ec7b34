// @ts-check
// The base of Client, Call, Room and others: an event is passed to the property `on…`, and to listeners that were
// added with `addEventListener`.

export class Events extends EventTarget {
  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  emit(type, detail) {
    this[`on${type}`]?.(detail);
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
