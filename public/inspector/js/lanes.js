// Which client is in which lane of the timeline. A lane is used again after its client has gone, so that a page that is
// reloaded twenty times does not need twenty lanes; the colour belongs to the client. The server's lane is in the
// middle: the lanes grow outwards from it, and none changes its place when another client connects.

/** How many colours css/lanes.css has. */
export const COLOURS = 8;

/** For how long a client whose connection broke keeps its lane, in ms: twice the server's usual grace. */
const AWAY = 60_000;

/** From here on a lane is used again by any client, not only by one of the same name or address. */
const MANY = 12;

/**
 * @typedef {{client: string, from: number, to: number, state: 'connected'|'away'}} Span from one record to another
 * @typedef {{index: number, spans: Span[]}} Lane
 * @typedef {{id: string, userName: string, as: string, transport: string, lobby: string, address: string,
 *   lane: Lane, colour: number, isConnected: boolean, goneAt: number, isGone: boolean}} Occupant
 */

export class Lanes {
  /** @type {Lane[]} */
  lanes = [];
  /** @type {Map<string, Occupant>} */
  byClient = new Map();
  /** Changes with each client that comes or goes: receivers of a lobby are listed once per version. */
  version = 0;
  #receivers = new Map();

  connect(record) {
    const id = String(record.client);
    let occupant = this.byClient.get(id);
    if (!occupant) {
      occupant = this.#admit(id, record);
      this.byClient.set(id, occupant);
    }
    this.#close(occupant.lane, record.n);
    occupant.transport = String(record.transport ?? '');
    occupant.isConnected = true;
    occupant.isGone = false;
    occupant.lane.spans.push({ client: id, from: record.n, to: Infinity, state: 'connected' });
    this.#changed();
  }

  upgrade(record) {
    const occupant = this.byClient.get(String(record.client));
    if (occupant) occupant.transport = 'websocket';
  }

  disconnect(record) {
    const occupant = this.byClient.get(String(record.client));
    if (!occupant) return;
    this.#close(occupant.lane, record.n);
    occupant.isConnected = false;
    occupant.goneAt = record.at;
    occupant.isGone = record.end === 'closed';
    if (!occupant.isGone) {
      occupant.lane.spans.push({ client: occupant.id, from: record.n, to: Infinity, state: 'away' });
    }
    this.#changed();
  }

  /** The lane of a client of which no `connect` is known, as in a recording that begins later. */
  laneOf(id, n = 0) {
    if (!this.byClient.has(id)) this.connect({ n, at: 0, client: id, userName: '?', from: '', transport: '', lobby: null });
    return this.byClient.get(id).lane;
  }

  /** The clients that a message to a lobby reaches. */
  receivers(lobby, except = []) {
    const key = `${this.version} ${lobby}`;
    if (!this.#receivers.has(key)) {
      const reached = [...this.byClient.values()]
        .filter((occupant) => occupant.isConnected && occupant.as === 'socketio' && occupant.lobby === lobby);
      this.#receivers.clear();
      this.#receivers.set(key, reached.map(({ id }) => id));
    }
    const all = this.#receivers.get(key);
    return except.length ? all.filter((id) => !except.includes(id)) : all;
  }

  #changed() {
    this.version += 1;
  }

  #close(lane, n) {
    const last = lane.spans.at(-1);
    if (last && last.to === Infinity) last.to = n;
  }

  #admit(id, record) {
    const userName = String(record.userName ?? '?');
    const address = String(record.from ?? '');
    const lane = this.#freeLane(userName, address, record.at) ?? this.#newLane();
    return {
      id, userName, address, lane, as: String(record.as ?? 'socketio'), transport: '', lobby: record.lobby ?? '',
      colour: this.byClient.size % COLOURS, isConnected: false, goneAt: 0, isGone: false,
    };
  }

  #newLane() {
    const lane = { index: this.lanes.length, spans: [] };
    this.lanes.push(lane);
    return lane;
  }

  #freeLane(userName, address, at) {
    const free = this.lanes.filter((lane) => {
      const last = this.byClient.get(lane.spans.at(-1)?.client);
      return last && !last.isConnected && (last.isGone || at - last.goneAt > AWAY);
    });
    const lastOf = (lane) => this.byClient.get(lane.spans.at(-1).client);
    return free.find((lane) => lastOf(lane).userName === userName)
      ?? free.find((lane) => lastOf(lane).address === address)
      ?? (this.lanes.length >= MANY ? free[0] : undefined);
  }

  /** The client in a lane at a record, or the first after it, or the last before it. */
  occupantAt(lane, n) {
    const span = lane.spans.findLast(({ from }) => from <= n) ?? lane.spans[0];
    return this.byClient.get(span?.client);
  }

  /** These lanes as they stand on the screen, from left to right, `null` for the server's. */
  inOrder(lanes = this.lanes) {
    const left = lanes.filter((_, n) => n % 2 === 0).reverse();
    const right = lanes.filter((_, n) => n % 2 === 1);
    return [...left, null, ...right];
  }
}
