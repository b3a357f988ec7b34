// One user with an official Socket.IO client in Node, who writes down everything that is heard.

import { within } from './wait.mjs';

/**
 * Connects as `userName`. `io` is the official client of some version; `options` go to it.
 * `heard` is the list of [event, payload] in the order of arrival, acks included.
 */
export class Client {
  constructor(io, url, { userName, password = 'x', ...options }) {
    this.heard = [];
    this.waiting = new Set();
    this.socket = io(url, {
      auth: { userName, password },
      forceNew: true,
      reconnection: false,
      rejectUnauthorized: false,
      ...options,
    });
    this.userName = userName;
    this.socket.io.on('open', () => {
      this.socket.io.engine.once('upgrade', () => this.note('(upgrade)'));
    });
    this.socket.on('connect', () => this.note('(connect)'));
    this.socket.on('connect_error', (error) => this.note('(connect_error)', error.message));
    this.socket.on('disconnect', (reason) => this.note('(disconnect)', reason));
    this.socket.onAny((event, payload) => this.note(event, payload));
  }

  note(event, payload) {
    this.heard.push([event, payload]);
    for (const look of this.waiting) look();
  }

  /** Resolves to the payload of the `count`th `event`, heard already or yet to come. */
  hears(event, count = 1) {
    let look;
    const arrived = new Promise((resolve) => {
      look = () => {
        const found = this.heard.filter(([name]) => name === event)[count - 1];
        if (found) resolve(found[1]);
      };
      this.waiting.add(look);
      look();
    });
    const known = () => this.heard.map(([name]) => name).join(', ') || 'nothing';
    return within(arrived, `${event} (${count}) for ${this.userName}`)
      .catch((error) => {
        throw new Error(`${error.message}; heard: ${known()}`);
      })
      .finally(() => this.waiting.delete(look));
  }

  /** Emits `event` and resolves to what the server acknowledges, which is written down too. */
  asks(event, ...args) {
    const acknowledged = new Promise((resolve) => {
      this.socket.emit(event, ...args, (reply) => {
        this.note(`(ack of ${event})`, reply);
        resolve(reply);
      });
    });
    return within(acknowledged, `ack of ${event} for ${this.userName}`);
  }

  /** Resolves once the server has acted on everything sent so far: one client's events keep their order. */
  async isUnderstood() {
    await new Promise((resolve) => this.socket.emit('test', resolve));
  }

  sendCandidate(iceCandidate, didIOffer) {
    this.socket.emit('sendIceCandidateToSignalingServer', {
      iceCandidate,
      iceUserName: this.userName,
      didIOffer,
    });
  }

  /** What was heard from the server, without our own notes in brackets (acks excepted). */
  get events() {
    return this.heard.filter(([event]) => !event.startsWith('(') || event.startsWith('(ack'));
  }

  close() {
    this.socket.disconnect();
  }
}
