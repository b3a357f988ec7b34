// A file on its way, as the page sees it.

import { SwitchboardError } from './errors.js';
import { Events } from './events.js';

/**
 * Events: `progress`, when anything of it has changed.
 */
export class Transfer extends Events {
  _act;
  _settle;

  /**
   * @param {{number: number, isOwn: boolean, name: string, size: number, key?: string, folder?: number}} file
   * @param {{accept?: (number: number) => void, cancel: (number: number) => void}} act what the user can do
   */
  constructor({ number, isOwn, name, size, key, folder = 0 }, act) {
    super();
    this._act = act;
    /** Counted by its sender. */
    this.number = number;
    /** Whether this page sends it. */
    this.isOwn = isOwn;
    this.name = name;
    this.size = size;
    /** By it both sides know the file again after a reload of either; random. */
    this.key = key;
    /** How many files are in it, if it is a folder; 0 otherwise. */
    this.folder = folder;
    /** Whether the receiver has kept what it has, and goes on from there after a reload. */
    this.isKept = false;
    /** How many bytes are there. */
    this.moved = 0;
    /** `asked`: its receiver decides. @type {'waiting'|'asked'|'moving'|'checking'|'done'|'ended'} */
    this.stage = isOwn ? 'waiting' : 'asked';
    /**
     * Why there will be no more of it; `stopped` by the other side.
     * @type {'declined'|'cancelled'|'stopped'|'broken'|'different'|'unreadable' | undefined}
     */
    this.ending = undefined;
    /** Its checksum here, once it is all here; empty where the browser makes none. @type {string | undefined} */
    this.digest = undefined;
    /** Whether both sides made a checksum, and they are equal. */
    this.isCompared = false;
    /** The file, where it was received. @type {Blob | undefined} */
    this.blob = undefined;
    /** Resolves once the file has arrived, where it was received to its Blob; rejects if it never will. */
    this.done = new Promise((resolve, reject) => {
      this._settle = { resolve, reject };
    });
    this.done.catch(() => {}); // The page may look at `stage` instead.
  }

  get isFinished() {
    return this.stage === 'done' || this.stage === 'ended';
  }

  /** Takes the file that the other side offers. */
  accept() {
    this._act.accept?.(this.number);
  }

  /** Does not want it, or no more of it. */
  decline() {
    this._act.cancel(this.number);
  }

  cancel() {
    this._act.cancel(this.number);
  }

  /**
   * For the library.
   * @param {Partial<Pick<Transfer, 'moved' | 'stage' | 'ending' | 'digest' | 'isCompared' | 'blob'>>} changes
   */
  update(changes) {
    Object.assign(this, changes);
    if (this.stage === 'done') this._settle.resolve(this.blob);
    else if (this.stage === 'ended') this._settle.reject(new SwitchboardError(this.ending, `The file “${this.name}” did not arrive: ${this.ending}.`));
    this.emit('progress', this);
  }
}
