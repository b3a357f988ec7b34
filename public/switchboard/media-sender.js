// @ts-check
// What a room and a call have in common: a stream of this client, which is sent, and whose tracks change
// (media-changes.js).

import { Events } from './events.js';
import { details } from './loaded.js';

export class MediaSender extends Events {
  /** The tracks that are stopped at the end: the ones that were not given by the page. @type {Set<MediaStreamTrack>} */
  _own = new Set();
  /** What is sent again after the screen. @type {{track: MediaStreamTrack | undefined} | undefined} */
  _camera;
  _isOver = false;

  /** What this client sends; null where there are only channels. @type {MediaStream | null} */
  localStream = null;

  /**
   * From now on sends this track, or with null none of its kind.
   * @param {'audio'|'video'} kind
   * @param {MediaStreamTrack | null} track
   */
  async send(kind, track) {
    await details().send(this, kind, track);
  }

  /**
   * Uses another camera or microphone.
   * @param {'audio'|'video'} kind
   * @param {string} deviceId as `navigator.mediaDevices.enumerateDevices` has it
   */
  async useDevice(kind, deviceId) {
    await details().useDevice(this, kind, deviceId);
  }

  /** Shows the screen, or a window, in place of the camera, until the user or `stopSharing` ends that. */
  async shareScreen() {
    await details().shareScreen(this);
  }

  /** Sends the camera again. */
  async stopSharing() {
    await details().stopSharing(this);
  }

  /**
   * For the library.
   * @param {MediaStream | null} stream
   * @param {boolean} isOwn it ends with this
   */
  useStream(stream, isOwn) {
    this.localStream = stream;
    if (isOwn) for (const track of stream?.getTracks() ?? []) this._own.add(track);
  }

  /**
   * For the library: brings a track onto the connections.
   * @param {'audio'|'video'} kind
   * @param {MediaStreamTrack | null} track
   * @returns {Promise<void>}
   */
  async sendTrack(kind, track) {
    throw new Error(`${kind} ${track} is not sent`);
  }

  /** For the library: gives the devices back. */
  releaseMedia() {
    this._isOver = true;
    for (const track of this._own) track.stop();
  }
}
